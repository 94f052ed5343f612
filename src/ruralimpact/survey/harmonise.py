"""One raw table to one survey table: canonical names, types and units, sorted by identifier."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError, DataError, UnknownValueError
from ruralimpact.privacy.keyed_ids import keyed
from ruralimpact.schema.edit import Currency
from ruralimpact.schema.quality import SurveyQuality
from ruralimpact.schema.source import SourceEntry
from ruralimpact.schema.waves import wave_text
from ruralimpact.suggestions import nearest
from ruralimpact.survey.cells_set_missing import SetToMissing, set_to_missing
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.declared_values import refuse_near_declared
from ruralimpact.survey.hidden_ids import (
    GROUP,
    CellsOfUnits,
    hashed_groups,
    is_key_of_rows,
    numbered,
    refuse_ids,
    telling_ids,
    without_interviewers,
)
from ruralimpact.survey.identifiers import ROW_NUMBER, check_identifiers, check_wave, identifiers
from ruralimpact.survey.join import UnmatchedRows
from ruralimpact.survey.parent_tables import refuse_rows_of_repeated_rows
from ruralimpact.survey.prepare import id_columns, prepare
from ruralimpact.survey.private_columns import (
    files_of,
    has_private_ids,
    private_columns,
    quoting_nothing_private,
    refuse_telling_names,
)
from ruralimpact.survey.quality import quality_report
from ruralimpact.survey.raw_column import TOGETHER, columns_of
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.recode import Recoded, recode_variable
from ruralimpact.survey.repeated_headers import refuse_repeated_headers
from ruralimpact.survey.set_missing import mark_of
from ruralimpact.survey.similar import near_forms, refuse_two_ways
from ruralimpact.survey.summary_rows import refuse_summary_rows, refuse_total_values
from ruralimpact.survey.values import each_text, forms_of_code


@dataclass(frozen=True)
class Survey:
    """A source after the codebook was applied.

    Attributes
    ----------
    table : DataFrame
        ``id`` (str), ``wave`` (int or str, where the source has one), then one column a codebook
        variable: float, str for a category, int for the wave variable; and one a variable of which
        something was set to missing (`set_missing.mark_of`). Sorted by id and wave (and
        item, where a unit has several rows), so the order of rows in the raw file leaves no trace.
    quality : SurveyQuality
    rows : ndarray of int, shape (n,)
        Row of the raw file that each row of `table` is from.
    withheld : tuple of SetToMissing
        What was set to missing, in the order of the codebook.
    unmatched : tuple of UnmatchedRows
        Rows of joined files, and of this one, that have no other.
    """

    table: pd.DataFrame
    quality: SurveyQuality
    rows: NDArray[np.int64]
    withheld: tuple[SetToMissing, ...] = ()
    unmatched: tuple[UnmatchedRows, ...] = ()


def harmonise(
    raw: RawTable,
    source: SourceEntry,
    entries: Sequence[Entry],
    *,
    file: str | Path,
    others: Mapping[str, RawTable] | None = None,
    marked: Sequence[str] = (),
    key: bytes | None = None,
    elsewhere: Collection[str] = (),
) -> Survey:
    """Apply the codebook to the raw table of a source.

    Parameters
    ----------
    raw : RawTable
        As `readers.read_source` returns it.
    source : SourceEntry
    entries : sequence of Entry
        Entries of this source.
    file : path
        For messages.
    others : mapping of str to RawTable, optional
        Files of ``join:``, by name.
    marked : sequence of str
        Raw columns that the codebook marks as identifiers.
    key : bytes, optional
        Key of the hashes that stand for identifiers (`privacy.keyed_ids`); when not given, and of a source
        that says ``public_ids`` or whose rows are numbered, identifiers stay as they are.
    elsewhere : collection of str
        Identifiers of other sources that no cell holds by chance (`telling_ids`).

    Returns
    -------
    Survey

    Raises
    ------
    DataError
        See `recode.recode_variable` and `identifiers`; also a file without data rows.
    ConfigError
        ``wave_variable`` is no codebook variable with that role.
    """
    joined = others or {}
    hidden = {*marked, *(id_columns(source) if has_private_ids(source) else ())}
    try:
        refuse_telling_names(files_of(raw, source, joined, file), hidden)
        return _harmonised(raw, source, entries, file, joined, hidden, key, elsewhere)
    except DataError as error:
        private = private_columns(raw, source, entries, joined, marked)
        files = files_of(raw, source, joined, file)
        raise quoting_nothing_private(error, files, source, entries, private) from None
    except UnknownValueError as error:
        private = private_columns(raw, source, entries, joined, marked)
        raise (error.without_hint() if error.column in private else error) from None


def _harmonised(
    raw: RawTable,
    source: SourceEntry,
    entries: Sequence[Entry],
    file: str | Path,
    others: Mapping[str, RawTable],
    private: Collection[str],
    key: bytes | None,
    elsewhere: Collection[str],
) -> Survey:
    refuse_rows_of_repeated_rows(raw, source, file)
    prepared = prepare(
        raw,
        source,
        file=file,
        others=others,
        items=columns_beside_id(raw, source, entries),
        missing_codes=missing_forms(entries),
    )
    rows = prepared.table
    first = next(
        (own for own in id_columns(source) if own != ROW_NUMBER), str(rows.cells.columns[0])
    )
    refuse_repeated_headers(rows.cells, file=file, column=first)
    refuse_summary_rows(
        rows.cells,
        id_columns(source),
        file=file,
        passed_over=source.as_written,
        decimal=source.decimal or ".",
    )
    ids = identifiers(rows, id_columns(source), file)
    recoded = {
        entry.variable: recode_variable(
            rows,
            entry,
            file=file,
            decimal=source.decimal,
            dates=source.dates,
            edited=entry.raw_name in prepared.edited,
        )
        for entry in entries
    }
    distinct = set(source.as_written)
    _refuse_two_ways(
        recoded, [element for element in entries if element.raw_name not in distinct], file
    )
    for entry in entries:
        told_apart = entry.variable == source.item or entry.role == "group"
        if told_apart and not entry.is_number and entry.raw_name not in distinct:
            data, column = recoded[entry.variable].data, entry.raw_name
            refuse_total_values(data, variable=entry.variable, column=column, file=file)
    withheld = [
        cells
        for entry in entries
        for cells in set_to_missing(prepared, entry, recoded[entry.variable])
    ]
    variables = {
        entry.variable: without_interviewers(recoded[entry.variable].data, entry)
        for entry in entries
    }
    recoded = {name: replace(own, data=variables[name]) for name, own in recoded.items()}
    wave = _wave(source, entries, variables, ids.index, file)
    item = None if source.item is None else variables[source.item]
    named = id_columns(source)
    check_identifiers(ids, wave, item, file=file, column=TOGETHER.join(named))
    if not distinct.issuperset(named):
        refuse_two_ways(
            ids,
            file=file,
            column=TOGETHER.join(named),
            what="identifiers",
            quoted=not has_private_ids(source),
        )

    if source.wave_variable is not None and wave is not None:
        variables[source.wave_variable] = wave
    if has_private_ids(source) or elsewhere:
        own_ids = ids if has_private_ids(source) else None
        others_of_units = [name for name in [*private, *_keys(source)] if name not in named]
        telling = telling_ids(rows.cells, own_ids, others_of_units, file)
        cells = CellsOfUnits(rows.cells, own_ids, file, telling.union(elsewhere))
        hidden = _without_ids(cells, source, entries, variables, wave, key)
        recoded |= {name: replace(recoded[name], data=values) for name, values in hidden.items()}
        variables |= hidden
    if key is not None and has_private_ids(source):
        ids = keyed(ids, key, near_forms)
    keys = {"id": ids} if wave is None else {"id": ids, "wave": wave}
    order = [*keys, *([] if source.item is None else [source.item])]
    marks = {
        mark_of(name): rows.cells.index.isin(
            [row for cells in withheld if cells.variable == name for row in cells.rows]
        )
        for name in dict.fromkeys(cells.variable for cells in withheld)
    }
    table = pd.DataFrame({**keys, **variables, **marks}).sort_values(order, kind="stable")
    report = quality_report(prepared, entries, recoded, used=[*_used(source), *private])
    return Survey(
        table=table.reset_index(drop=True),
        quality=report,
        rows=table.index.to_numpy(np.int64),
        withheld=tuple(withheld),
        unmatched=prepared.unmatched,
    )


def missing_forms(entries: Sequence[Entry]) -> dict[str, set[str]]:
    """Return what means "missing" by the codebook, by raw column, in each form that it may be written in."""
    forms: dict[str, set[str]] = {}
    for entry in entries:
        codes = {form for code in entry.missing_codes for form in forms_of_code(code)}
        forms[entry.raw_name] = forms.get(entry.raw_name, set()) | codes
    return {name: codes for name, codes in forms.items() if codes}


def _without_ids(
    cells: CellsOfUnits,
    source: SourceEntry,
    entries: Sequence[Entry],
    variables: Mapping[str, pd.Series],
    wave: pd.Series | None,
    key: bytes | None,
) -> dict[str, pd.Series]:
    """Return the variables that hold identifiers of units without them: numbered rows, hashed groups.

    Raises
    ------
    DataError
        Another variable holds some.
    """
    hidden: dict[str, pd.Series] = {}
    for entry in entries:
        values = variables[entry.variable]
        if entry.variable == source.item:
            if is_key_of_rows(cells, entry):
                units = [part for part in (cells.ids, wave) if part is not None]
                hidden[entry.variable] = numbered(values, units, as_text=not entry.is_number)
        elif entry.role == GROUP and not entry.is_number:
            if cells.ids is None:
                refuse_ids(cells, entry)
            elif key is not None and cells.with_ids(entry).any():
                hidden[entry.variable] = hashed_groups(values, key)
        elif entry.variable != source.wave_variable:
            refuse_ids(cells, entry)
    return hidden


def _used(source: SourceEntry) -> list[str]:
    """Return the raw columns that a source uses besides those of the codebook."""
    stated_in = [rule.stated_in for rule in source.edits if isinstance(rule, Currency)]
    chosen = [condition.column for condition in source.keep]
    return [*id_columns(source), *stated_in, *_keys(source), *chosen]


def _keys(source: SourceEntry) -> list[str]:
    """Return the raw columns that other files are joined by."""
    return [column for joined in source.join for column in joined.key_columns]


def _refuse_two_ways(
    recoded: Mapping[str, Recoded], entries: Sequence[Entry], file: str | Path
) -> None:
    """Refuse values of a category, such as groups, that differ only in the way of writing.

    Also from what means "missing": `refused` where the codebook says `Refused` would be a value.
    """
    for entry in entries:
        if not entry.is_number:
            refuse_near_declared(
                recoded[entry.variable].data,
                [] if entry.labels else entry.missing_codes,
                where=f"missing_codes of '{entry.variable}'",
                file=file,
                column=entry.raw_name,
            )
            refuse_two_ways(
                recoded[entry.variable].data,
                file=file,
                column=entry.raw_name,
                what=f"values of '{entry.variable}'",
            )


def columns_beside_id(raw: RawTable, source: SourceEntry, entries: Sequence[Entry]) -> list[str]:
    """Return the raw columns that tell apart the rows of a unit: of the wave and the item, if there are such.

    Raises
    ------
    ConfigError
        The codebook has no variable of the item.
    """
    columns = {entry.variable: entry.raw_name for entry in entries}
    if source.item is not None and source.item not in columns:
        problem = f"there is no codebook variable '{source.item}'. {nearest(source.item, columns)}"
        raise ConfigError(problem, key=f"sources.{source.name}.item")
    named = [columns[name] for name in (source.wave_variable, source.item) if name in columns]
    parts = [part for name in named for part in columns_of(raw.cells, name)]
    return [part for part in parts if part in raw.cells]


def _wave(
    source: SourceEntry,
    entries: Sequence[Entry],
    variables: Mapping[str, pd.Series],
    index: pd.Index,
    file: str | Path,
) -> pd.Series | None:
    """Return the wave of each row: whole numbers or text, or None for a source without waves."""
    name = source.wave_variable
    if name is None:
        constant = source.wave
        return (
            None if constant is None else pd.Series(wave_text(constant), index=index, dtype="str")
        )
    waves = {entry.variable: entry for entry in entries if entry.role == "wave"}
    other = next((entry for entry in entries if entry.variable == name), None)
    if name not in waves and other is not None:
        problem = f"the codebook variable '{name}' has the role {other.role}, not wave."
        raise ConfigError(problem, key=f"sources.{source.name}.wave_variable")
    if name not in waves:
        raise ConfigError(
            f"no codebook variable with the role wave is called '{name}'. {nearest(name, waves)}",
            key=f"sources.{source.name}.wave_variable",
        )
    entry, wave = waves[name], variables[name]
    check_wave(wave, file=file, column=entry.raw_name)
    return wave.astype("int64") if entry.is_number else each_text(wave, wave_text).astype("str")
