"""How much of an arm's weight each group carries, and how many groups that leaves in effect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.sampling_strata import strata_of_groups

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FEW_EFFECTIVE = 10
"""Fewer effective groups in an arm than this are marked."""
TOO_FEW_EFFECTIVE = 2
"""Fewer than this bear no inference."""
ARMS = {0: "control", 1: "treated"}


@dataclass(frozen=True)
class Leverage:
    """Weight of G groups within A arms.

    Attributes
    ----------
    shares : ndarray, shape (G, A)
        Share of each group in its arm's weight; columns sum to 1. Column 0 are controls, 1 the treated.
    sizes : ndarray, shape (G, A)
        Effective number of units behind each share (Kish): 1 where one unit has all the weight, the
        number of units where their weights are equal; 0 where the group has no weight in the arm.
    strata : ndarray of int, shape (G,), optional
        Codes of the strata that groups were drawn from.
    """

    shares: FloatArray
    sizes: FloatArray
    strata: IntArray | None = None

    @property
    def effective(self) -> FloatArray:
        """Effective number of groups of each arm, ``1 / sum h^2``; shape (A,), NaN in an empty arm.

        Ten groups of one weight are 10, not a rounding error less, which would be few.
        """
        squares = (self.shares**2).sum(axis=0)
        effective = np.where(squares > 0, 1 / np.where(squares > 0, squares, 1.0), np.nan)
        alike = np.isclose(effective, self.counts, rtol=1e-9, atol=0)
        return np.where(alike, self.counts.astype(float), effective)

    @property
    def counts(self) -> IntArray:
        """Groups with a weight, by arm; shape (A,)."""
        return np.asarray((self.shares > 0).sum(axis=0), dtype=np.int64)


def group_leverage(
    weights: FloatArray, arms: ArrayLike, groups: IntArray, strata: IntArray | None = None
) -> Leverage:
    """Shares of groups in the weight of their arms.

    Parameters
    ----------
    weights : ndarray, shape (n,)
        Weight of each unit in the estimate; 0 outside. Signs are ignored.
    arms : array_like of int, shape (n,)
        0 for controls, 1 for treated units; further codes for further arms.
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.
    strata : ndarray of int, shape (n,), optional
        Code of the stratum that each unit's group was drawn from.

    Returns
    -------
    Leverage
        With two arms or more.

    Raises
    ------
    DesignError
        A weight is not finite.
    """
    if not np.isfinite(weights).all():
        raise DesignError("weights of units must be finite.")
    arms, weights = np.asarray(arms, dtype=np.int64), np.abs(weights)
    n_clusters = int(groups.max()) + 1 if len(groups) else 0
    n_arms = max(2, int(arms.max()) + 1 if len(arms) else 0)
    cells = groups * n_arms + arms
    shape = (n_clusters, n_arms)
    total, squares = (
        np.bincount(cells, values, minlength=n_clusters * n_arms).reshape(shape)
        for values in (weights, weights**2)
    )
    by_arm = total.sum(axis=0)
    shares = total / np.where(by_arm > 0, by_arm, 1.0)
    sizes = np.where(squares > 0, total**2 / np.where(squares > 0, squares, 1.0), 0.0)
    return Leverage(shares, sizes, None if strata is None else strata_of_groups(groups, strata))


def decimals(effective: float) -> int:
    """Decimals that show on which side of the limits a number of effective groups lies: 9.97 is not 10.

    Parameters
    ----------
    effective : float
        NaN where it is not known.

    Returns
    -------
    int
        None from `FEW_EFFECTIVE` on, else one, or as many as keep it below the limit that it is below.
    """
    below = [limit for limit in (FEW_EFFECTIVE, TOO_FEW_EFFECTIVE) if effective < limit]
    enough = (n for n in range(1, 9) if all(float(f"{effective:.{n}f}") < limit for limit in below))
    return next(enough, 9) if below else 0


def too_few_groups(leverage: Leverage | None, noun: str = "groups") -> str:
    """Why an estimate bears no inference, for the reader; empty where it does.

    Parameters
    ----------
    leverage : Leverage or None
        None where an estimator has no weights by arm; it is not refused.
    noun : str
        What the groups are called.

    Returns
    -------
    str
    """
    if leverage is None:
        return ""
    for arm, name in reversed(ARMS.items()):
        effective = leverage.effective[arm]
        # rounding of shares must not refuse two equal groups
        if np.isfinite(effective) and effective < TOO_FEW_EFFECTIVE * (1 - 1e-9):
            printed = f"{effective:.{decimals(effective)}f}"
            return (
                f"not estimable: the {name} weight lies on {printed} effective {noun} "
                f"(of {leverage.counts[arm]:,})"
            )
    return ""
