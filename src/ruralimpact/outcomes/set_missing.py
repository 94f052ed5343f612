"""Which variables of a sample are unknown although nobody left them blank, also those built of others."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.schema import construction as spec
from ruralimpact.survey.set_missing import mark_of, was_set_missing

BoolArray = NDArray[np.bool_]


def marks(
    table: pd.DataFrame, names: Iterable[str], definitions: Mapping[str, spec.Construction]
) -> dict[str, BoolArray]:
    """Return the marks of variables that are unknown somewhere and not blank.

    Parameters
    ----------
    table : DataFrame
        Rows of a sample, with the marks of its survey tables.
    names : iterable of str
        Variables of the table.
    definitions : mapping of str to Construction
        How those that are built are made.

    Returns
    -------
    dict of str to ndarray of bool, shape (n,)
        By the name of the mark.
    """
    unknown = {name: unknown_not_blank(table, name, definitions) for name in names}
    return {mark_of(name): rows for name, rows in unknown.items() if rows.any()}


def unknown_not_blank(
    table: pd.DataFrame, name: str, definitions: Mapping[str, spec.Construction]
) -> BoolArray:
    """Tell in which rows a variable is unknown although something was recorded of it, shape (n,).

    Parameters
    ----------
    table, definitions
        See `marks`.
    name : str
        Variable of the table.
    """
    missing = np.asarray(table[name].isna(), dtype=bool)
    return missing & ~_blank(table, name, definitions)


def _blank(
    table: pd.DataFrame, name: str, definitions: Mapping[str, spec.Construction]
) -> BoolArray:
    """Tell where nothing was recorded, of what a variable is made of either."""
    missing = np.asarray(table[name].isna(), dtype=bool)
    definition = definitions.get(name)
    if definition is None or spec.is_itself(name, definition):
        return missing & ~was_set_missing(table, name)
    if isinstance(definition, spec.OfRows) and definition.rows is not None:
        return np.zeros(len(table), dtype=bool)
    of = getattr(definition, "of", None)
    inputs = (of,) if isinstance(of, str) else definition.inputs
    parts = np.array([_blank(table, own, definitions) for own in inputs], dtype=bool)
    return np.asarray(missing & parts.all(axis=0), dtype=bool)
