"""Secondary suppression: what is hidden must not be left over when what is shown is subtracted from a total.

Where cells add up to a total that is printed, the cells that are hidden together are known as one: they have
to be as large together as a cell has to be to be shown. Cells that are large enough themselves are hidden,
the smallest first, until that is so. Nothing here imports pandas.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FEWEST_UNITS = 10
FEWEST_GROUPS = 3


@dataclass(frozen=True)
class CellSize:
    """What a cell rests on.

    Attributes
    ----------
    units : tuple of float
        Its units, by arm where it has arms.
    groups : float
        Its groups; infinite where they do not matter. Cells may share them.
    """

    units: tuple[float, ...]
    groups: float = float("inf")


def is_small(count: float) -> bool:
    """Whether a count of units is one that is not printed: from one to nine."""
    return 0 < count < FEWEST_UNITS


def with_complements(
    cells: Sequence[CellSize],
    hidden: Sequence[bool],
    *,
    total: Sequence[float | None] | None = None,
) -> list[bool]:
    """Hide further cells until those hidden cannot be told from a total and the cells shown.

    Parameters
    ----------
    cells : sequence of CellSize
        All cells that add up to the total; empty ones count for nothing.
    hidden : sequence of bool
        Cells that are hidden already, or that are not known.
    total : sequence of float or None, optional
        Units of the total, as in `CellSize.units`, where they are known: of cells that are not known, the
        units are what is left of it.

    Returns
    -------
    list of bool
        For each cell, whether it is hidden. Of equal cells the first is hidden first.
    """
    withheld = list(hidden)
    while any(withheld) and not _large(cells, withheld, total):
        shown = [
            (cell.units, position)
            for position, cell in enumerate(cells)
            if not withheld[position] and any(cell.units)
        ]
        if not shown:
            break
        withheld[min(shown)[1]] = True
    return withheld


def _large(
    cells: Sequence[CellSize], hidden: Sequence[bool], total: Sequence[float | None] | None
) -> bool:
    """Whether what is hidden is empty, or large enough in every arm that it has units of."""
    together = [cell for cell, out in zip(cells, hidden, strict=True) if out]
    shown = [cell for cell, out in zip(cells, hidden, strict=True) if not out]
    units = [sum(column) for column in zip(*(cell.units for cell in together), strict=True)]
    for arm, whole in enumerate(total or ()):
        if whole is not None:
            units[arm] = max(units[arm], whole - sum(cell.units[arm] for cell in shown))
    if not any(units):
        return True
    return min(units) >= FEWEST_UNITS and max(cell.groups for cell in together) >= FEWEST_GROUPS


def level_complements(
    frame: "pd.DataFrame", hidden: "pd.Series[bool]", treated: float | None
) -> list[bool]:
    """Hide further levels of one variable of which the effect on everyone is printed.

    Parameters
    ----------
    frame : DataFrame
        The levels: ``n_treated``, ``n_control``, ``n_clusters``.
    hidden : Series of bool
        Levels that are hidden or have no estimate.
    treated : float or None
        Treated units of everyone.
    """
    sizes = zip(frame["n_treated"], frame["n_control"], frame["n_clusters"], strict=True)
    cells = [CellSize((own, others), groups) for own, others, groups in sizes]
    return with_complements(cells, list(hidden), total=(treated, None))


def category_complements(counts: Sequence[Sequence[float]], totals: Sequence[float]) -> list[bool]:
    """Say which categories of one variable must not show how many units are in them.

    Parameters
    ----------
    counts : sequence of sequence of float
        Units of each category that is printed, by arm.
    totals : sequence of float
        Units of each arm: what is left of them is the category that is not printed, or those who are not
        of the only one.

    Returns
    -------
    list of bool
        One a category that is printed.
    """
    rest = [whole - sum(own) for whole, own in zip(totals, zip(*counts, strict=True), strict=True)]
    cells = [CellSize(tuple(own)) for own in (*counts, rest)]
    small = [any(is_small(count) for count in cell.units) for cell in cells]
    return with_complements(cells, small)[:-1]


def parts_complements(parts: Sequence[float], total: float) -> list[bool]:
    """Say which of the counts that are printed beside their total must not be.

    Parameters
    ----------
    parts : sequence of float
        Counts that are printed.
    total : float
        Their total; what is left of it is a part, too.
    """
    return category_complements([[part] for part in parts], [total])


def cohort_complements(
    averages: Mapping[str, Sequence[Mapping[float, CellSize]]], small: Iterable[float]
) -> set[float]:
    """Name the cohorts whose effects are hidden because averages over cohorts are printed.

    Parameters
    ----------
    averages : mapping of str to sequence of mapping
        By what the averages are over, the cohorts in each with their sizes: those at one wave, at one time
        since treatment, or all.
    small : iterable of float
        Cohorts that are hidden for themselves.

    Returns
    -------
    set of float
        Those in `small`, and others without which one could be told from an average.
    """
    withheld, before = set(small), -1
    while before != len(withheld):
        before = len(withheld)
        for sizes in (own for several in averages.values() for own in several):
            cohorts = sorted(sizes)
            out = with_complements(
                [sizes[cohort] for cohort in cohorts], [cohort in withheld for cohort in cohorts]
            )
            withheld |= {cohort for cohort, gone in zip(cohorts, out, strict=True) if gone}
    return withheld
