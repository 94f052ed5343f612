"""Levels of a variable: what they are called, and in which order they stand."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ruralimpact.schema.study import Study

Order = Mapping[str, list[str]]
"""Values of categories, by variable, in the order of the codebook."""


def labels_in_order(study: Study) -> dict[str, list[str]]:
    """Values of the codebook's categories, in the order in which it lists them.

    Parameters
    ----------
    study : Study

    Returns
    -------
    dict of str to list of str
    """
    listed: dict[str, list[str]] = {}
    for row in study.codebook:
        pairs = [pair for pair in row.labels.split("|") if "=" in pair]
        values = [pair.partition("=")[2].strip() for pair in pairs]
        listed.setdefault(row.variable, []).extend(values)
    return {name: list(dict.fromkeys(values)) for name, values in listed.items()}


def level_text(level: object) -> str:
    """Return a level of a variable as tables name it: whole numbers without a decimal point."""
    return f"{level:g}" if isinstance(level, float) else str(level)


def level_texts(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the levels of a column as tables name them; missing values stay missing.

    Parameters
    ----------
    column : Series
        Numbers or texts.
    """
    return column.astype(object).map(level_text, na_action="ignore")


def levels_in_order(column: "pd.Series[Any]", order: Order) -> list[str]:
    """Return the levels that a column has.

    Parameters
    ----------
    column : Series
        Numbers or texts, named after its variable.
    order : mapping of str to list of str
        See `labels_in_order`.

    Returns
    -------
    list of str
        In the order of the codebook; what it does not list follows, numbers by size and words by letter.
    """
    present = column.dropna()
    values = (
        sorted(present.unique()) if is_numeric_dtype(present) else sorted(set(map(str, present)))
    )
    texts = list(dict.fromkeys(map(level_text, values)))
    declared = [text for text in order.get(str(column.name), []) if text in texts]
    return list(dict.fromkeys([*declared, *texts]))
