"""Options of samples that an analysis has no use for, and must not pass over."""

from collections.abc import Iterator
from pathlib import Path

from ruralimpact.errors import ConfigError
from ruralimpact.schema.analysis import OfSample
from ruralimpact.schema.study import Study

_OPTIONS = ("weight", "strata", "two_periods")


def unknown_to(
    study: Study, analysis: OfSample, what: str, file: Path, *, known: tuple[str, ...] = ()
) -> Iterator[ConfigError]:
    """Yield an error for each option of an analysis' sample that would be left unheeded.

    Parameters
    ----------
    study : Study
    analysis : OfSample
        Its sample known to exist.
    what : str
        What knows nothing of them, for the message.
    file : path
    known : tuple of str
        Options that are heeded.
    """
    for option in (name for name in _OPTIONS if name not in known):
        if getattr(study.samples[analysis.sample], option) is not None:
            problem = f"'{option}' of its sample is not known to {what}."
            yield ConfigError(problem, file=file, key=f"analyses.{analysis.name}.sample")
