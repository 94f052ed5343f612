"""Variables that a study names as covariates and that are none."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ruralimpact.errors import ConfigError, UnknownNameError
from ruralimpact.outcomes.covariates import check_covariates
from ruralimpact.schema.study import Study


def unfit_covariates(
    study: Study, sample: str, names: Sequence[str], file: Path, key: str
) -> Iterator[ConfigError]:
    """Yield an error for each name that is no covariate of a sample measured before treatment.

    Parameters
    ----------
    study : Study
    sample : str
        One of its samples.
    names : sequence of str
    file : path
        study.yaml, for messages.
    key : str
        Where they are named.
    """
    try:
        check_covariates(study, sample, names, key)
    except ConfigError:
        for name in names:
            yield from _unfit(study, sample, name, file, key)


def _unfit(study: Study, sample: str, name: str, file: Path, key: str) -> Iterator[ConfigError]:
    try:
        check_covariates(study, sample, [name], key)
    except ConfigError as error:
        yield UnknownNameError(error.problem, name=name, file=file, key=error.key or key)
