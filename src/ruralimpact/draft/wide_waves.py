"""Waves that stand side by side in one file: ``income_2019`` and ``income_2022``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ruralimpact.draft.column_names import last_part
from ruralimpact.draft.column_profile import ColumnProfile
from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.source import DraftSource

_YEAR = re.compile(r"(?<!\d)(19[89]\d|20[0-4]\d)(?!\d)")
_AROUND = re.compile(r"[\s_.\-()]+")


def in_waves(source: DraftSource) -> list[DraftSource]:
    """Return a source for each wave where a file has the same columns of several years, else the source.

    Parameters
    ----------
    source : DraftSource
        Where its file or a column names the wave, what else is of several years is what was asked about.
    """
    by_stem = _by_stem(source.columns)
    years = sorted({year for columns in by_stem.values() for year in columns})
    if source.option("wave") != OPEN or not years:
        return [source]
    return [_of_wave(source, year, by_stem) for year in years]


def _by_stem(columns: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the columns whose names differ in the year alone, by their common name and year."""
    stems: dict[str, dict[str, str]] = {}
    for name in columns:
        years = _YEAR.findall(name)
        if len(years) == 1:
            stem = _AROUND.sub(" ", last_part(name).replace(years[0], " ")).strip()
            stems.setdefault(stem, {})[years[0]] = name
    return {stem: named for stem, named in stems.items() if stem and len(named) > 1}


def _of_wave(
    source: DraftSource, year: str, by_stem: Mapping[str, Mapping[str, str]]
) -> DraftSource:
    """Return the source of a wave: its own columns, under their common names, and those of no year."""
    own = {named[year]: stem for stem, named in by_stem.items() if year in named}
    others = {name for named in by_stem.values() for name in named.values()} - set(own)
    columns = {name: column for name, column in source.columns.items() if name not in others}
    wave = Proposal("wave", year, _evidence(by_stem))
    options = [wave if option.key == "wave" else option for option in source.options]
    return replace(
        source,
        name=f"{source.name}_{year}",
        columns=_with_common_questions(columns, own),
        options=tuple(options),
        called=own,
    )


def _with_common_questions(
    columns: Mapping[str, ColumnProfile], own: Mapping[str, str]
) -> dict[str, ColumnProfile]:
    """Give a column of a wave that no question describes its common name as one."""
    return {
        name: replace(column, question=column.question or own[name]) if name in own else column
        for name, column in columns.items()
    }


def _evidence(by_stem: Mapping[str, Mapping[str, str]]) -> str:
    shown: Sequence[str] = next(iter(list(named.values()) for named in by_stem.values()))
    named = " and ".join(f"'{name}'" for name in shown[:2])
    return f"{named}: a source a wave of the same file; are these years waves of the survey?"
