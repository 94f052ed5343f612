"""Survey waves in a configuration: one source for a whole series, and the rounds of a study.

A series is a source with ``waves``. It is written once, and stands for one source a wave; a new wave is a
file and one more entry of the list.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruralimpact.errors import ConfigError

Study = Mapping[str, Any]
# Ways a sample can be made of the waves of its sources.
EACH, UP_TO = "each", "up_to"
# Keys of a sample that name another sample.
REFERENCES = ("baseline", "restrict_to")


def expand_waves(study: Study, file: Path) -> dict[str, Any]:
    """Write out the series of a study as one source a wave, and what is asked for by wave.

    Parameters
    ----------
    study : mapping
        As the files of a study hold it.
    file : path
        study.yaml, for messages.

    Returns
    -------
    dict
        The study without series: sources ``<series>_<wave>``, codebook rows for each of them (a row
        for ``<series>_<wave>`` stands in the place of the series' row for the same variable), samples
        with ``waves: each`` (``<sample>_<wave>``, of one wave) or ``waves: up_to``
        (``<sample>_to_<wave>``, of all waves so far, from the second), the analyses of those samples
        under the same endings, and exhibits of all of these analyses.

    Raises
    ------
    ConfigError
        A path without the place for the wave, a wave that stands twice, or by-wave samples of sources
        that have no waves.
    """
    series = {source["name"]: source for source in study["sources"] if "waves" in source}
    sources = [one for source in study["sources"] for one in _by_wave(source, file)]
    members = {
        name: [one["name"] for one in sources if one.get("series") == name] for name in series
    }
    waves = {source["name"]: source["wave"] for source in sources if "wave" in source}
    samples: dict[str, Any] = {}
    made: dict[str, list[tuple[str, str]]] = {}
    for name, sample in study["samples"].items():
        whole = {**sample, "sources": _members(sample["sources"], members)}
        variants = list(_by_waves(name, whole, waves, file))
        samples |= {key: variant for key, variant, _ in variants}
        if "waves" in sample:
            made[name] = [(key.removeprefix(name), wave) for key, _, wave in variants]
    analyses, renamed = _analyses(study["analyses"], made)
    return {
        **study,
        "sources": sources,
        "codebook": list(_codebook(study["codebook"], members)),
        "samples": samples,
        "analyses": analyses,
        "exhibits": {
            kind: [_renamed(exhibit, renamed) for exhibit in exhibits]
            for kind, exhibits in study["exhibits"].items()
        },
    }


def rounds_of(study: Study) -> dict[str, dict[str, Any]]:
    """Split a study into its rounds: what can be computed when each wave has come.

    Parameters
    ----------
    study : mapping
        As `ruralimpact.config.load_study` returns it.

    Returns
    -------
    dict of str to dict
        Wave of the round (empty for what needs no wave of a source) to the study with the samples and
        analyses of that round only, in the order of the waves, and with the sources, codebook, variables
        and outcomes that were known by then. A sample belongs to the round of the last of its waves, so
        that a later wave changes nothing that was computed before. ``references`` are samples of earlier
        rounds that its samples name; ``ending`` is the end of the names of its rules (empty for the first
        round), and ``folder`` where its tables stand under that of the study.
    """
    order = ["", *wave_order(study)]
    of_sample = {name: _round(study, name, order) for name in study["samples"]}
    found: dict[str, dict[str, Any]] = {}
    for place, wave in enumerate(order):
        samples = {name: one for name, one in study["samples"].items() if of_sample[name] == wave}
        if samples:
            known = [s for s in study["sources"] if order.index(s.get("wave", "")) <= place]
            described = {"*", *(source["name"] for source in known)}
            codebook = [row for row in study["codebook"] if row["source"] in described]
            found[wave] = {
                **study,
                **_definitions(study, {row["variable"] for row in codebook}),
                "sources": known,
                "codebook": codebook,
                "samples": samples,
                "references": {
                    name: study["samples"][name] for name in _references(study, samples)
                },
                **_of_round(study, samples),
                "ending": f"_{_ending(wave)}" if found else "",
                "folder": f"/waves/{_ending(wave)}" if found else "",
            }
    return found


def wave_order(study: Study) -> list[str]:
    """Return the waves of a study's sources from the first to the last; numbers before words."""
    waves = {source["wave"] for source in study["sources"] if "wave" in source}
    return sorted(waves, key=wave_key)


def wave_key(wave: str) -> tuple[int, float, str]:
    """Return what waves are ordered by: their number, else their name."""
    try:
        return (0, float(wave), wave)
    except ValueError:
        return (1, 0.0, wave)


def sources_of(study: Study, sample: str) -> list[str]:
    """Return the sources that a sample is made from, those of the samples it refers to included."""
    spec = study["samples"][sample]
    named = list(spec["sources"])
    for other in (spec[key] for key in REFERENCES if key in spec):
        named += sources_of(study, other)
    return list(dict.fromkeys(named))


def _of_round(study: Study, samples: Mapping[str, Any]) -> dict[str, Any]:
    """Return the analyses of some samples, and of the list of those tested for sensitivity its part."""
    analyses = [one for one in study["analyses"] if one["sample"] in samples]
    tested = study.get("sensitivity", {})
    if "analyses" not in tested:
        return {"analyses": analyses}
    names = [one["name"] for one in analyses]
    mine = [name for name in tested["analyses"] if name in names]
    return {"analyses": analyses, "sensitivity": {**tested, "analyses": mine}}


def _definitions(study: Study, described: set[str]) -> dict[str, dict[str, Any]]:
    """Return variables and outcomes without those that are made from what nobody asked so far."""
    unknown = {row["variable"] for row in study["codebook"]} - described
    kept: dict[str, dict[str, Any]] = {}
    for block in ("variables", "outcomes"):
        kept[block] = {}
        for name, spec in study[block].items():
            if unknown & set(_texts(spec)):
                unknown.add(name)
            else:
                kept[block][name] = spec
    return kept


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a definition: what it may name."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value)


def _references(study: Study, samples: Mapping[str, Any]) -> list[str]:
    """Return samples that these refer to, directly or through others, in the order of the study."""
    found: set[str] = set()
    waiting = list(samples)
    while waiting:
        spec = study["samples"][waiting.pop()]
        for other in (spec[key] for key in REFERENCES if key in spec):
            waiting += [] if other in found else [other]
            found.add(other)
    return [name for name in study["samples"] if name in found and name not in samples]


def _round(study: Study, sample: str, order: Sequence[str]) -> str:
    waves = {source["name"]: source.get("wave", "") for source in study["sources"]}
    known: list[str] = [waves.get(name, "") for name in sources_of(study, sample)]
    return max(known, key=order.index)


def _by_wave(source: Mapping[str, Any], file: Path) -> Iterator[dict[str, Any]]:
    """Yield a source as it is, or one for each wave of a series."""
    if "waves" not in source:
        yield dict(source)
        return
    key, seen = f"sources.{source['name']}", set()
    common = {name: value for name, value in source.items() if name != "waves"}
    for entry in source["waves"]:
        own = dict(entry) if isinstance(entry, Mapping) else {"wave": entry}
        wave = str(own["wave"])
        if wave in seen:
            raise ConfigError(f"the wave {wave} stands twice.", file=file, key=f"{key}.waves")
        seen.add(wave)
        path = str(own.get("path", source["path"]))
        if "path" not in own and "{wave}" not in path:
            problem = "the files of several waves need {wave} in their path."
            raise ConfigError(problem, file=file, key=f"{key}.path")
        yield {
            **common,
            **own,
            "name": f"{source['name']}_{_ending(wave)}",
            "label": f"{source.get('label', source['name'])}, {wave}",
            "series": source["name"],
            "wave": wave,
            "path": path.replace("{wave}", wave),
        }


def _ending(wave: str) -> str:
    """Return a wave as the end of a name."""
    return "".join(letter if letter.isalnum() else "_" for letter in wave.lower())


def _members(names: Sequence[str], members: Mapping[str, Sequence[str]]) -> list[str]:
    return [one for name in names for one in members.get(name, [name])]


def _codebook(
    rows: Sequence[Mapping[str, Any]], members: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    own = {(row["variable"], row["source"]) for row in rows}
    for row in rows:
        for source in members.get(row["source"], [row["source"]]):
            if source == row["source"] or (row["variable"], source) not in own:
                yield {**row, "source": source}


def _by_waves(
    name: str, sample: Mapping[str, Any], waves: Mapping[str, str], file: Path
) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the samples that one entry stands for: name, sample and last wave."""
    how = sample.get("waves")
    if how is None:
        yield name, dict(sample), ""
        return
    key = f"samples.{name}.waves"
    common = {option: value for option, value in sample.items() if option != "waves"}
    without = [source for source in sample["sources"] if source not in waves]
    if without:
        problem = f"the source '{without[0]}' has no wave, so the sample cannot be made by wave."
        raise ConfigError(problem, file=file, key=key)
    order = sorted({waves[source] for source in sample["sources"]}, key=wave_key)
    if how == UP_TO and len(order) < 2:
        raise ConfigError("one wave makes no panel; add another.", file=file, key=key)
    for place, wave in enumerate(order):
        if how == UP_TO and place == 0:
            continue
        kept = order[: place + 1] if how == UP_TO else [wave]
        sources = [source for source in sample["sources"] if waves[source] in kept]
        middle = "to_" if how == UP_TO else ""
        label = f"{sample['label']}, {order[0]} to {wave}" if how == UP_TO else ""
        yield (
            f"{name}_{middle}{_ending(wave)}",
            {**common, "sources": sources, "label": label or f"{sample['label']}, {wave}"},
            wave,
        )


def _analyses(
    analyses: Sequence[Mapping[str, Any]], made: Mapping[str, Sequence[tuple[str, str]]]
) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """Return the analyses by wave, and what each entry's name stands for."""
    found, renamed = [], {}
    for analysis in analyses:
        variants = made.get(analysis["sample"])
        if variants is None:
            found.append(dict(analysis))
            continue
        renamed[analysis["name"]] = [f"{analysis['name']}{ending}" for ending, _ in variants]
        for ending, wave in variants:
            periods = {
                key: [wave if period == "latest" else period for period in analysis[key]]
                for key in ("before", "after")
                if key in analysis
            }
            found.append(
                {
                    **analysis,
                    **periods,
                    "name": f"{analysis['name']}{ending}",
                    "label": f"{analysis['label']}, {wave}",
                    "sample": f"{analysis['sample']}{ending}",
                }
            )
    return found, renamed


def _renamed(exhibit: Mapping[str, Any], renamed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    if "analyses" not in exhibit:
        return dict(exhibit)
    names = [one for name in exhibit["analyses"] for one in renamed.get(name, [name])]
    return {**exhibit, "analyses": names}
