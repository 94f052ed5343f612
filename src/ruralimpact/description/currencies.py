"""Amounts of records in several currencies, which cannot be summed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from functools import cache

import pandas as pd
from babel.numbers import list_currencies

from ruralimpact.errors import DataError

_NAMED = re.compile(r"(^|_)(currency|currencies|moneda|moeda|devise|monnaie|money)(_|$)")
# Without full stops, in capitals; signs such as $ stand for themselves.
_ABBREVIATED = frozenset({"BS", "S/", "Q", "L", "KSH", "TSH", "USH", "RS", "RM", "KR", "BR", "GS"})
_LONGEST_SIGN = 4


def refuse_several_currencies(table: pd.DataFrame, named: str | None, *, where: str) -> None:
    """Refuse records whose amounts are in several currencies.

    Parameters
    ----------
    table : DataFrame
        Records with ``unit_id`` and their variables.
    named : str, optional
        Variable that holds the currency of each record; where none is named, those that look like one.
    where : str
        What asks, for messages.

    Raises
    ------
    DataError
    """
    for column in [named] if named is not None else _like_currencies(table):
        known = table.dropna(subset=column)
        currencies = known[column]
        other = known.loc[~currencies.isin(currencies.mode()[:1]), "unit_id"]
        if len(other):
            listed = ", ".join(sorted(map(str, currencies.unique())))
            hint = (
                "Convert them first, by an edit `rule: currency` of the source or by its `currency` and "
                "`prices`."
            )
            if named is None:
                hint += f" If they are in one currency, leave '{column}' out of the codebook."
            raise DataError(
                f"amounts must be in one currency, and are in {listed}.",
                within=where,
                column=column,
                units=other.tolist(),
                hint=hint,
            )


def _like_currencies(table: pd.DataFrame) -> Iterator[str]:
    for column in table.columns.difference(["unit_id", "id", "group", "wave"]):
        if not pd.api.types.is_numeric_dtype(table[column]):
            values = table[column].dropna().astype(str).unique()
            if len(values) > 1 and (_NAMED.search(column.casefold()) or _are_currencies(values)):
                yield column


def _are_currencies(values: Iterable[str]) -> bool:
    return all(_is_currency(value) for value in values)


@cache
def _codes() -> Set[str]:
    return _ABBREVIATED | list_currencies()


def _is_currency(value: str) -> bool:
    text = value.replace(".", "").strip().upper()
    if text in _codes():
        return True
    return len(text) <= _LONGEST_SIGN and any(unicodedata.category(sign) == "Sc" for sign in text)
