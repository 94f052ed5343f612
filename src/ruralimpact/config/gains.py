"""The rules for gains before and after: what they refer to."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ruralimpact.config.names import repeated_names, unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.config.sample_options import unknown_to
from ruralimpact.errors import ConfigError
from ruralimpact.schema.analysis import BeforeAfter
from ruralimpact.schema.gains import Gains
from ruralimpact.schema.study import Study


@Rule
def check_gains(study: Study, roles: Mapping[str, str], file: Path) -> Iterator[ConfigError]:
    """Check what analyses before and after say of gains; others pass.

    Parameters
    ----------
    study : Study
    roles : mapping of str to str
        Role of every variable, by name.
    file : path
        study.yaml, for messages.
    """
    kept = [name for name, role in roles.items() if role in ("covariate", "treatment")]
    for analysis in study.analyses_of(BeforeAfter):
        if analysis.gains is not None and analysis.sample in study.samples:
            yield from unknown_to(study, analysis, "gains", file)
            own = study.samples[analysis.sample].outcomes or study.outcomes
            key = f"analyses.{analysis.name}.gains"
            yield from _names(analysis.gains, kept, list(own), file, key)


def _names(
    gains: Gains, kept: list[str], outcomes: list[str], file: Path, key: str
) -> Iterator[ConfigError]:
    yield from unknown_names(gains.by, kept, "covariate", file, f"{key}.by")
    within = [gains.within] if gains.within is not None else []
    yield from unknown_names(within, kept, "covariate", file, f"{key}.within")
    yield from repeated_names((effect.name for effect in gains.effects), file, f"{key}.effects")
    asked = gains.targeting
    if asked is not None:
        for option, name in (("place", asked.place), ("index", asked.index)):
            yield from unknown_names([name], kept, "covariate", file, f"{key}.targeting.{option}")
        where = f"{key}.targeting.amounts"
        yield from unknown_names(asked.amounts, [*kept, *outcomes], "variable", file, where)
