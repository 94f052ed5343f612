"""The rules for samples of several waves: what they refer to, and what must come before what."""

from collections.abc import Mapping
from pathlib import Path

from ruralimpact.config.names import require
from ruralimpact.config.waves import sources_of
from ruralimpact.errors import ConfigError
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.study import Study
from ruralimpact.schema.waves import wave_key


def check_sample_waves(study: Study, roles: Mapping[str, str], file: Path) -> None:
    """Check the keys of samples that concern waves.

    Parameters
    ----------
    study : Study
        Its samples' sources known to exist.
    roles : mapping of str to str
        Role of every variable.
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    for name, sample in study.samples.items():
        key = f"samples.{name}"
        _refuse_circle(study, name, file)
        _check_order(study, name, file)
        _check_arms(sample, roles, file, key)
        require(sample.outcomes or (), study.outcomes, "outcome", file, f"{key}.outcomes")
    for analysis in study.analyses:
        built = study.samples[analysis.sample].outcomes or study.outcomes
        for outcome in analysis.outcomes:
            if outcome not in built:
                problem = f"the sample '{analysis.sample}' does not have the outcome '{outcome}'."
                raise ConfigError(problem, file=file, key=f"analyses.{analysis.name}.outcomes")


def _refuse_circle(study: Study, name: str, file: Path, seen: tuple[str, ...] = ()) -> None:
    sample = study.samples[name]
    for option, other in (("baseline", sample.baseline), ("restrict_to", sample.restrict_to)):
        if other is None:
            continue
        key = f"samples.{name}.{option}"
        if other in (*seen, name):
            problem = f"the samples {', '.join(sorted({*seen, name}))} refer to each other."
            raise ConfigError(problem, file=file, key=key)
        require([other], study.samples, "sample", file, key)
        _refuse_circle(study, other, file, (*seen, name))


def _check_order(study: Study, name: str, file: Path) -> None:
    """Refuse a wave that is not after the baseline it is given."""
    sample = study.samples[name]
    if sample.baseline is None:
        return
    waves = {item.name: item.wave for item in study.sources if item.wave is not None}
    own = [waves[source] for source in sample.sources if source in waves]
    before = [waves[source] for source in sources_of(study, sample.baseline) if source in waves]
    if own and before and wave_key(min(own, key=wave_key)) <= wave_key(max(before, key=wave_key)):
        first, last = min(own, key=wave_key), max(before, key=wave_key)
        problem = f"the wave {first} is not after its baseline, which was asked in {last}."
        raise ConfigError(problem, file=file, key=f"samples.{name}.baseline")


def _check_arms(sample: Sample, roles: Mapping[str, str], file: Path, key: str) -> None:
    named = {"arm": (sample.arm, "treatment"), "first_treated": (sample.first_treated, "adoption")}
    for option, (name, role) in named.items():
        known = [item for item, own in roles.items() if own == role]
        require([name] if name else [], known, f"{role} variable", file, f"{key}.{option}")
