"""Whether a number that may be a code for "missing" stands apart from all others of its column."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FEWEST_CELLS, _REPEATED, _TWICE, _SHARE = 10, 3, 2, 0.02
# The distance to the nearest other number, by the range of these: of codes of one digit, and of longer ones;
# of one that stands several times as often as each of the highest others, less is enough.
_GAP_OF_DIGIT, _FEWEST_STEPS, _GAP, _GAP_OF_OFTEN = 0.5, 3.0, 0.25, 0.1
_HIGHEST, _OFTEN = 5, 3
_BASES, _ALL = (1000, 100, 50, 10, 5), 0.98


@dataclass(frozen=True)
class OtherNumbers:
    """The numbers of a column that are no codes, each once, and how often each stands.

    Attributes
    ----------
    values : ndarray, shape (m,)
        In ascending order.
    counts : ndarray of int, shape (m,)
    """

    values: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def cells(self) -> int:
        """How many cells hold one."""
        return int(self.counts.sum())


def stands_apart(code: float, count: int, others: OtherNumbers) -> bool:
    """Tell whether a number is repeated, and beyond all others or written otherwise than they are.

    Parameters
    ----------
    code : float
    count : int
        Cells that hold it.
    others : OtherNumbers

    Notes
    -----
    Beyond: farther from the nearest than a quarter of the range of all others. Otherwise: these are multiples
    of 1000, 100, 50, 10 or 5, and it is not.
    """
    often = count >= _REPEATED or (count >= _TWICE and count >= _SHARE * (others.cells + count))
    if not often or others.cells < _FEWEST_CELLS:
        return False
    return _is_beyond(code, count, others) or (abs(code) >= 10 and _is_unrounded(code, others))


def _is_beyond(code: float, count: int, others: OtherNumbers) -> bool:
    low, high = others.values[0], others.values[-1]
    if code < 0:
        return bool(low >= 0)
    gap, width = code - high, high - low
    if abs(code) < 10:
        return bool(gap >= max(_FEWEST_STEPS, _GAP_OF_DIGIT * width))
    often = count >= _OFTEN * others.counts[-_HIGHEST:].max()
    return bool(gap > 1 and gap >= (_GAP_OF_OFTEN if often else _GAP) * width)


def _is_unrounded(code: float, others: OtherNumbers) -> bool:
    for base in _BASES:
        rounded = others.counts[others.values % base == 0].sum()
        if rounded >= _ALL * others.cells:
            return code % base != 0
    return False
