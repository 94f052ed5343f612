"""Averages of gains, which differ: of all units together, over units, and of the middle one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ruralimpact.returns.measures import FRACTION, Interval, Measure, interval, mean, ratio, share

FloatArray = NDArray[np.float64]

NOTHING_BEFORE = "the total before is not above zero"
NONE_ABOVE_ZERO = "no unit had more than zero before"


@dataclass(frozen=True)
class Gained:
    """What n units had before and after.

    Attributes
    ----------
    before, after : ndarray, shape (n,)
    groups : ndarray of str, shape (n,)
    """

    before: FloatArray
    after: FloatArray
    groups: NDArray[np.object_]

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Units with both, shape (n,)."""
        return np.isfinite(self.before) & np.isfinite(self.after)

    @property
    def has_ratio(self) -> NDArray[np.bool_]:
        """Units with more than zero before, whose gain has a percent, shape (n,)."""
        return self.before > 0

    @property
    def ratios(self) -> FloatArray:
        """Gain as a fraction of what was before; NaN where that is zero or less."""
        base = np.where(self.has_ratio, self.before, np.nan)
        return np.asarray((self.after - self.before) / base)


def gain_measures(gained: Gained) -> Iterator[tuple[Measure, Interval]]:
    """Yield the measures of gains with their intervals.

    Parameters
    ----------
    gained : Gained
        Of at least one unit.

    Yields
    ------
    Measure, Interval
        ``ratio_of_totals``, ``mean_of_ratios`` and ``median_of_ratios`` (gains in fractions of what was
        before; the latter two of units with more than zero before), ``share_loss`` (units with less
        after) and ``mean_change``. The interval of the median inverts that of the share below it (Woodruff
        1952).
    """
    change, groups = gained.after - gained.before, gained.groups
    total = ratio("ratio_of_totals", change, gained.before, FRACTION, NOTHING_BEFORE)
    yield total, interval(total, groups)
    known = gained.has_ratio
    ratios = gained.ratios[known]
    if len(ratios):
        average = mean("mean_of_ratios", ratios, FRACTION)
        yield average, interval(average, groups[known])
        yield _median(ratios, groups[known])
    else:
        for name in ("mean_of_ratios", "median_of_ratios"):
            blank = Measure(name, FRACTION, np.nan, reason=NONE_ABOVE_ZERO)
            yield blank, interval(blank, groups)
    for measure in (share("share_loss", change < 0), mean("mean_change", change)):
        yield measure, interval(measure, groups)


def _median(values: FloatArray, groups: NDArray[np.object_]) -> tuple[Measure, Interval]:
    middle = float(np.median(values))
    measure = Measure("median_of_ratios", FRACTION, middle)
    below = interval(share("below", values <= middle), groups)
    if not np.isfinite(below.std_error):
        return measure, below
    margin = float(stdtrit(below.df, 0.975)) * below.std_error
    low, high = np.quantile(values, np.clip([0.5 - margin, 0.5 + margin], 0, 1))
    return measure, Interval(np.nan, below.df, float(low), float(high), below.n_clusters)
