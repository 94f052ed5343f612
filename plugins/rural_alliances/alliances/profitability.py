"""Yearly net benefit over investment of an alliance: its distribution by product, from printed shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from rural_alliances.alliances.calibration import ProfitShares
from ruralimpact.errors import ConfigError

FloatArray = NDArray[np.float64]


def break_even(ramp: Sequence[float], horizon: int, rate: float) -> float:
    """Return the net benefit over investment at which nothing is gained at a rate.

    Parameters
    ----------
    ramp : sequence of float
        Share of the full benefit in years 1, 2 ...; 1 afterwards.
    horizon : int
        Years after the investment.
    rate : float
    """
    shares = np.ones(horizon)
    shares[: len(ramp)] = ramp
    return float(1 / (shares * (1 + rate) ** -np.arange(1.0, horizon + 1)).sum())


@dataclass(frozen=True)
class Profitability:
    """A normal distribution, without the values between two limits.

    Attributes
    ----------
    mean, sd : float
        Of the normal distribution.
    low, high : float
        Values between them do not occur; those below `low` keep their probability.
    """

    mean: float
    sd: float
    low: float
    high: float

    @classmethod
    def of_shares(
        cls, loss: float, above: float, threshold: float, gap: float = 1.0
    ) -> "Profitability":
        """Return the distribution with these shares below zero and above a threshold.

        Parameters
        ----------
        loss, above : float
        threshold : float
        gap : float
            Above the threshold no value lies under this multiple of it.
        """
        z_loss, z_above = ndtri(loss), ndtri(1 - above)
        sd = threshold / (z_above - z_loss)
        return cls(-z_loss * sd, sd, threshold, gap * threshold)

    def quantile(self, share: FloatArray) -> FloatArray:
        """Return the values below which the shares lie."""
        at_low, at_high = (ndtr((limit - self.mean) / self.sd) for limit in (self.low, self.high))
        stretched = at_high + (share - at_low) * (1 - at_high) / (1 - at_low)
        return np.asarray(
            self.mean + self.sd * ndtri(np.where(share <= at_low, share, stretched)), dtype=float
        )

    def average(self) -> float:
        """Return the mean, by quantiles of equal distance."""
        return float(_values(self).mean())

    def share_above(self, limit: float) -> float:
        """Return the share of values above a limit, by quantiles of equal distance."""
        return float((_values(self) > limit).mean())


@lru_cache(maxsize=32)  # a register asks the same of every product, and a simulation in every draw
def _values(distribution: Profitability) -> FloatArray:
    """Return quantiles of equal distance."""
    points = (np.arange(200_000) + 0.5) / 200_000
    return distribution.quantile(points)


def by_product(
    shares: Mapping[str, ProfitShares], products: Mapping[str, int], threshold: float
) -> dict[str, Profitability]:
    """Return the distribution of each product, so that all of them together have the shares of ``all``.

    Parameters
    ----------
    shares : mapping of str to ProfitShares
        Of ``all``, and by product.
    products : mapping of str to int
        Alliances by product.
    threshold : float
    """
    total = sum(products.values())
    own = {name: shares[name] for name in products if name in shares}
    rest = total - sum(products[name] for name in own)

    def left(key: Literal["loss", "above"]) -> float:
        of_all = total * getattr(shares["all"], key)
        named = sum(products[name] * getattr(own[name], key) for name in own)
        return float((of_all - named) / rest)

    loss, above = left("loss"), left("above")
    if not 0 <= loss <= 1 - above <= 1:
        problem = "the shares of `all` and of the products named leave none for the other products."
        raise ConfigError(problem, key="benefits.study_2012")
    others = ProfitShares(loss=loss, above=above)
    return {
        name: Profitability.of_shares(part.loss, part.above, threshold, gap=part.gap)
        for name, part in ((name, own.get(name, others)) for name in products)
    }
