"""What a weighting strategy gives: one weight a unit for the ATT, and the treated it dropped."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class UnitWeights:
    """Weights for the average effect on the treated, made without outcomes.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        1 for a treated unit that is kept, 0 for one that is dropped; controls have weights of at
        least 0 that sum to the number of treated units kept.
    exclusions : dict of str to ndarray of bool, shape (n,)
        Why treated units were dropped: reason and the units it applies to. Reasons do not overlap.
    strata : ndarray of int, shape (n,), optional
        Stratum of each unit, -1 where the unit has none or its stratum lacks one arm.
    notes : tuple of str
        Conventions the reader must know.
    """

    weights: FloatArray
    exclusions: dict[str, BoolArray] = field(default_factory=dict)
    strata: IntArray | None = None
    notes: tuple[str, ...] = ()

    @property
    def dropped(self) -> dict[str, int]:
        """Number of treated units dropped, by reason."""
        return {reason: int(mask.sum()) for reason, mask in self.exclusions.items()}


def controls_alike(treatment: NDArray[np.int8], sampling: FloatArray | None = None) -> UnitWeights:
    """Weigh every control alike, or by its sampling weight.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    sampling : ndarray, shape (n,), optional

    Returns
    -------
    UnitWeights
    """
    treated = treatment == 1
    if sampling is None:
        return UnitWeights(np.where(treated, 1.0, treated.sum() / (~treated).sum()))
    ratio = sampling[treated].sum() / sampling[~treated].sum()
    return UnitWeights(sampling * np.where(treated, 1.0, ratio))


def refuse_non_finite(values: FloatArray, what: str) -> None:
    """Refuse an array with missing or infinite values.

    Parameters
    ----------
    values : ndarray
    what : str
        What the values are, for the message.

    Raises
    ------
    DesignError
    """
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise DesignError(f"{what}: {bad:,} missing or infinite values.")
