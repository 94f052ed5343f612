"""Coarsened exact matching: covariates cut into bins, units compared inside cells of equal bins."""

from collections.abc import Mapping, Sequence
from math import ceil, log2
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.unit_weights import UnitWeights, refuse_non_finite
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Cut = int | Sequence[float] | Literal["exact"]

NO_CONTROLS = "stratum without controls"

_LARGEST_CODE = 1 << 62


def coarsened_exact_weights(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    *,
    cutpoints: Mapping[str, Cut] | None = None,
    strata: IntArray | None = None,
    sampling: FloatArray | None = None,
) -> UnitWeights:
    """Weight controls to the treated of their stratum of coarsened covariates.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    cutpoints : mapping of str to int, sequence of float, or "exact", optional
        By covariate: a number of equal bins over its range (1 leaves it out), the inner cut points
        (a value on one belongs above it), or every value by itself. Without an entry a two-valued
        covariate stays as it is and any other has ceil(log2(n) + 1) equal bins, Sturges' rule for the rows
        of the sample, whatever they weigh.
    strata : ndarray of int, shape (n,), optional
        Codes of exact strata, which the bins divide further.
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive: a unit counts as that many.

    Returns
    -------
    UnitWeights
        `strata` numbers the strata with both arms by their bins in ascending order. A control
        weighs (treated / controls) of its stratum; treated units in a stratum without controls are
        dropped.

    Raises
    ------
    DesignError
        An arm is empty, a covariate is not finite, a cut is for no covariate or is not usable, or
        no stratum holds both arms.

    References
    ----------
    Iacus, King & Porro (2012), Political Analysis 20(1).
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(covariates.values, "covariates")
    cells = _cells(covariates, dict(cutpoints or {}), strata)
    treated = treatment == 1
    size = int(cells.max()) + 1
    unit = np.ones(len(treatment)) if sampling is None else sampling
    n_treated = np.bincount(cells[treated], unit[treated], minlength=size)
    n_control = np.bincount(cells[~treated], unit[~treated], minlength=size)
    shared = (n_treated > 0) & (n_control > 0)
    if not shared.any():
        raise DesignError(
            "no overlap: no stratum of the coarsened covariates holds both treated units and "
            "controls. Use fewer bins or fewer covariates."
        )
    ratio = np.where(shared, n_treated / np.where(shared, n_control, 1), 0.0)
    weights = unit * np.where(treated, shared[cells].astype(float), ratio[cells])
    strata = np.where(shared[cells], (np.cumsum(shared) - 1)[cells], -1)
    lost = treated & ~shared[cells]
    return UnitWeights(weights, {NO_CONTROLS: lost} if lost.any() else {}, strata)


def _cells(
    covariates: CovariateMatrix, cutpoints: dict[str, Cut], strata: IntArray | None
) -> IntArray:
    """Cell of each unit, numbered from 0 in ascending order of the bins."""
    unknown = sorted(set(cutpoints) - set(covariates.names))
    if unknown:
        listed = ", ".join(f"'{name}'" for name in unknown)
        raise DesignError(f"cut points for {listed}, which is not among the covariates.")
    n = covariates.values.shape[0]
    cells, size = _renumbered(np.zeros(n) if strata is None else strata)
    for j, name in enumerate(covariates.names):
        default: Cut = "exact" if covariates.binary[j] else ceil(log2(n) + 1)
        bins = _bins(covariates.values[:, j], cutpoints.get(name, default), name)
        n_bins = int(bins.max()) + 1
        if size * n_bins > _LARGEST_CODE:
            cells, size = _renumbered(cells)
        cells, size = cells * n_bins + bins, size * n_bins
    return _renumbered(cells)[0]


def _renumbered(cells: IntArray | FloatArray) -> tuple[IntArray, int]:
    distinct, position = np.unique(cells, return_inverse=True)
    return position.astype(np.int64), len(distinct)


def _bins(values: FloatArray, cut: Cut, name: str) -> IntArray:
    if isinstance(cut, str):
        if cut != "exact":
            raise DesignError(f"cut points of '{name}': '{cut}' is neither a number nor 'exact'.")
        return _renumbered(values)[0]
    if isinstance(cut, int):
        if cut < 1:
            raise DesignError(f"cut points of '{name}': {cut} bins; at least 1 is needed.")
        inner = np.linspace(values.min(), values.max(), cut + 1)[1:-1]
    else:
        inner = np.unique(np.asarray(cut, dtype=float))
        refuse_non_finite(inner, f"cut points of '{name}'")
    return np.searchsorted(inner, values, side="right").astype(np.int64)
