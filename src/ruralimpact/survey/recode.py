"""Raw text to typed variables, as the codebook says; what does not fit is an error naming rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.file_labels import by_form, refuse_exchanged, refuse_shared
from ruralimpact.survey.identifiers import refuse_inexact
from ruralimpact.survey.marks import mark_of_thousands, marks_in_doubt
from ruralimpact.survey.plain_numbers import plain_numbers
from ruralimpact.survey.raw_column import columns_of, raw_column
from ruralimpact.survey.raw_table import DATE, FLOAT32, NUMBER, RawTable
from ruralimpact.survey.similar import folded
from ruralimpact.survey.values import (
    ERROR_HINTS,
    code_of,
    day_of,
    forms_of_code,
    is_error,
    is_shortened,
    normalised,
    number_of,
)

_VALUES_SHOWN = 3
# Up to this share of the rows a value may be a code for "missing"; beyond, it is how the column is written.
_RARE = 0.05
_PROBLEMS = {
    "number": "not a number",
    "money": "not a number",
    "integer": "not a whole number",
    "indicator": "not 0 or 1",
    "date": "not a date",
    "category": "without a label in the codebook",
    "shortened": "a number in exponent form, whose last digits are lost",
    "error": "what stands in the place of a value",
}
_YEAR = re.compile(r"[12]\d{3}")
_MARKED = re.compile(r"[+-]?\d[\d.,'\s\u2018\u2019\u02bc\u00b4\u0060]*")


@dataclass(frozen=True)
class Recoded:
    """One variable of a source.

    Attributes
    ----------
    data : Series, shape (n,)
        float, or str for a category; missing is NaN. Indexed by row of the raw file.
    missing_rows, out_of_range_rows : list of int
        Rows without a value, and rows whose value lay outside the codebook's range and was set to
        missing.
    code_rows : list of int
        Rows with such a code in the place of a value.
    missing_codes : dict of str to int
        Codes that mean "missing" (by the codebook, or by what the file itself declares) to their number
        of rows, 0 for a code of the codebook that no row has.
    file_labels : bool
        Whether the values are labels that the file holds, for the codebook gives none.
    """

    data: pd.Series
    missing_rows: list[int]
    out_of_range_rows: list[int]
    code_rows: list[int] = field(default_factory=list)
    missing_codes: dict[str, int] = field(default_factory=dict)
    file_labels: bool = False


def recode_variable(
    raw: RawTable,
    entry: Entry,
    *,
    file: str | Path,
    decimal: str | None = None,
    dates: str | None = None,
    edited: bool = False,
) -> Recoded:
    """Recode one column of a raw table.

    Parameters
    ----------
    raw : RawTable
        As `readers.read_source` returns it.
    entry : Entry
    file : path
        For messages.
    decimal : str, optional
        Decimal mark of the file, where it is stated; else a point.
    dates : str, optional
        How the file writes dates (`values.day_of`), where not as ``2024-03-01``.
    edited : bool
        Whether a declared edit wrote numbers of this column.

    Returns
    -------
    Recoded

    Raises
    ------
    DataError
        The column is missing or occurs twice, a value does not fit the entry's type or labels, or every
        number with a decimal mark may as well be one with a thousands mark and no mark is stated.
    """
    column = raw_column(raw.cells, entry.raw_name, file)
    if not entry.is_number:
        for name in columns_of(raw.cells, entry.raw_name):
            part = raw_column(raw.cells, name, file)
            refuse_inexact(part, raw.stored.get(name), file=file, column=name)
    codes, texts = pd.factorize(column)
    decimal = raw.decimals.get(entry.raw_name, decimal)
    mark = "." if raw.stored.get(entry.raw_name) in (NUMBER, FLOAT32) else decimal or "."
    reading = _Reading.of(raw, entry, mark, dates, file)
    parsed, bad = reading.parsed_all(texts)
    if bad:
        hit = np.isin(codes, bad)
        shown = [str(texts[position]) for position in bad]
        raise reading.unfit(shown, column.index[hit].tolist(), float(hit.mean()), file)
    if entry.is_amount and decimal is None and not edited:
        doubtful = marks_in_doubt(texts, parsed, stored=entry.raw_name in raw.stored)
        if doubtful:
            raise _doubt(doubtful, column, entry, file)
    values = pd.Series(parsed[codes], index=column.index, name=entry.variable)
    missing = values.isna()
    outside = _outside(values, entry) if entry.is_number else np.zeros(len(values), dtype=bool)
    if outside.any() and outside.sum() == (~missing).sum():
        raise _all_outside(values, entry, file)
    counts = np.bincount(codes, minlength=len(texts))
    without = np.flatnonzero(pd.isna(parsed))
    coded = [position for position in without.tolist() if normalised(str(texts[position]))]
    return Recoded(
        data=values.mask(outside) if entry.is_number else values.astype("str"),
        missing_rows=column.index[missing].tolist(),
        out_of_range_rows=column.index[outside].tolist(),
        code_rows=column.index[np.isin(codes, coded)].tolist() if coded else [],
        missing_codes=reading.missing_counts(
            {str(texts[position]): int(counts[position]) for position in without.tolist()}
        ),
        file_labels=reading.from_file,
    )


class _Unfit:
    """A value that the entry does not allow."""


_UNFIT = _Unfit()


@dataclass(frozen=True)
class _Reading:
    """How the texts of one column are read."""

    entry: Entry
    decimal: str
    labels: Mapping[str, str]
    missing: frozenset[str]
    from_file: bool
    described: Mapping[str, str]
    dates: str | None

    @classmethod
    def of(
        cls, raw: RawTable, entry: Entry, decimal: str, dates: str | None, file: str | Path
    ) -> "_Reading":
        described = raw.value_labels.get(entry.raw_name, {})
        missing = {form for code in entry.missing_codes for form in forms_of_code(code)}
        missing |= {code for code, text in described.items() if normalised(text) in missing}
        declared = raw.missing.get(entry.raw_name, frozenset())
        missing |= {code for code in declared if code not in by_form(entry.labels)}
        refuse_exchanged(entry, described, file)
        labels, from_file = entry.labels, False
        if entry.type == "category" and not labels and entry.role != "group":
            labels = {code: text for code, text in described.items() if code not in missing}
            from_file = bool(labels)
            refuse_shared(labels, entry, file)
        dates = None if raw.stored.get(entry.raw_name) == DATE else dates
        return cls(entry, decimal, by_form(labels), frozenset(missing), from_file, described, dates)

    def parsed_all(self, texts: pd.Index) -> tuple[NDArray[Any], list[int]]:
        """Return the value of each text, and the places of those that do not fit."""
        values: NDArray[Any] = np.full(len(texts), np.nan)
        if not self.entry.is_number:
            values = values.astype(object)
        elif self.entry.type in ("number", "money", "integer") and not self.labels:
            whole = self.entry.type == "integer"
            values = plain_numbers(texts, self.decimal, besides=self.missing, whole=whole)
        unfit = []
        for position in np.flatnonzero(pd.isna(values)).tolist():
            value = self.parsed(str(texts[position]))
            if value is _UNFIT:
                unfit.append(position)
            else:
                values[position] = value
        return values, unfit

    def parsed(self, text: str) -> object:
        """Return a float, a str, NaN where the value is missing, or `_UNFIT`."""
        plain, code = normalised(text), code_of(text, self.decimal)
        if plain == "" or plain in self.missing or code in self.missing:
            return self._blank() if plain == "" else np.nan
        if is_error(plain):
            return _UNFIT
        if self.labels:
            named = normalised(self.described.get(code, ""))
            forms = (plain, code, _TRUTHS.get(plain, code), named)
            label = next((self.labels[form] for form in forms if form in self.labels), None)
            if label is None:
                return plain if self.from_file else _UNFIT
            return float(label) if self.entry.is_number else label
        if self.entry.is_number:
            return self._number(plain)
        return _UNFIT if is_shortened(plain) else plain

    def _blank(self) -> object:
        label = self.labels.get(BLANK)
        if label is None:
            return np.nan
        return float(label) if self.entry.is_number else label

    def _number(self, text: str) -> object:
        kind = self.entry.type
        if kind == "date":
            day = day_of(text, self.dates)
            return _UNFIT if day is None else day
        number = number_of(_TRUTHS.get(text, text) if kind == "indicator" else text, self.decimal)
        if number is None or (kind == "integer" and not number.is_integer()):
            return _UNFIT
        return _UNFIT if kind == "indicator" and number not in (0.0, 1.0) else number

    def missing_counts(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Count the rows of each code that means missing, as the codebook writes it.

        Parameters
        ----------
        counts : mapping of str to int
            Rows of each text that has no value.
        """
        by_name = dict.fromkeys(self.entry.missing_codes, 0)
        names = {form: code for code in self.entry.missing_codes for form in forms_of_code(code)}
        by_label = {code: names.get(normalised(text)) for code, text in self.described.items()}
        names = {code: name for code, name in by_label.items() if name} | names
        for text, count in counts.items():
            plain, code = normalised(text), code_of(text, self.decimal)
            form = plain if plain in self.missing else code
            if plain and form in self.missing:
                name = names.get(form, form)
                by_name[name] = by_name.get(name, 0) + count
        return by_name

    def unfit(
        self, texts: Sequence[str], rows: Sequence[int], share: float, file: str | Path
    ) -> DataError:
        """Say which values do not fit, and what to do about it."""
        entry = self.entry
        errors = [text for text in texts if is_error(text)]
        texts = errors or texts
        kind = "error" if errors else "category" if self.labels else entry.type
        kind = "shortened" if kind == "category" and not self.labels else kind
        shown = ", ".join(f"'{text}'" for text in texts[:_VALUES_SHOWN])
        more = f" and {len(texts) - _VALUES_SHOWN:,} more" if len(texts) > _VALUES_SHOWN else ""
        verb = "is" if len(texts) == 1 else "are"
        what = "treatment " if entry.role == "treatment" else ""
        problem = f"{shown}{more} {verb} {_PROBLEMS[kind]} ({what}'{entry.variable}')."
        hint = " ".join(filter(None, self._hints(texts, kind, share)))
        return DataError(problem, file=file, column=entry.raw_name, rows=rows, hint=hint)

    def _hints(self, texts: Sequence[str], kind: str, share: float) -> list[str]:
        if kind == "error":
            return [ERROR_HINTS.get(texts[0], "Correct it in the file, or write a recode for it.")]
        hints = [nearest(texts[0], self.labels)] if kind == "category" else []
        if self.described and kind in ("indicator", "category"):
            pairs = ", ".join(f"{code} '{label}'" for code, label in self.described.items())
            hints.append(f"The file labels {pairs}.")
        if kind == "indicator":
            return [*hints, "Say under labels which values are 1 and which are 0: `yes=1|no=0`."]
        if kind == "date":
            if all(map(_YEAR.fullmatch, texts)):
                return [*hints, "A year alone is a variable of type integer."]
            return [*hints, "How dates are written, such as %d/%m/%Y, is stated under `dates`."]
        if kind == "integer" and all(number_of(text, self.decimal) is not None for text in texts):
            return [*hints, "A variable that has decimals is of type number."]
        marked = [text.strip() for text in texts if _has_marks(text)]
        if kind in ("number", "money", "integer") and 2 * len(marked) > len(texts):
            thousands = mark_of_thousands(marked, self.decimal)
            if thousands is None:
                return [
                    *hints,
                    "Which mark is for decimals, and which for thousands, is stated "
                    "under `decimal` and the edit `thousands` of the source.",
                ]
            edit = f'{{rule: thousands, columns: [{self.entry.raw_name}], mark: "{thousands}"}}'
            return [
                *hints,
                f"If the marks are for thousands, take them out by the edit `{edit}` of the source.",
            ]
        if kind in ("number", "money", "integer", "date") and any(map(_holds_a_value, texts)):
            return [*hints, "Correct it by a table of `corrections` or `recodes`."]
        label = {folded(text) for text in self.labels}
        if share <= _RARE and self.entry.role != "treatment" and folded(texts[0]) not in label:
            hints.append("If it means missing, list it under missing_codes in the codebook.")
        return hints


BLANK = "(blank)"
# What a workbook or database stores as true or false, by the code that it is of an indicator.
_TRUTHS = {"TRUE": "1", "FALSE": "0"}


def _has_marks(text: str) -> bool:
    """Tell whether a text is a number but for marks between its digits."""
    return _MARKED.fullmatch(text) is not None and not text.strip().lstrip("+-").isdigit()


def _holds_a_value(text: str) -> bool:
    """Tell whether a text says something that no missing answer does: a number, a fraction, true or false."""
    return any(map(str.isnumeric, text)) or text.strip().upper() in _TRUTHS


def _doubt(texts: Sequence[str], column: pd.Series, entry: Entry, file: str | Path) -> DataError:
    """Say that the decimal marks of a column may be for thousands."""
    return DataError(
        f"the point of '{texts[0]}' may be for thousands, as of {float(texts[0]) * 1000:,.0f} "
        f"('{entry.variable}').",
        file=file,
        column=entry.raw_name,
        rows=column.index[column.isin(texts)].tolist(),
        hint="State `decimal` of the source if it is for decimals; if not, take it out by the edit "
        "`thousands`, or multiply by the edit `scale`.",
    )


def _all_outside(values: pd.Series, entry: Entry, file: str | Path) -> DataError:
    """Say that no value at all lies in the range of the codebook."""
    known = values.dropna()
    ends = (known.min(), known.max())
    first, last = (entry.in_words(end) if entry.type == "date" else code_of(end) for end in ends)
    return DataError(
        f"every value lies outside the codebook's range ({entry.range_in_words}): they go from "
        f"'{first}' to '{last}' ('{entry.variable}').",
        file=file,
        column=entry.raw_name,
        rows=known.index.tolist(),
    )


def _outside(values: pd.Series, entry: Entry) -> np.ndarray:
    low = -np.inf if entry.minimum is None else entry.minimum
    high = np.inf if entry.maximum is None else entry.maximum
    return ((values < low) | (values > high)).to_numpy()
