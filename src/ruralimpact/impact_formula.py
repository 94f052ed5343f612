"""Covariates that are written as a formula."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from ruralimpact.errors import ConfigError
from ruralimpact.impact_columns import Columns, refuse_part
from ruralimpact.impact_table import refuse_absent


@contextmanager
def _refusing() -> Iterator[None]:
    """Say of a formula that cannot be read or computed that it cannot; its functions may raise anything."""
    try:
        yield
    except Exception as problem:
        reason = (str(problem).splitlines() or [""])[0].strip().rstrip(".")
        if reason.startswith("The `.` operator"):
            reason = "'.' for all other columns is not understood; name them"
        told = f": {reason}" if reason else ""
        raise ConfigError(f"the formula cannot be used{told}.", key="covariates") from None


def columns_of_formula(formula: str, columns: Columns, table: pd.DataFrame) -> list[str]:
    """Columns that a formula uses.

    Parameters
    ----------
    formula : str
    columns : Columns
    table : DataFrame

    Returns
    -------
    list of str

    Raises
    ------
    ConfigError
        It cannot be read, has two sides, or names the outcome or the treatment.
    DataError
        There is no such column.
    """
    from formulaic import Formula

    with _refusing():
        parsed = Formula(formula)
        required = sorted(str(name) for name in parsed.required_variables)
    if hasattr(parsed, "lhs"):
        raise ConfigError(
            "write the covariates alone; the outcome has an argument of its own.", key="covariates"
        )
    for name in required:
        refuse_part(columns, "covariates", name)
        refuse_absent(table, name)
    return required


def covariates_of_formula(formula: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Covariates of a formula, without its constant.

    Parameters
    ----------
    formula : str
    rows : DataFrame

    Returns
    -------
    DataFrame
        Rows as in `rows`; NaN or infinite where the formula has no value.

    Raises
    ------
    ConfigError
        It cannot be computed.
    """
    from formulaic import model_matrix

    if not len(rows):
        return pd.DataFrame(index=rows.index)
    # rows where it is not defined are excluded and counted
    with _refusing(), np.errstate(divide="ignore", invalid="ignore"):
        frame = pd.DataFrame(model_matrix(formula, rows, na_action="ignore"), index=rows.index)
    return frame.drop(columns="Intercept", errors="ignore")
