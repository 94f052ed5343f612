"""Edits of cells: each returns the column as it is to be, and which of its cells it changed."""

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from ruralimpact.errors import DataError, UnknownValueError
from ruralimpact.schema import edit as rules
from ruralimpact.suggestions import nearest
from ruralimpact.survey.chosen import chosen_rows
from ruralimpact.survey.declared_values import refuse_near_declared
from ruralimpact.survey.edit import Cells, EditJob
from ruralimpact.survey.marks import form_of, thousandths
from ruralimpact.survey.values import (
    code_of,
    each_text,
    looks_like_thousands,
    normalised,
    number_of,
)

# Signs that no number is written with.
_NO_NUMBER = r"[^\d\s.,'+\u2019-]"

EditedColumn = tuple[pd.Series, Cells]


def spellings(job: EditJob[rules.Spellings], column: pd.Series) -> EditedColumn:
    """Write one name for the forms listed. One that no row has, or near and not listed, is refused."""
    listed = job.rule.forms
    forms = {form: name for name, variants in listed.items() for form in variants}
    known = set(column)
    absent = [form for form in forms if form not in known]
    if absent and not job.one_of_several:
        hint = nearest(absent[0], sorted(known))
        raise UnknownValueError(absent[0], str(column.name), hint=hint, key=f"{job.key}.forms")
    changed = column.isin(forms).to_numpy()
    edited = column.mask(changed, column.map(forms))
    refuse_near_declared(
        edited.mask(edited.isin(listed), ""),
        [*forms, *listed],
        where=f"{job.key}.forms",
        file=job.file,
        column=str(column.name),
        hint=f"List each under {job.key}.forms.",
    )
    return edited, changed


def decimal_comma(job: EditJob[rules.DecimalComma], column: pd.Series) -> EditedColumn:
    """Write a point for the comma of ``12,5``; commas that may all be for thousands are refused."""
    changed = column.str.fullmatch(r"[+-]?\d+,\d+").to_numpy(dtype=bool)
    hit = column[changed]
    edited = column.mask(changed, column.str.replace(",", ".", regex=False))
    why = "each has three digits behind it"
    if not len(hit) or not hit.map(lambda text: looks_like_thousands(text, ",")).all():
        distinct = pd.Index(edited.unique())
        numbers = each_text(distinct.to_series(), number_of).to_numpy(float)
        hit = column[edited.isin(thousandths(distinct, numbers)) & changed]
        why = "the other numbers are about a thousand times as large"
    if len(hit):
        raise DataError(
            f"the comma of '{hit.iloc[0]}' may be for thousands: {why}.",
            file=job.file,
            column=str(column.name),
            rows=hit.index.tolist(),
            hint="If it is, take it out by the edit `thousands`, or correct these cells.",
        )
    return edited, changed


def thousands(job: EditJob[rules.Thousands], column: pd.Series) -> EditedColumn:
    """Take out the marks of numbers that have one before every three digits; others are refused."""
    mark = form_of(job.rule.mark)
    whole = rf"[+-]?[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
    decimal = re.escape(job.decimal)
    part = "" if job.rule.mark == job.decimal else rf"(?:{decimal}\d+)?"
    changed = column.str.fullmatch(whole + part).to_numpy(dtype=bool)
    if job.rule.mark == job.decimal:
        decimals = column.str.fullmatch(rf"[+-]?\d+{mark}\d+").to_numpy(dtype=bool) & ~changed
        if decimals.any():
            raise DataError(
                f"the mark '{job.rule.mark}' of '{column[decimals].iloc[0]}' is not before three digits: it "
                "is for decimals, and the edit `thousands` takes it for thousands.",
                file=job.file,
                column=str(column.name),
                rows=column.index[decimals].tolist(),
            )
    return column.mask(changed, column.str.replace(mark, "", regex=True)), changed


def affix(job: EditJob[rules.Affix], column: pd.Series) -> EditedColumn:
    """Take a currency or unit out of cells of numbers; cells with another one are refused."""
    sign = re.escape(job.rule.text)
    around = rf"(?i)^\s*{sign}\s*(?=[+-]?[\d.])|(?<=[\d.])\s*{sign}\s*$"
    edited = column.str.replace(around, "", regex=True)
    other = edited[edited.str.contains(r"\d") & edited.str.contains(_NO_NUMBER)]
    if len(other):
        raise DataError(
            f"has another sign or unit than '{job.rule.text}', which the edit `affix` takes out.",
            file=job.file,
            column=str(column.name),
            rows=other.index.tolist(),
        )
    return edited, (edited != column).to_numpy(dtype=bool)


def fill_blank(job: EditJob[rules.FillBlank], column: pd.Series) -> EditedColumn:
    """Write a value into blank cells, where a blank means it; of some rows, if ``where`` names them."""
    where = chosen_rows(
        job.table, job.rule.where, job.file, f"{job.key}.where", job.decimal, job.as_written
    )
    changed = (each_text(column, normalised) == "").to_numpy(dtype=bool) & where
    return column.mask(changed, job.rule.value), changed


def scale(job: EditJob[rules.Scale], column: pd.Series) -> EditedColumn:
    """Multiply what lies above a bound that no true value reaches: a unit mistaken for another."""
    values = job.numbers(column)
    changed = (values > job.rule.above).to_numpy()
    return job.replaced(column, changed, values * job.rule.factor), changed


def year_to_age(job: EditJob[rules.YearToAge], column: pd.Series) -> EditedColumn:
    """Write the age for a year of birth."""
    values, year = job.numbers(column), job.rule.year
    changed = values.between(1900, year).to_numpy()
    return job.replaced(column, changed, year - values), changed


def currency(job: EditJob[rules.Currency], column: pd.Series) -> EditedColumn:
    """Convert amounts whose row says that they are in another currency."""
    stated = job.column(job.rule.stated_in)
    rates = stated.map(job.rule.rates)
    known = set(job.rule.rates) | {job.rule.home}
    strange = ~stated.isin(known)
    if strange.any():
        raise DataError(
            f"the currency '{stated[strange].iloc[0]}' has no exchange rate.",
            file=job.file,
            column=job.rule.stated_in,
            rows=job.table.index[strange].tolist(),
        )
    values = job.numbers(column)
    changed = (rates.notna() & values.notna()).to_numpy()
    return job.replaced(column, changed, values * rates), changed


def implausible(job: EditJob[rules.Implausible], column: pd.Series) -> EditedColumn:
    """Blank what lies far from the median of its class: nobody can say what was meant."""
    values, factor = job.numbers(column), job.rule.factor
    classes = [job.column(name) for name in job.rule.within]
    middle = values.groupby(classes).transform("median")
    changed = ((values > middle * factor) | (values < middle / factor)).to_numpy()
    return column.mask(changed, ""), changed


def codes(job: EditJob[rules.Codes], column: pd.Series) -> EditedColumn:
    """Write numbers in one way: 7 for 07, 7.0 and 7."""
    written = each_text(column, lambda text: code_of(text, job.decimal))
    changed = (written != column).to_numpy()
    return written, changed


CELL_EDITS: dict[str, Callable[[EditJob[Any], pd.Series], EditedColumn]] = {
    "codes": codes,
    "spellings": spellings,
    "decimal_comma": decimal_comma,
    "thousands": thousands,
    "affix": affix,
    "fill_blank": fill_blank,
    "scale": scale,
    "year_to_age": year_to_age,
    "currency": currency,
    "implausible": implausible,
}
