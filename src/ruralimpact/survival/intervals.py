"""Standard errors clustered by group, and intervals of shares that keep within 0 and 1."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from ruralimpact.inference.bias_reduced_scores import corrected_scores
from ruralimpact.inference.clustered import group_codes, group_sums
from ruralimpact.inference.leverage import Leverage, group_leverage
from ruralimpact.inference.sampling_strata import degrees_left

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
        """Degrees of freedom that the sample leaves: groups less strata, or less one."""
        return self.number - 1.0 if self.strata is None else degrees_left(self.groups, self.strata)

    @cached_property
    def _leverage(self) -> Leverage:
        strata = np.zeros_like(self.groups) if self.strata is None else self.strata
        return group_leverage(np.ones(len(self.groups)), strata, self.groups)

    def within(self, scores: FloatArray) -> FloatArray:
        """Scores, shape (n,), without the mean of the stratum.

        How many units a stratum has is taken as given, so that its mean score is no sampling error however
        its units spread over groups.
        """
        if self.strata is None:
            return scores
        mean = np.bincount(self.strata, scores) / np.bincount(self.strata)
        return np.asarray(scores - mean[self.strata])

    def std_error(self, scores: FloatArray) -> FloatArray:
        """Return standard errors of several shares, shape (t,), from scores of shape (n, t).

        Notes
        -----
        A group that holds the share h of its stratum draws the stratum's mean towards itself, so that its
        score is divided by the square root of 1 - h (see `ruralimpact.inference.bias_reduced_scores`). A
        group that is alone in its stratum tells nothing of the variation there; its score stays as it is.
        """
        if self.df < 1:
            return np.full(scores.shape[1], np.nan)
        return np.array([self._error(column) for column in scores.T])

    def _error(self, scores: FloatArray) -> float:
        reduced = corrected_scores(group_sums(self.within(scores), self.groups), self._leverage)
        alone = np.isnan(reduced.sums)
        sums = np.where(alone, group_sums(scores, self.groups), reduced.sums)
        return float(np.sqrt(sums @ sums))


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
