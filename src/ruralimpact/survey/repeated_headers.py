"""Rows that repeat the names of the columns: an export appended to another."""

from pathlib import Path

import numpy as np
import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.survey.values import each_text, normalised

_FEWEST = 2  # cells; a single one may hold such a word


def refuse_repeated_headers(cells: pd.DataFrame, *, file: str | Path, column: str) -> None:
    """Refuse rows whose filled cells are the names of their columns.

    Parameters
    ----------
    cells : DataFrame of str
        Indexed by row of the file.
    file : path
    column : str
        Raw column of the identifier, for the message and what it proposes.

    Raises
    ------
    DataError
    """
    names = np.array([normalised(str(name)) for name in cells.columns], dtype=object)
    position = int(np.argmax(names == normalised(column)))
    first = each_text(cells.iloc[:, position], normalised)
    candidates = cells[first.isin(["", names[position]]).to_numpy()]
    texts = candidates.to_numpy(dtype=object)
    is_name = texts == names
    hit = (is_name | (texts == "")).all(axis=1) & (is_name.sum(axis=1) >= _FEWEST)
    if hit.any():
        condition = f"{{column: {column}, other_than: [{column}], reason: header repeated}}"
        raise DataError(
            "the row repeats the names of the columns, as where one export was appended to another.",
            file=file,
            column=column,
            rows=candidates.index[hit].tolist(),
            hint=f"Keep it out by `keep: [{condition}]` of the source.",
        )
