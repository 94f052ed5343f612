"""Edits of cells: each returns the column as it is to be, and which of its cells it changed."""

import re

import pandas as pd

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.suggestions import nearest
from ruralimpact.survey.chosen import chosen_rows
from ruralimpact.survey.edit import Cells, Edit
from ruralimpact.survey.similar import folded
from ruralimpact.survey.values import code_of, looks_like_thousands, normalised

Edited = tuple[pd.Series, Cells]


def spellings(job: Edit, column: pd.Series) -> Edited:
    """Write one name for the forms listed. One that no row has, or near and not listed, is refused."""
    listed = job.option("forms")
    forms = {form: name for name, variants in listed.items() for form in variants}
    known = set(column)
    absent = [form for form in forms if form not in known]
    if absent and not job.one_of_several:
        problem = f"no row has '{absent[0]}' in the column '{column.name}'."
        raise ConfigError(f"{problem} {nearest(absent[0], sorted(known))}", key=f"{job.key}.forms")
    changed = column.isin(forms).to_numpy()
    edited = column.mask(changed, column.map(forms))
    near = {folded(item): item for item in [*forms, *listed]}
    strange = [item for item in edited.unique() if item not in listed and folded(item) in near]
    if strange:
        raise DataError(
            f"'{strange[0]}' is not among the forms, and differs from '{near[folded(strange[0])]}' only in "
            "the way of writing.",
            file=job.file,
            column=str(column.name),
            rows=column.index[edited == strange[0]].tolist(),
            hint=f"List it under {job.key}.forms.",
        )
    return edited, changed


def decimal_comma(job: Edit, column: pd.Series) -> Edited:
    """Write a point for the comma of ``12,5``; commas that may all be for thousands are refused."""
    changed = column.str.fullmatch(r"[+-]?\d+,\d+").to_numpy(dtype=bool)
    hit = column[changed]
    if len(hit) and hit.map(lambda text: looks_like_thousands(text, ",")).all():
        raise DataError(
            f"the comma of '{hit.iloc[0]}' may be for thousands: each has three digits behind it.",
            file=job.file,
            column=str(column.name),
            rows=hit.index.tolist(),
            hint="If it is, take it out by the edit `thousands`.",
        )
    return column.mask(changed, column.str.replace(",", ".", regex=False)), changed


def thousands(job: Edit, column: pd.Series) -> Edited:
    """Take out the marks of numbers that have one before every three digits."""
    mark = re.escape(job.option("mark"))
    whole = rf"[+-]?[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
    decimal = re.escape(job.decimal)
    part = "" if job.option("mark") == job.decimal else rf"(?:{decimal}\d+)?"
    changed = column.str.fullmatch(whole + part).to_numpy(dtype=bool)
    return column.mask(changed, column.str.replace(mark, "", regex=True)), changed


def fill_blank(job: Edit, column: pd.Series) -> Edited:
    """Write a value into blank cells, where a blank means it; of some rows, if ``where`` names them."""
    where = chosen_rows(job.table, job.rule.get("where", {}), job.file, f"{job.key}.where")
    changed = (column.map(normalised) == "").to_numpy(dtype=bool) & where
    return column.mask(changed, str(job.option("value"))), changed


def scale(job: Edit, column: pd.Series) -> Edited:
    """Multiply what lies above a bound that no true value reaches: a unit mistaken for another."""
    values = job.numbers(column)
    changed = (values > job.option("above")).to_numpy()
    return job.replaced(column, changed, values * job.option("factor")), changed


def year_to_age(job: Edit, column: pd.Series) -> Edited:
    """Write the age for a year of birth."""
    values, year = job.numbers(column), job.option("year")
    changed = values.between(1900, year).to_numpy()
    return job.replaced(column, changed, year - values), changed


def currency(job: Edit, column: pd.Series) -> Edited:
    """Convert amounts whose row says that they are in another currency."""
    stated = job.column(job.option("stated_in"))
    rates = stated.map(job.option("rates"))
    known = set(job.option("rates")) | {job.option("home")}
    strange = ~stated.isin(known)
    if strange.any():
        raise DataError(
            f"the currency '{stated[strange].iloc[0]}' has no exchange rate.",
            file=job.file,
            column=job.option("stated_in"),
            rows=job.table.index[strange].tolist(),
        )
    values = job.numbers(column)
    changed = (rates.notna() & values.notna()).to_numpy()
    return job.replaced(column, changed, values * rates), changed


def implausible(job: Edit, column: pd.Series) -> Edited:
    """Blank what lies far from the median of its class: nobody can say what was meant."""
    values, factor = job.numbers(column), float(job.option("factor"))
    classes = [job.column(name) for name in job.option("within")]
    middle = values.groupby(classes).transform("median")
    changed = ((values > middle * factor) | (values < middle / factor)).to_numpy()
    return column.mask(changed, ""), changed


def codes(job: Edit, column: pd.Series) -> Edited:
    """Write numbers in one way: 7 for 07, 7.0 and 7."""
    written = column.map(lambda text: code_of(text, job.decimal))
    changed = (written != column).to_numpy()
    return written, changed


CELL_REPAIRS = {
    "codes": codes,
    "spellings": spellings,
    "decimal_comma": decimal_comma,
    "thousands": thousands,
    "fill_blank": fill_blank,
    "scale": scale,
    "year_to_age": year_to_age,
    "currency": currency,
    "implausible": implausible,
}
