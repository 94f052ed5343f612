"""What was recorded and set to missing, told from blank cells: a blank may mean none, this never does.

A survey table has, beside each variable of which a value was set to missing, a column that says in which
rows: beyond the codebook's range, a code that means missing, or blanked by an edit. No variable has its name.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_MARK = " (set to missing)"


def mark_of(variable: str) -> str:
    """Return the name of the column that says where a variable was set to missing."""
    return f"{variable}{_MARK}"


def was_set_missing(table: pd.DataFrame, variable: str) -> NDArray[np.bool_]:
    """Tell in which rows a variable is unknown although its cell was not blank.

    Parameters
    ----------
    table : DataFrame
        A survey table, or rows of a sample.
    variable : str

    Returns
    -------
    ndarray of bool, shape (n,)
        Rows that have a value by now, such as one carried over from another wave, are none of them.
    """
    mark = mark_of(variable)
    if mark not in table:
        return np.zeros(len(table), dtype=bool)
    set_missing = table[mark].astype("boolean").fillna(False).to_numpy(bool)
    return np.asarray(set_missing & table[variable].isna().to_numpy(), dtype=bool)
