"""The specification curve: all estimates of one outcome in order, whatever their size or significance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LEVEL = 0.05


@dataclass(frozen=True)
class SpecificationCurve:
    """Estimates of one outcome over a declared grid of specifications.

    Attributes
    ----------
    order : ndarray of int, shape (specifications,)
        Positions from the smallest estimate to the largest; missing ones are excluded.
    median, lowest, highest : float
    positive : int
        Estimates above zero.
    significant : int
        Estimates that differ from zero at the 5 percent level, each taken for itself.
    """

    order: NDArray[np.int64]
    median: float
    lowest: float
    highest: float
    positive: int
    significant: int

    @property
    def count(self) -> int:
        """Specifications with an estimate."""
        return len(self.order)

    @property
    def one_sign(self) -> bool:
        """Whether all estimates have the same sign."""
        return self.positive in (0, self.count)


def specification_curve(estimates: FloatArray, p_values: FloatArray) -> SpecificationCurve:
    """Order and summarise the estimates of one outcome.

    Parameters
    ----------
    estimates, p_values : ndarray, shape (specifications,)
        In one unit; NaN where missing.

    Returns
    -------
    SpecificationCurve

    Notes
    -----
    The estimates share units and are far from independent, so the number significant has no null
    distribution here; the joint test over resampled data of the reference is not made.

    References
    ----------
    Simonsohn, Simmons & Nelson (2020), Nature Human Behaviour 4.
    """
    known = np.flatnonzero(np.isfinite(estimates))
    values = estimates[known]
    if len(values) == 0:
        return SpecificationCurve(known, np.nan, np.nan, np.nan, 0, 0)
    return SpecificationCurve(
        order=known[np.argsort(values, kind="stable")],
        median=float(np.median(values)),
        lowest=float(values.min()),
        highest=float(values.max()),
        positive=int((values > 0).sum()),
        significant=int((p_values[known] < LEVEL).sum()),
    )
