"""Series of survey waves: one source written for them all, and what is asked for by wave.

A series is a source with ``waves``. It is written once, and stands for one source a wave; a new wave is a
file and one more entry of the list.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from ruralimpact.config.accounts import with_accounts_written_out
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.schema.analysis import BetweenWaves, OfSample
from ruralimpact.schema.base import Settings
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.exhibit import Exhibit, Exhibits
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.source import Source, SourceEntry, WaveFile
from ruralimpact.schema.strategy import StrategyEntry
from ruralimpact.schema.study import Study, StudyFile
from ruralimpact.schema.validation import validated
from ruralimpact.schema.waves import ending_of, in_order

SettingsT = TypeVar("SettingsT", bound=Settings)


def written_out(
    study: StudyFile,
    file: Path,
    *,
    name: str,
    codebook: Sequence[CodebookRow],
    strategies: Sequence[StrategyEntry],
    exhibits: Exhibits,
) -> Study:
    """Put the files of a study together, with its series as one source a wave, and what is asked for by wave.

    Parameters
    ----------
    study : StudyFile
    file : path
        study.yaml, for messages.
    name : str
        Of the study.
    codebook : sequence of CodebookRow
    strategies : sequence of StrategyEntry
    exhibits : Exhibits

    Returns
    -------
    Study
        Sources ``<series>_<wave>``, codebook rows for each of them (a row for ``<series>_<wave>`` stands in
        the place of the series' row for the same variable), samples with ``waves: each``
        (``<sample>_<wave>``, of one wave) or ``waves: up_to`` (``<sample>_to_<wave>``, of all waves so far,
        from the second), the analyses of those samples under the same endings, and exhibits of all of these
        analyses.

    Raises
    ------
    ConfigError
        A path without the place for the wave, a wave that stands twice, or by-wave samples of sources
        that have no waves.
    """
    study = with_accounts_written_out(study, file)
    sources = sources_written_out(study.sources, file)
    members = {
        entry.name: [source.name for source in sources if source.series == entry.name]
        for entry in study.sources
        if entry.waves
    }
    waves = {source.name: source.wave for source in sources if source.wave is not None}
    samples: dict[str, Sample] = {}
    variants_of: dict[str, list[tuple[str, str]]] = {}
    for key, sample in study.samples.items():
        whole = _changed(sample, file, {"sources": _members(sample.sources, members)})
        variants = list(_by_waves(key, whole, waves, file, study.declared_waves))
        samples |= {name: variant for name, variant, _ in variants}
        if sample.waves is not None:
            variants_of[key] = [(name.removeprefix(key), wave) for name, _, wave in variants]
    analyses, renamed = _analyses(study.analyses, variants_of, file)
    shown = exhibits.model_copy(
        update={
            "tables": tuple(_renamed(table, renamed) for table in exhibits.tables),
            "figures": tuple(_renamed(figure, renamed) for figure in exhibits.figures),
        }
    )
    parts = {
        "name": name,
        "sources": sources,
        "codebook": list(_codebook(codebook, members)),
        "variables": study.variables,
        "outcomes": study.outcomes,
        "samples": samples,
        "analyses": analyses,
        "strategies": list(strategies),
        "exhibits": shown,
    }
    return _as(Study, study, file, parts)


def sources_written_out(entries: Iterable[SourceEntry], file: Path) -> list[Source]:
    """Return the sources that entries of `sources:` stand for: one a file."""
    return [source for entry in entries for source in _by_wave(entry, file)]


def _changed(
    settings: SettingsT, file: Path, changes: Mapping[str, object], *, key: str | None = None
) -> SettingsT:
    """Return settings with other values (None: excluded), checked anew."""
    return _as(type(settings), settings, file, changes, key=key)


def _as(
    kind: type[SettingsT],
    settings: Settings,
    file: Path,
    changes: Mapping[str, object],
    *,
    key: str | None = None,
) -> SettingsT:
    given = {
        key: value for key, value in {**settings.given(), **changes}.items() if value is not None
    }
    return validated(kind, given, file=file, key=key)


def _by_wave(entry: SourceEntry, file: Path) -> Iterator[Source]:
    """Yield the source of an entry, or one for each wave of a series."""
    if not entry.waves:
        yield _as(Source, entry, file, {})
        return
    key, seen = f"sources.{entry.name}", set()
    for declared in entry.waves:
        own = declared if isinstance(declared, WaveFile) else WaveFile(wave=declared)
        wave = str(own.wave)
        if wave in seen:
            raise ConfigError(f"the wave {wave} stands twice.", file=file, key=f"{key}.waves")
        seen.add(wave)
        if own.path is None and "{wave}" not in entry.path:
            problem = "the files of several waves need {wave} in their path."
            raise ConfigError(problem, file=file, key=f"{key}.path")
        changes = {
            **own.given(),
            "name": f"{entry.name}_{ending_of(wave)}",
            "label": f"{entry.label or entry.name}, {wave}",
            "series": entry.name,
            "wave": wave,
            "path": (own.path or entry.path).replace("{wave}", wave),
        }
        yield _as(Source, entry, file, {**changes, "waves": None})


def _members(names: Sequence[str], members: Mapping[str, Sequence[str]]) -> list[str]:
    return [source for name in names for source in members.get(name, [name])]


def _codebook(
    rows: Sequence[CodebookRow], members: Mapping[str, Sequence[str]]
) -> Iterator[CodebookRow]:
    own = {(row.variable, row.source) for row in rows}
    for row in rows:
        for source in members.get(row.source, [row.source]):
            if source == row.source or (row.variable, source) not in own:
                yield row.model_copy(update={"source": source})


def _by_waves(
    name: str, sample: Sample, waves: Mapping[str, str], file: Path, declared: Sequence[str]
) -> Iterator[tuple[str, Sample, str]]:
    """Yield the samples that one entry stands for: name, sample and last wave."""
    if sample.waves is None:
        yield name, sample, ""
        return
    key, up_to = f"samples.{name}.waves", sample.waves == "up_to"
    without = [source for source in sample.sources if source not in waves]
    if without:
        problem = f"the source '{without[0]}' has no wave, so the sample cannot be made by wave."
        raise ConfigError(problem, file=file, key=key)
    order = in_order((waves[source] for source in sample.sources), declared)
    if up_to and len(order) < 2:
        raise ConfigError("one wave makes no panel; add another.", file=file, key=key)
    for position, wave in enumerate(order):
        if up_to and position == 0:
            continue
        kept = order[: position + 1] if up_to else [wave]
        sources = [source for source in sample.sources if waves[source] in kept]
        label = f"{sample.label}, {f'{order[0]} to {wave}' if up_to else wave}"
        variant = _changed(sample, file, {"waves": None, "sources": sources, "label": label})
        yield f"{name}_{'to_' if up_to else ''}{ending_of(wave)}", variant, wave


def _analyses(
    analyses: Iterable[OfSample], variants_of: Mapping[str, Sequence[tuple[str, str]]], file: Path
) -> tuple[list[OfSample], dict[str, list[str]]]:
    """Return the analyses by wave, and what each entry's name stands for."""
    written: list[OfSample] = []
    renamed: dict[str, list[str]] = {}
    for analysis in analyses:
        variants = variants_of.get(analysis.sample)
        if variants is None:
            written.append(analysis)
            continue
        renamed[analysis.name] = [f"{analysis.name}{ending}" for ending, _ in variants]
        for ending, wave in variants:
            periods = {
                key: [wave if period == "latest" else period for period in getattr(analysis, key)]
                for key in ("before", "after")
                if isinstance(analysis, BetweenWaves)
            }
            names = {
                "name": f"{analysis.name}{ending}",
                "label": f"{analysis.label}, {wave}",
                "sample": f"{analysis.sample}{ending}",
            }
            key = f"analyses.{names['name']}"
            written.append(_changed(analysis, file, {**periods, **names}, key=key))
    return written, renamed


def _renamed(exhibit: Exhibit, renamed: Mapping[str, Sequence[str]]) -> Exhibit:
    if not isinstance(exhibit, OfAnalyses):
        return exhibit
    names = [variant for name in exhibit.analyses for variant in renamed.get(name, [name])]
    return exhibit.model_copy(update={"analyses": tuple(dict.fromkeys(names))})
