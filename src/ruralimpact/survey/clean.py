"""Declared repairs of a raw table: each a rule of study.yaml, each counted, none guessed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.suggestions import nearest
from ruralimpact.survey.recode import raw_column
from ruralimpact.survey.values import looks_like_thousands

Rule = Mapping[str, Any]
Cells = NDArray[np.bool_]
_LISTED = 20


@dataclass(frozen=True)
class Cleaned:
    """A raw table after its repairs.

    Attributes
    ----------
    table : DataFrame of str
        Indexed by row of the raw file.
    repairs : list of dict
        One a rule and column, in order: ``rule``, ``column``, ``count``, the first ``rows``.
    excluded : list of dict
        ``reason`` and number of ``rows``, for rules that leave out rows.
    """

    table: pd.DataFrame
    repairs: list[dict[str, Any]]
    excluded: list[dict[str, Any]]


def clean(
    raw: pd.DataFrame,
    rules: Sequence[Rule],
    *,
    file: str | Path,
    keys: Sequence[str] = (),
    decimal: str = ".",
) -> Cleaned:
    """Apply the repairs of a source, in the order declared.

    Parameters
    ----------
    raw : DataFrame of str
        As `readers.read_source` returns it.
    rules : sequence of mapping
        Items of ``clean:``: ``rule`` (a key of `RULES`) and that rule's own keys.
    file : path
        For messages.
    keys : sequence of str
        Raw columns that identify a row.
    decimal : str
        Decimal mark of the file.

    Returns
    -------
    Cleaned

    Raises
    ------
    ConfigError
        An unknown rule, or a key that it needs is not there.
    DataError
        The file has no column of that name.
    """
    table, repairs, excluded = raw, [], []
    for place, rule in enumerate(rules):
        name = rule["rule"]
        if name not in RULES:
            problem = f"there is no rule '{name}'. {nearest(name, RULES)}"
            raise ConfigError(problem, key=f"clean[{place}].rule")
        job = _Job(table, rule, f"clean[{place}]", Path(file), tuple(keys), decimal)
        if name in _ROW_RULES:
            kept, reason = _ROW_RULES[name](job)
            excluded.append({"reason": reason, "rows": len(table) - len(kept)})
            table = kept
            continue
        for column in job.columns():
            values, changed = _CELL_RULES[name](job, raw_column(table, column, file))
            table = table.assign(**{column: values})
            rows = table.index[changed].tolist()
            record = {"rule": name, "column": column, "count": len(rows), "rows": rows[:_LISTED]}
            repairs.append(record)
    return Cleaned(table, repairs, excluded)


@dataclass(frozen=True)
class _Job:
    """One rule with the table that it works on."""

    table: pd.DataFrame
    rule: Rule
    key: str
    file: Path
    keys: tuple[str, ...]
    decimal: str

    def option(self, name: str) -> Any:
        if name not in self.rule:
            raise ConfigError(f"'{self.rule['rule']}' needs the key '{name}'.", key=self.key)
        return self.rule[name]

    def columns(self) -> list[str]:
        return list(self.option("columns"))

    def number(self, text: pd.Series) -> pd.Series:
        """Return texts as numbers, missing where they are none."""
        written = text.str.replace(self.decimal, ".", regex=False) if self.decimal != "." else text
        return pd.to_numeric(written, errors="coerce")

    def text(self, number: float) -> str:
        written = str(int(number)) if float(number).is_integer() else repr(float(number))
        return written.replace(".", self.decimal)


def _exact_duplicates(job: _Job) -> tuple[pd.DataFrame, str]:
    return job.table[~job.table.duplicated(keep="first")], "copy of another row"


def _near_duplicates(job: _Job) -> tuple[pd.DataFrame, str]:
    """Keep one row of those with the same key, and blank the few cells on which they disagree.

    Nobody can say which is right, and so the order of rows in the file does not matter.
    """
    most, keys = int(job.option("cells")), list(job.keys)
    repeated = job.table[job.table.duplicated(keys, keep=False)]
    first = repeated.groupby(keys, sort=False).transform("first")
    differs = repeated.ne(first.reindex(columns=repeated.columns)) & ~repeated.columns.isin(keys)
    if (differs.sum(axis=1) > most).any():
        raise DataError(
            f"the identifier occurs again with more than {most} cells different.",
            file=job.file,
            column=keys[0],
            rows=repeated.index[differs.sum(axis=1) > most].tolist(),
        )
    disputed = differs.groupby([repeated[key] for key in keys]).transform("any")
    table = job.table.copy()
    table.loc[repeated.index] = repeated.mask(disputed, "")
    reason = (
        f"same identifier as another row, with up to {most} cells different (these are blanked)"
    )
    return table[~table.duplicated(keys, keep="first")], reason


def _spellings(job: _Job, column: pd.Series) -> tuple[pd.Series, Cells]:
    forms = {form: name for name, variants in job.option("forms").items() for form in variants}
    changed = column.isin(forms).to_numpy()
    return column.mask(changed, column.map(forms)), changed


def _decimal_comma(job: _Job, column: pd.Series) -> tuple[pd.Series, Cells]:
    changed = column.str.fullmatch(r"[+-]?\d+,\d+").to_numpy(dtype=bool)
    hit = column[changed]
    if len(hit) and hit.map(lambda text: looks_like_thousands(text, ",")).all():
        raise DataError(
            f"the comma of '{hit.iloc[0]}' may be for thousands: each has three digits behind it.",
            file=job.file,
            column=str(column.name),
            rows=hit.index.tolist(),
            hint="If it is, take it out by the repair `thousands`.",
        )
    return column.mask(changed, column.str.replace(",", ".", regex=False)), changed


def _thousands(job: _Job, column: pd.Series) -> tuple[pd.Series, Cells]:
    """Take out the marks of numbers that have one before every three digits."""
    mark = re.escape(job.option("mark"))
    whole = rf"[+-]?[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
    decimal = re.escape(job.decimal)
    part = "" if job.option("mark") == job.decimal else rf"(?:{decimal}\d+)?"
    changed = column.str.fullmatch(whole + part).to_numpy(dtype=bool)
    return column.mask(changed, column.str.replace(mark, "", regex=True)), changed


def _scale(job: _Job, column: pd.Series) -> tuple[pd.Series, Cells]:
    """Multiply what lies above a bound that no true value reaches: a unit mistaken for another."""
    values = job.number(column)
    changed = (values > job.option("above")).to_numpy()
    return _replaced(job, column, changed, values * job.option("factor")), changed


def _year_to_age(job: _Job, column: pd.Series) -> tuple[pd.Series, Cells]:
    values, year = job.number(column), job.option("year")
    changed = values.between(1900, year).to_numpy()
    return _replaced(job, column, changed, year - values), changed


def _currency(job: _Job, column: pd.Series) -> tuple[pd.Series, Cells]:
    """Convert amounts whose row says that they are in another currency."""
    stated = raw_column(job.table, job.option("stated_in"), job.file)
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
    values = job.number(column)
    changed = (rates.notna() & values.notna()).to_numpy()
    return _replaced(job, column, changed, values * rates), changed


def _implausible(job: _Job, column: pd.Series) -> tuple[pd.Series, Cells]:
    """Blank what lies far from the median of its class: nobody can say what was meant."""
    values, factor = job.number(column), float(job.option("factor"))
    classes = [raw_column(job.table, name, job.file) for name in job.option("within")]
    middle = values.groupby(classes).transform("median")
    changed = ((values > middle * factor) | (values < middle / factor)).to_numpy()
    return column.mask(changed, ""), changed


def _replaced(job: _Job, column: pd.Series, changed: Cells, values: pd.Series) -> pd.Series:
    texts = [job.text(value) for value in values[changed]]
    result = column.copy()
    result[changed] = texts
    return result


_ROW_RULES: dict[str, Callable[[_Job], tuple[pd.DataFrame, str]]] = {
    "exact_duplicates": _exact_duplicates,
    "near_duplicates": _near_duplicates,
}
_CELL_RULES: dict[str, Callable[[_Job, pd.Series], tuple[pd.Series, Cells]]] = {
    "spellings": _spellings,
    "decimal_comma": _decimal_comma,
    "thousands": _thousands,
    "scale": _scale,
    "year_to_age": _year_to_age,
    "currency": _currency,
    "implausible": _implausible,
}
RULES = (*_ROW_RULES, *_CELL_RULES)
