"""From units of a sample back to the rows of raw files, so that a message can name what to look at."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ruralimpact.config import load_study
from ruralimpact.design.comparison import STRATUM, WEIGHT
from ruralimpact.errors import DataError, RuralImpactError, listed, location
from ruralimpact.outcomes.unit_ids import in_waves
from ruralimpact.privacy.keyed_ids import MARK, key_at_hand
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.source import Source
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import Entry, entries_of, marked_columns, parse_codebook
from ruralimpact.survey.harmonise import Survey, harmonise
from ruralimpact.survey.prepare import id_columns
from ruralimpact.survey.private_columns import has_private_ids
from ruralimpact.survey.raw_column import TOGETHER
from ruralimpact.survey.readers import read_joined, read_source
from ruralimpact.survey.table_place import table_place

_TIMES = " x "
_STUDIES = Path("config/studies")
ReadSource = tuple[Source, tuple[Entry, ...], Survey]


@dataclass(frozen=True)
class _Place:
    """Rows of a raw file; `column` is the raw one, if the file has it."""

    file: str
    column: str | None
    rows: list[int]


def in_raw_files(error: DataError, study: str) -> DataError:
    """Return an error with the raw files and rows of its units in the place of the sample.

    Files are read once more: the tables between them and the sample keep no row numbers, so that the order
    of rows leaves no trace in any result.

    Parameters
    ----------
    error : DataError
        With `within` and `units`.
    study : str
        A study of the project in whose folder this runs.

    Returns
    -------
    DataError
        `error` itself where no unit is found, or a file cannot be read any more.
    """
    try:
        known = load_study(_STUDIES / study)
        sample = sample_of(str(error.within), known)
        if sample is None:
            return error
        return in_surveys(error, sample, _surveys(known, sample.sources))
    except (RuralImpactError, OSError):
        return error


def in_surveys(error: DataError, sample: Sample, surveys: Iterable[ReadSource]) -> DataError:
    """Return an error with the raw files and rows of its units in the place of the sample.

    Parameters
    ----------
    error : DataError
        With `units`.
    sample : Sample
        The one that the units are of.
    surveys : iterable of (Source, tuple of Entry, Survey)
        Its sources as they were read, each with the entries of the codebook that describe it.

    Returns
    -------
    DataError
        `error` itself where no unit is found.
    """
    places = list(_places(error, sample, surveys))
    if not places or error.units is None:
        return error
    first, *others = places
    named = [f"variable '{error.column}'"] if error.column and not first.column else []
    readable = [unit for unit in error.units if not unit.startswith(MARK)]
    units = [listed("unit", readable)] if readable else []
    about = ", ".join([*named, *units, str(error.within)])
    also = "; ".join(
        location(file=other.file, column=other.column, rows=other.rows) for other in others
    )
    hints = [*([f"Also {also}."] if also else []), *([error.hint] if error.hint else [])]
    return DataError(
        f"{error.problem.removesuffix('.')} ({about}).",
        file=first.file,
        column=first.column,
        rows=first.rows,
        hint=" ".join(hints) or None,
    )


def _places(error: DataError, sample: Sample, surveys: Iterable[ReadSource]) -> Iterator[_Place]:
    """Yield the rows of the units, file by file."""
    for source, entries, survey in surveys:
        rows = sorted(survey.rows[_are_of(survey.table, error.units or ())])
        raw_names = {entry.variable: entry.raw_name for entry in entries} | {
            "id": TOGETHER.join(id_columns(source))
        }
        declared = [raw_names.get(name) for name in _declared(error.column, sample)]
        column = _TIMES.join(filter(None, declared)) if all(declared) else None
        if rows:
            yield _Place(table_place(source), column or None, rows)


def _declared(column: str | None, sample: Sample) -> tuple[str, ...]:
    """The variables that a column of a sample is declared by."""
    if column == "group":
        return (sample.group or "id",)
    if column == WEIGHT:
        return sample.weight or ()
    return (str(sample.strata if column == STRATUM else column or ""),)


def _surveys(study: Study, names: Sequence[str]) -> Iterator[ReadSource]:
    """Yield sources read anew, with their entries of the codebook."""
    codebook = parse_codebook(study.codebook, [source.name for source in study.sources])
    for source in study.sources:
        if source.name not in names:
            continue
        entries = entries_of(codebook, source.name, source.item)
        survey = harmonise(
            read_source(source),
            source,
            entries,
            file=table_place(source),
            others=read_joined(source),
            marked=marked_columns(codebook, source.name),
            key=key_at_hand() if has_private_ids(source) else None,
        )
        yield source, entries, survey


@dataclass(frozen=True)
class RawRows:
    """Rows of a raw file that units of a sample are from.

    Attributes
    ----------
    source : Source
    rows : DataFrame
        ``row`` of the raw file, ``id`` of the unit as results have it, and ``unit_id`` within the wave.
    """

    source: Source
    rows: pd.DataFrame


def rows_behind(study: Study, sources: Sequence[str], units: Sequence[str]) -> Iterator[RawRows]:
    """Yield the rows of raw files that units are from, file by file.

    Parameters
    ----------
    study : Study
        Of the project in whose folder this runs.
    sources : sequence of str
        Names of the sources to look in.
    units : sequence of str
        As in the column ``unit_id`` of a sample.

    Yields
    ------
    RawRows
        In the order of the sources; of those without a row of them nothing.
    """
    for source, _, survey in _surveys(study, sources):
        table = survey.table
        named = in_waves(table["id"], table["wave"]) if "wave" in table else table["id"]
        own = pd.DataFrame({"row": survey.rows, "id": table["id"], "unit_id": named})
        own = own[_are_of(table, units).to_numpy()].sort_values("row", ignore_index=True)
        if len(own):
            yield RawRows(source, own)


def sample_of(within: str, study: Study) -> Sample | None:
    """Return the sample that an error is in, or that of the analysis that it is in."""
    kind, _, name = within.partition(" ")
    if kind == "analysis":
        name = next((analysis.sample for analysis in study.analyses if analysis.name == name), "")
    return study.samples.get(name)


def _are_of(table: pd.DataFrame, units: Sequence[str]) -> pd.Series:
    """Whether rows are of units, which are identifiers or have the wave with them."""
    by_id = table["id"].isin(units)
    return by_id | in_waves(table["id"], table["wave"]).isin(units) if "wave" in table else by_id
