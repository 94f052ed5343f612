"""The rounds of a study: what can be computed when each of its survey waves has come."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ruralimpact.errors import ConfigError
from ruralimpact.schema.construction import Construction
from ruralimpact.schema.sample import Sample, Wave
from ruralimpact.schema.study import Study
from ruralimpact.schema.waves import ending_of, in_order, not_later, refuse_unordered, wave_key


def rounds_of(study: Study) -> dict[str, Study]:
    """Split a study into its rounds.

    Parameters
    ----------
    study : Study

    Returns
    -------
    dict of str to Study
        Wave of the round (empty for what needs no wave of a source) to the study with the samples and
        analyses of that round only, in the order of the waves, and with the sources, codebook, variables
        and outcomes that were known by then. A sample belongs to the round of the last of its waves, so
        that a later wave changes nothing that was computed before. ``references`` are samples of earlier
        rounds that its samples name; ``ending`` is the end of the names of its rules (empty for the first
        round), and ``folder`` where its tables stand under that of the study.
    """
    order = ["", *wave_order(study)]
    of_sample = {name: _round(study, name, order) for name in study.samples}
    rounds: dict[str, Study] = {}
    for position, wave in enumerate(order):
        samples = {
            name: sample for name, sample in study.samples.items() if of_sample[name] == wave
        }
        if samples:
            known = tuple(s for s in study.sources if order.index(s.wave or "") <= position)
            described = {"*", *(source.name for source in known)}
            codebook = tuple(row for row in study.codebook if row.source in described)
            of_round = {
                **_definitions(study, {row.variable for row in codebook}),
                "sources": known,
                "codebook": codebook,
                "samples": samples,
                "references": {name: study.samples[name] for name in _references(study, samples)},
                **_asked(study, samples),
                "ending": f"_{ending_of(wave)}" if rounds else "",
                "folder": f"/waves/{ending_of(wave)}" if rounds else "",
            }
            rounds[wave] = study.model_copy(update=of_round)
    return rounds


def wave_order(study: Study) -> list[str]:
    """Return the waves of sources from the first to the last; of no declared order, numbers before words."""
    waves = (source.wave for source in study.sources if source.wave is not None)
    return in_order(waves, study.declared_waves)


def waves_out_of_order(
    study: Study, before: Sequence[Wave], after: Sequence[Wave], file: Path, key: str
) -> Iterator[ConfigError]:
    """Yield an error where waves after do not come later than waves before, or it cannot be told.

    Parameters
    ----------
    study : Study
    before, after : sequence of int or str
    file : path
        study.yaml, for messages.
    key : str
        Of what lists them, as ``before`` and ``after``.
    """
    named = [str(wave) for wave in before], [str(wave) for wave in after]
    order = study.declared_waves
    try:
        refuse_unordered([*named[0], *named[1]], order)
    except ConfigError as problem:
        yield problem.at(file=file, key=problem.key, mark=None)
        return
    problem_of_order = not_later(*named, order=order)
    if problem_of_order is not None:
        yield ConfigError(problem_of_order, file=file, key=f"{key}.after")


def waves_not_after(
    study: Study, sample: str, baseline: str, file: Path, key: str
) -> Iterator[ConfigError]:
    """Yield an error where a sample is not of later waves than its baseline.

    Parameters
    ----------
    study : Study
    sample, baseline : str
        Samples; their sources that name no wave are passed over.
    file : path
        study.yaml, for messages.
    key : str
        Of what names them.
    """
    waves = {source.name: source.wave for source in study.sources if source.wave is not None}
    own = [waves[source] for source in study.samples[sample].sources if source in waves]
    before = [waves[source] for source in sources_of(study, baseline) if source in waves]
    if not own or not before:
        return
    order = study.declared_waves
    first, last = in_order(own, order)[0], in_order(before, order)[-1]
    if wave_key(first, order) <= wave_key(last, order):
        problem = f"the wave {first} is not after its baseline, which was asked in {last}."
        yield ConfigError(problem, file=file, key=key)


def sources_of(study: Study, sample: str) -> list[str]:
    """Return the sources that a sample is made from, those of the samples it refers to included."""
    named = list(study.samples[sample].sources)
    for other in study.samples[sample].referred:
        named += sources_of(study, other)
    return list(dict.fromkeys(named))


def _asked(study: Study, samples: Mapping[str, Sample]) -> dict[str, object]:
    """Return the analyses of some samples, and what is asked about them and their follow-ups."""
    analyses = tuple(analysis for analysis in study.analyses if analysis.sample in samples)
    names = [analysis.name for analysis in analyses]
    asked: dict[str, object] = {
        "analyses": analyses,
        "power": tuple(entry for entry in study.power if entry.analysis in names),
        "attrition": tuple(entry for entry in study.attrition if entry.followup in samples),
    }
    if study.sensitivity.analyses is not None:
        mine = tuple(name for name in study.sensitivity.analyses if name in names)
        asked["sensitivity"] = study.sensitivity.model_copy(update={"analyses": mine})
    return asked


def _definitions(study: Study, described: set[str]) -> dict[str, dict[str, Construction]]:
    """Return variables and outcomes without those that are made from what nobody asked so far."""
    unknown = {row.variable for row in study.codebook} - described
    kept: dict[str, dict[str, Construction]] = {"variables": {}, "outcomes": {}}
    for block, specs in (("variables", study.variables), ("outcomes", study.outcomes)):
        for name, spec in specs.items():
            if unknown & {*spec.inputs}:
                unknown.add(name)
            else:
                kept[block][name] = spec
    return kept


def _references(study: Study, samples: Iterable[str]) -> list[str]:
    """Return samples that these refer to, directly or through others, in the order of the study."""
    referred: set[str] = set()
    waiting = list(samples)
    while waiting:
        others = study.samples[waiting.pop()].referred
        waiting += [other for other in others if other not in referred]
        referred |= set(others)
    return [name for name in study.samples if name in referred and name not in samples]


def _round(study: Study, sample: str, order: Sequence[str]) -> str:
    waves = {source.name: source.wave or "" for source in study.sources}
    return max((waves.get(name, "") for name in sources_of(study, sample)), key=order.index)
