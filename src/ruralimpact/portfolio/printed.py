"""What a document prints of the numbers of a portfolio, set beside them."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ruralimpact.errors import DataError
from ruralimpact.portfolio.rows import PortfolioRow
from ruralimpact.suggestions import nearest

AT_LEAST = "at least"


@dataclass(frozen=True)
class PrintedNumber:
    """A number as a document prints it; `decimals` is below zero where it is rounded to tens or more."""

    value: float
    decimals: int
    at_least: bool = False


def key_of(row: PortfolioRow) -> str:
    """Return the identifier by which a printed number names a row: ``reach/alliances/actual/total``."""
    whose = row.project or "total"
    if row.part == "reach":
        return f"reach/{row.name}/{row.measure}/{whose}"
    if row.part in ("financing", "products"):
        measure = "concentration" if row.measure == "concentration" else row.name
        return f"{row.part}/{measure}/{whose}"
    return f"{row.part}/{row.name}/{whose}"


def agreement(value: float, printed: PrintedNumber) -> str:
    """Return how a computed number stands to the printed one.

    Returns
    -------
    {"agrees", "rounding", "differs"}
        ``rounding`` where it was cut off, or rounded away from the nearest, by one in the last digit.
    """
    step = 10.0**-printed.decimals
    if printed.at_least:
        return "agrees" if value >= printed.value - step / 2 else "differs"
    gap = abs(value - printed.value)
    if gap <= step / 2 * (1 + 1e-9) + 1e-9:
        return "agrees"
    return "rounding" if gap < step * (1 - 1e-9) else "differs"


@dataclass(frozen=True)
class AgainstPrint:
    """Rows with what is printed of them, and the printed numbers that cannot be computed here.

    Attributes
    ----------
    rows : tuple of PortfolioRow
    unknown : tuple of (str, str)
        Key of each such number and its project; ``total`` for all.
    """

    rows: tuple[PortfolioRow, ...]
    unknown: tuple[tuple[str, str], ...]


def against_print(
    rows: Iterable[PortfolioRow],
    printed: Mapping[str, PrintedNumber],
    *,
    sample: str,
    projects: Collection[str],
) -> AgainstPrint:
    """Set printed numbers beside the rows that they are of.

    Parameters
    ----------
    rows : iterable of PortfolioRow
    printed : mapping of str to PrintedNumber
        By key, see `key_of`.
    sample : str
        Where they stand, for messages.
    projects : collection of str
        Identifiers of all projects, also of those that a number is not known of.

    Raises
    ------
    DataError
        A printed number names none of the rows, nor one that a project would have if it were known.
    """
    compared, left, quantities = [], dict.fromkeys(printed), set[str]()
    for row in rows:
        key = key_of(row)
        quantities.add(key.rpartition("/")[0])
        if key in printed and math.isfinite(row.value):
            left.pop(key, None)
            number = printed[key]
            row = replace(row, printed=number.value, agreement=agreement(row.value, number))
        compared.append(row)
    whose = {*projects, "total"}
    parted = [(key, *key.rpartition("/")[::2]) for key in left]
    unknown = [(key, of) for key, quantity, of in parted if quantity in quantities and of in whose]
    wrong = sorted(set(left) - {key for key, _ in unknown})
    if wrong:
        known = [key_of(row) for row in compared]
        raise DataError(
            "a printed number names nothing that is computed.",
            within=f"sample {sample}",
            column="id",
            units=wrong,
            hint=nearest(wrong[0], known) if known else None,
        )
    return AgainstPrint(tuple(compared), tuple(unknown))
