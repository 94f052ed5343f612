"""What a document prints of the numbers of a portfolio, set beside them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ruralimpact.errors import DataError
from ruralimpact.portfolio.rows import PortfolioRow

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


def with_printed(
    rows: Iterable[PortfolioRow], printed: Mapping[str, PrintedNumber], *, sample: str
) -> list[PortfolioRow]:
    """Return the rows with what is printed of them.

    Raises
    ------
    DataError
        A printed number names none of the rows.
    """
    compared, left = [], set(printed)
    for row in rows:
        key = key_of(row)
        if key in printed and math.isfinite(row.value):
            left.discard(key)
            number = printed[key]
            row = replace(row, printed=number.value, agreement=agreement(row.value, number))
        compared.append(row)
    if left:
        raise DataError(
            "a printed number names nothing that is computed.",
            within=f"sample {sample}",
            column="id",
            units=sorted(left),
            hint=f"Such as {key_of(compared[0])}." if compared else None,
        )
    return compared
