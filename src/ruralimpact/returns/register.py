"""Cash flows by unit and year since its first, from units and outcomes; who is excluded, and why."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.currencies import refuse_several_currencies
from ruralimpact.description.records import set_to_missing
from ruralimpact.errors import DataError
from ruralimpact.schema.rate_of_return import RateOfReturn

FloatArray = NDArray[np.float64]

NOTHING = "no amount in any year"
YEAR_MISSING = "a year is missing"
RECORD_ENDS = "the record ends before the horizon"
NOT_INVESTED = "no investment is recorded"


@dataclass(frozen=True)
class CashRegister:
    """Cash flows of n units over the years 0 to T since each unit's first.

    Attributes
    ----------
    units : DataFrame
        One row a unit: ``id``, ``group``, ``members`` (float, NaN where not declared) and the variables that
        results are shown by.
    lines : dict of str to ndarray, shape (n, T + 1)
        Amounts by outcome, in the outcome's unit.
    recorded : ndarray of int, shape (n,)
        Last year of the record, no more than T.
    excluded : DataFrame
        ``id``, ``reason`` and ``column`` (the line that the reason is about, empty where there is none), of
        units that are not among `units`.
    """

    units: pd.DataFrame
    lines: dict[str, FloatArray]
    recorded: NDArray[np.int64]
    excluded: pd.DataFrame

    def among(self, which: NDArray[np.bool_]) -> "CashRegister":
        """Return the cash flows of some of the units."""
        lines = {name: flows[which] for name, flows in self.lines.items()}
        units = self.units[which].reset_index(drop=True)
        return replace(self, units=units, lines=lines, recorded=self.recorded[which])


def cash_register(
    analysis: RateOfReturn, units: pd.DataFrame, outcomes: pd.DataFrame
) -> CashRegister:
    """Arrange the rows of a sample by unit and year.

    Parameters
    ----------
    analysis : RateOfReturn
    units, outcomes : DataFrame
        Of its sample, one row a unit and year.

    Returns
    -------
    CashRegister
        Units sorted by their identifier.

    Raises
    ------
    DataError
        Years that are no whole numbers, amounts in several currencies, or a variable that changes over the
        years of a unit.
    """
    where = f"analysis {analysis.name}"
    known = [name for name in outcomes if name not in units]
    table = units.merge(outcomes[["unit_id", *known]], on="unit_id", validate="1:1")
    table["year"] = _years(table, where)
    refuse_several_currencies(table, analysis.currency, where=where)
    table = table.sort_values(["id", "year"], kind="stable", ignore_index=True)
    of_units = _of_units(analysis, table, where)
    kept, rows, excluded = [], [], []
    for name, part in table.groupby("id", sort=True):
        flows, reason, column = _flows(analysis, part)
        if reason:
            excluded.append((name, reason, column))
        else:
            kept.append(name)
            rows.append(flows)
    size = analysis.horizon + 1
    recorded = np.array([len(flows) - 1 for flows in rows], dtype=np.int64)
    lines = {
        line: np.array([_filled(flows[:, i], size, analysis, line) for flows in rows]).reshape(
            len(rows), size
        )
        for i, line in enumerate(analysis.outcomes)
    }
    return CashRegister(
        units=of_units.loc[kept].reset_index(),
        lines=lines,
        recorded=recorded,
        excluded=pd.DataFrame(excluded, columns=["id", "reason", "column"]).astype("str"),
    )


def _years(table: pd.DataFrame, where: str) -> pd.Series:
    if "wave" not in table:
        problem = "cash flows need the year of each row: a wave variable, or sources with a wave."
        raise DataError(problem, within=where)
    years = pd.to_numeric(table["wave"], errors="coerce")
    odd = table.loc[years.isna() | (years % 1 != 0), "unit_id"]
    if len(odd):
        problem = "the wave of a cash flow is its year, a whole number."
        raise DataError(problem, within=where, column="wave", units=odd.tolist())
    return years.astype("int64")


def _of_units(analysis: RateOfReturn, table: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return what is the same in all years of a unit, by its identifier.

    What is blank in some years is known from the others; what was set to missing in one is not known.
    """
    wanted = ["group", *analysis.by, *([analysis.members] if analysis.members else [])]
    grouped = table.groupby("id", sort=True)
    for name in dict.fromkeys(wanted):
        changing = grouped[name].nunique()
        odd = changing.index[changing > 1]
        if len(odd):
            problem = f"'{name}' differs between the years of a unit."
            raise DataError(problem, within=where, column=name, units=odd.tolist())
    fixed = list(dict.fromkeys(wanted))
    withheld = pd.DataFrame({name: set_to_missing(table, name) for name in fixed})
    first = grouped[fixed].first().mask(withheld.groupby(table["id"], sort=True).any())
    members = first[analysis.members].astype(float) if analysis.members else np.nan
    return first[["group", *analysis.by]].assign(members=members)


def _flows(analysis: RateOfReturn, part: pd.DataFrame) -> tuple[FloatArray, str, str]:
    """Return the lines of a unit by year since its first, shape (years, lines), or why there are none.

    The reason is followed by the line that it is about.
    """
    amounts = part[list(analysis.outcomes)].to_numpy(float)
    years = part["year"].to_numpy()
    active = np.flatnonzero((amounts != 0).any(axis=1))
    if not len(active):
        return amounts, NOTHING, ""
    first = int(active[0])
    amounts, since = amounts[first:], years[first:] - years[first]
    inside = since <= analysis.horizon
    amounts, since = amounts[inside], since[inside]
    if analysis.currency is not None and part[analysis.currency][first:][inside].isna().any():
        return amounts, f"'{analysis.currency}' is missing", analysis.currency
    lacking = np.isnan(amounts).any(axis=0)
    if lacking.any():
        line = analysis.outcomes[int(lacking.argmax())]
        return amounts, f"'{line}' is missing", line
    if len(since) != since[-1] + 1:
        return amounts, YEAR_MISSING, ""
    if since[-1] < analysis.horizon and analysis.beyond is None:
        return amounts, RECORD_ENDS, ""
    if not amounts[:, [_is_invested(analysis, line) for line in analysis.outcomes]].any():
        return amounts, NOT_INVESTED, ""
    return amounts, "", ""


def _filled(values: FloatArray, size: int, analysis: RateOfReturn, line: str) -> FloatArray:
    """Carry a line on to the horizon: what is invested ends with the record, what is earned repeats."""
    full = np.zeros(size)
    full[: len(values)] = values
    if not _is_invested(analysis, line):
        full[len(values) :] = values[-1]
    return full


def _is_invested(analysis: RateOfReturn, line: str) -> bool:
    return any(line in account.investment for account in analysis.accounts)
