"""Notes on names of groups, regions and products: nearly alike, or codes that may mean "missing"."""

import csv
import io
from collections.abc import Iterator, Sequence

import pandas as pd

from ruralimpact.checks.remarks import Remark
from ruralimpact.errors import DataError
from ruralimpact.schema.quality import NearName
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.harmonise import Survey
from ruralimpact.survey.missing_codes import codes_among_names
from ruralimpact.survey.values import normalised

_SHOWN = 3
_LETTERS_AS_DIGITS = str.maketrans("oil", "011")
_KEYS = ("wave",)


def remarks_on_names(survey: Survey, entries: Sequence[Entry], *, file: str) -> Iterator[Remark]:
    """Yield what is worth a second look in the names that a file has.

    Parameters
    ----------
    survey : Survey
    entries : sequence of Entry
        Those of whose columns cells may be quoted.
    file : str
    """
    declared = {code for entry in entries for code in entry.missing_codes}
    for entry in entries:
        if entry.variable not in survey.table or entry.labels:
            continue
        if not entry.is_number:
            yield from _letters_for_digits(entry, survey.table, file)
            yield from _near_names(entry, survey, file)
        if not entry.is_number or entry.role in _KEYS:
            yield from _codes(entry, survey, declared, file)
    yield from _read_twice(entries, file)


def _letters_for_digits(entry: Entry, table: pd.DataFrame, file: str) -> Iterator[Remark]:
    """Yield groups that a letter for a digit tells apart: ``V01`` and ``VO1``."""
    if entry.role != "group":
        return
    alike: dict[str, list[str]] = {}
    for name in sorted(table[entry.variable].dropna().unique()):
        form = normalised(name).casefold().translate(_LETTERS_AS_DIGITS)
        alike.setdefault(form, []).append(name)
    pairs = [names for names in alike.values() if len(names) > 1]
    if pairs:
        listed = "; ".join(" and ".join(f"'{name}'" for name in names) for names in pairs[:_SHOWN])
        more = f"; and {len(pairs) - _SHOWN:,} more" if len(pairs) > _SHOWN else ""
        problem = (
            f"values of '{entry.variable}' differ only by letters that look like digits: {listed}{more}. "
            "They count as different."
        )
        yield Remark(DataError(problem, file=file, column=entry.raw_name))


def _near_names(entry: Entry, survey: Survey, file: str) -> Iterator[Remark]:
    """Yield names that may be another with a slip of the pen, each with the row of a table of recodes."""
    proposals = survey.quality.near_names.get(entry.raw_name, ())
    for proposal in proposals[:_SHOWN]:
        rows = _rows(survey, entry, proposal.raw)
        problem = (
            f"'{proposal.raw}' and '{proposal.clean}' are much alike, and count as two "
            f"({proposal.rows:,} and {proposal.rows_of_clean:,} rows)."
        )
        hint = _line_of_recodes(entry.raw_name, proposal)
        yield Remark(DataError(problem, file=file, column=entry.raw_name, rows=rows, hint=hint))
    if len(proposals) > _SHOWN:
        problem = (
            f"{len(proposals) - _SHOWN:,} more names are much like another; near_names of the quality "
            "report of the source lists them."
        )
        yield Remark(DataError(problem, file=file, column=entry.raw_name))


def _line_of_recodes(column: str, proposal: NearName) -> str:
    line = _as_csv(column, proposal.raw, proposal.clean)
    if proposal.rows < proposal.rows_of_clean:
        return f"If they are one, a table of `recodes` (column,raw,clean) has the line {line}"
    reverse = _as_csv(column, proposal.clean, proposal.raw)
    return (
        f"If they are one, a table of `recodes` (column,raw,clean) has the line {line} or {reverse}"
    )


def _as_csv(*cells: str) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _codes(entry: Entry, survey: Survey, declared: set[str], file: str) -> Iterator[Remark]:
    """Yield numbers among names that look like codes for "missing"."""
    names = survey.table[entry.variable].dropna().astype("str")
    for code in codes_among_names(names.unique(), declared, far=entry.role not in _KEYS):
        yield Remark(
            DataError(
                f"'{code}' counts as a value of '{entry.variable}'.",
                file=file,
                column=entry.raw_name,
                rows=_rows(survey, entry, code),
                hint="If it means missing, list it under missing_codes in the codebook, or exclude the "
                "rows by `keep`.",
            )
        )


def _rows(survey: Survey, entry: Entry, name: str) -> list[int]:
    hit = (survey.table[entry.variable].astype("str") == name).to_numpy()
    return sorted(survey.rows[hit].tolist())


def _read_twice(entries: Sequence[Entry], file: str) -> Iterator[Remark]:
    """Yield columns that two variables are read from in one way: one of them may be meant for another."""
    alike: dict[tuple[object, ...], list[str]] = {}
    for entry in entries:
        reading = (entry.raw_name, entry.is_number, tuple(sorted(entry.labels.items())))
        alike.setdefault(reading, []).append(entry.variable)
    for (column, *_), variables in alike.items():
        if len(variables) > 1:
            listed = " and ".join(f"'{name}'" for name in variables)
            problem = f"{listed} are both read from it, and have the same values."
            yield Remark(DataError(problem, file=file, column=str(column)))
