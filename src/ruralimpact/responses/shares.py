"""Shares of respondents, and of the register that they were drawn from, with intervals."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ruralimpact.inference.wilson import wilson_interval

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Share:
    """A share with its error.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high : float
        NaN where there is none.
    population : float
        Units of the register that the respondents stand for; NaN without a register.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    population: float


@dataclass(frozen=True)
class Respondents:
    """All respondents of a sample, drawn within strata.

    Attributes
    ----------
    strata, groups : ndarray of int, shape (n,)
        Codes from 0; a group lies in one stratum.
    register : ndarray, shape (n,)
        Units of the register in each one's stratum; NaN without a register.
    """

    strata: IntArray
    groups: IntArray
    register: FloatArray

    @cached_property
    def weights(self) -> FloatArray:
        """Units of the register that each stands for; NaN without a register, shape (n,)."""
        return np.asarray(self.register / np.bincount(self.strata)[self.strata])

    @cached_property
    def clustered(self) -> bool:
        """Some group has several respondents."""
        return len(np.unique(self.groups)) < len(self.groups)

    @cached_property
    def _stratum_of_group(self) -> IntArray:
        first = np.unique(self.groups, return_index=True)[1]
        return np.asarray(self.strata[first], dtype=np.int64)

    def share(self, values: FloatArray, counted: BoolArray, *, weighted: bool) -> Share:
        """Estimate the mean of values among those who count.

        Parameters
        ----------
        values : ndarray, shape (n,)
            From 0 to 1.
        counted : ndarray of bool, shape (n,)
        weighted : bool
            Of the units of the register that they stand for, and not of the respondents.

        Notes
        -----
        The variance is that of a domain mean under stratified sampling, linearised, groups as the units
        drawn and with the finite-population correction where each group has one respondent (Lumley 2010).
        The interval is Wilson's, for the sample size at which a simple random sample would have this
        variance (Korn & Graubard 1998); with several respondents a group that size is less, by the squared
        ratio of the quantiles of t with n - 1 and with groups less strata degrees of freedom.
        """
        n = int(counted.sum())
        population = float(self.weights[counted].sum())
        if n == 0:
            return Share(np.nan, np.nan, np.nan, np.nan, population)
        weights = np.where(counted, self.weights if weighted else 1.0, 0.0)
        answered = values[counted]
        # A weighted mean of equal answers is off by rounding, and a share that is nearly 0 or 1 is none.
        unanimous = answered.min() == answered.max()
        estimate = float(answered[0] if unanimous else weights @ values / weights.sum())
        scores = np.where(counted, weights * (values - estimate), 0.0) / weights.sum()
        error = self._std_error(scores)
        size = self._effective_size(estimate, error, counted, population)
        low, high = wilson_interval(estimate * size, size) if size > 0 else (np.nan, np.nan)
        if np.isinf(size):
            low = high = estimate
        return Share(estimate, error, low, high, population)

    def _std_error(self, scores: FloatArray) -> float:
        sums = np.bincount(self.groups, scores)
        strata = self._stratum_of_group
        drawn = np.bincount(strata)
        if (drawn[np.unique(strata[sums != 0])] < 2).any():
            return float("nan")
        centred = sums - (np.bincount(strata, sums) / np.maximum(drawn, 1))[strata]
        of_strata = np.bincount(strata, centred**2) * drawn / np.maximum(drawn - 1, 1)
        return float(np.sqrt((of_strata * (1 - self._fractions)).sum()))

    @cached_property
    def _fractions(self) -> FloatArray:
        """Share of each stratum's units in the register that responded, shape (strata,)."""
        if self.clustered or np.isnan(self.register).any():
            return np.zeros(int(self.strata.max()) + 1)
        sizes = np.zeros(int(self.strata.max()) + 1)
        sizes[self.strata] = self.register
        return np.asarray(np.bincount(self.strata) / sizes)

    def _effective_size(
        self, estimate: float, error: float, counted: BoolArray, population: float
    ) -> float:
        n = int(counted.sum())
        known = np.isfinite(population) and not self.clustered
        if known and population <= n:
            return float("inf")
        correction = (population - 1) / population if known else 1.0
        if not 0 < estimate < 1:
            drawn = len(np.unique(self.groups[counted]))
            return drawn * (population - 1) / (population - n) if known else float(drawn)
        if not error > 0 or n < 2:
            return float("nan")
        size = n * estimate * (1 - estimate) / ((n - 1) * error**2) * correction
        return size * self._few_groups(n) if self.clustered else size

    def _few_groups(self, n: int) -> float:
        """Factor by which few groups lessen the effective size of n respondents (Korn & Graubard 1998)."""
        df = len(self._stratum_of_group) - len(np.unique(self._stratum_of_group))
        if df < 1:
            return float("nan")
        quantiles = special.stdtrit(np.array([n - 1.0, float(df)]), 0.975)
        return float((quantiles[0] / quantiles[1]) ** 2)
