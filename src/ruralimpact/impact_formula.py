"""Covariates that are written as a formula."""

import numpy as np
import pandas as pd

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.impact_columns import Columns, refuse_part
from ruralimpact.impact_table import FILE


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
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
        required = sorted(str(name) for name in parsed.required_variables)
    except FormulaicError as problem:
        raise ConfigError(f"the formula cannot be used: {problem}.", key="covariates") from None
    if hasattr(parsed, "lhs"):
        raise ConfigError(
            "write the covariates alone; the outcome has an argument of its own.", key="covariates"
        )
    for name in required:
        refuse_part(columns, "covariates", name)
        if name not in table.columns:
            raise DataError("there is no such column.", file=FILE, column=name)
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
    from formulaic.errors import FormulaicError

    if not len(rows):
        return pd.DataFrame(index=rows.index)
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # such rows are excluded and counted
            matrix = model_matrix(formula, rows, na_action="ignore")
    except FormulaicError as problem:
        raise ConfigError(f"the formula cannot be used: {problem}.", key="covariates") from None
    frame = pd.DataFrame(matrix, index=rows.index)
    return frame.drop(columns="Intercept", errors="ignore")
