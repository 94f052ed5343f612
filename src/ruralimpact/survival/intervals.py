"""Standard errors clustered by group, and intervals of shares that keep within 0 and 1."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from ruralimpact.inference.clustered import group_codes
from ruralimpact.inference.sampling_strata import centred_in_strata, degrees_left
from ruralimpact.survival.curves import clustered_error

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Clusters:
    """Groups of units, and the strata that they were drawn from.

    Attributes
    ----------
    groups : ndarray of int, shape (n,)
    strata : ndarray of int, shape (n,), or None
    """

    groups: IntArray
    strata: IntArray | None

    @classmethod
    def of(cls, records: pd.DataFrame) -> "Clusters":
        """Return those of the records of a sample."""
        declared = "sampling_stratum" in records
        strata = group_codes(records["sampling_stratum"].astype(str)) if declared else None
        return cls(group_codes(records["group"].astype(str)), strata)

    @cached_property
    def number(self) -> int:
        """Number of groups."""
        return len(np.unique(self.groups))

    @cached_property
    def df(self) -> float:
        """Degrees of freedom: groups less strata, or less one."""
        return self.number - 1.0 if self.strata is None else degrees_left(self.groups, self.strata)

    def centred(self, scores: FloatArray) -> FloatArray:
        """Scores, shape (n,), of which only differences within strata are left.

        How many units a stratum has is taken as given, so that its mean score is no sampling error however
        its units spread over groups.
        """
        if self.strata is None:
            return scores
        mean = np.bincount(self.strata, scores) / np.bincount(self.strata)
        return centred_in_strata(scores - mean[self.strata], self.groups, self.strata)

    def std_error(self, scores: FloatArray) -> FloatArray:
        """Return standard errors of several estimates, shape (t,), from scores of shape (n, t)."""
        if self.df < 1:
            return np.full(scores.shape[1], np.nan)
        centred = np.column_stack([self.centred(column) for column in scores.T])
        return clustered_error(centred, self.groups.astype(object))


@dataclass(frozen=True)
class ShareInterval:
    """Both ends, shape (t,) each; NaN where there is no error to go by."""

    low: FloatArray
    high: FloatArray


def log_log_interval(
    estimate: FloatArray, std_error: FloatArray, df: float, level: float = 0.95
) -> ShareInterval:
    """Return an interval on the scale of the complementary log-log (Kalbfleisch & Prentice 2002).

    With t of `df` degrees of freedom. An estimate of 0 or 1 has none.
    """
    inside = (estimate > 0) & (estimate < 1) & (df >= 1)
    share = np.where(inside, estimate, 0.5)
    quantile = special.stdtrit(max(df, 1.0), 0.5 + level / 2)
    spread = quantile * std_error / np.abs(share * np.log(share))
    log = np.log(-np.log(share))
    with np.errstate(over="ignore"):  # a wide interval ends at 0
        ends = np.exp(-np.exp(log + spread)), np.exp(-np.exp(log - spread))
    low, high = (np.where(inside, end, np.nan) for end in ends)
    return ShareInterval(low, high)
