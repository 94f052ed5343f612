"""Raw columns by name: one, or several that only together tell things apart."""

from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.suggestions import nearest
from ruralimpact.survey.values import code_of, each_text, normalised

# Between the names of columns that belong together, and between their values.
TOGETHER, BETWEEN = " + ", "/"


def raw_column(cells: pd.DataFrame, name: str, file: str | Path) -> pd.Series:
    """Return the one column of that name, in the form of `values.normalised`.

    Parameters
    ----------
    cells : DataFrame of str
    name : str
        A column, or several with `` + `` between them, such as ``province + municipality``: the code of
        each (`values.code_of`) with a slash between, blank where one of them is.
    file : path
        For messages.

    Raises
    ------
    DataError
        There is no such column (the nearest is named) or there are several, or two different sets of values
        become the same text.
    """
    wanted = normalised(name)
    places = [i for i, column in enumerate(cells.columns) if normalised(str(column)) == wanted]
    if len(places) == 1:
        return cells.iloc[:, places[0]]
    if len(places) > 1:
        problem = f"the file has {len(places)} columns of this name."
        raise DataError(problem, file=file, column=name)
    if TOGETHER in wanted:
        return together(cells, wanted.split(TOGETHER), file)
    named = [str(column) for column in cells.columns if column]
    hint = nearest(name, named)
    if len(named) < len(cells.columns) / 2 or len(named) == 1:
        hint = f"{hint} If the names stand in another row, state `header`."
    if len(cells.columns) == 1 and Path(file).suffix.lower() != ".xlsx":
        hint = "The file has a single column; is its `delimiter` stated?"
    raise DataError("the file has no such column.", file=file, column=name, hint=hint)


def columns_of(cells: pd.DataFrame, name: str) -> list[str]:
    """Return the raw columns that a name stands for: one of that name, or those with `` + `` between."""
    names = {normalised(str(column)) for column in cells.columns}
    return [name] if normalised(name) in names else normalised(name).split(TOGETHER)


def together(cells: pd.DataFrame, names: list[str], file: str | Path) -> pd.Series:
    """Return the codes of several columns as one text a row, blank where one of them is."""
    parts = [each_text(raw_column(cells, name, file), code_of) for name in names]
    table = pd.concat(parts, axis=1)
    texts = parts[0].str.cat(table.iloc[:, 1:], sep=BETWEEN)
    name = TOGETHER.join(names)
    if len(set(texts)) < len(table.drop_duplicates()):
        problem = "different values of these columns, put together, give the same text."
        raise DataError(problem, file=file, column=name)
    return texts.mask((table == "").any(axis=1), "").rename(name)
