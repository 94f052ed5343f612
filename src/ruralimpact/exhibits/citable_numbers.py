"""A number that a report may cite, before it has its text: of estimates, levels and intervals."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_ENDS = {"": "estimate", "_low": "conf_low", "_high": "conf_high"}


class CitableNumber(NamedTuple):
    """A number with its identifier; one that is missing or not finite is no finding.

    Attributes
    ----------
    key : str
        Identifier, blanks allowed.
    value : float
        In printed units.
    unit : str
    decimals : int
    """

    key: str
    value: float
    unit: str
    decimals: int


def with_interval(
    key: str, record: Mapping[Any, Any], unit: str, decimals: int, *, factor: float = 1.0
) -> Iterator[CitableNumber]:
    """Yield an estimate, and the ends of its interval with ``_low`` and ``_high`` after the identifier.

    Parameters
    ----------
    key : str
    record : mapping
        With ``estimate``, ``conf_low`` and ``conf_high``.
    unit : str
    decimals : int
    factor : float
        From stored to printed values.
    """
    for end, column in _ENDS.items():
        yield CitableNumber(f"{key}{end}", factor * record[column], unit, decimals)


def level_part(record: Mapping[Any, Any]) -> str:
    """Return what identifiers of numbers of a level have after their begin; nothing of all units."""
    return f"/{record['by']}={record['level']}" if record["by"] else ""
