"""Income strata: of a declared baseline, or of income predicted without the project."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.dependence import find_dependence
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Quantiles:
    """Units in classes of (nearly) equal size.

    Attributes
    ----------
    codes : ndarray of int, shape (n,)
        Class of each unit, 0 for the lowest values; -1 where the value is missing.
    low, high : ndarray, shape (classes,)
        Smallest and largest value in each class.
    """

    codes: IntArray
    low: FloatArray
    high: FloatArray


def quantile_classes(values: FloatArray, count: int) -> Quantiles:
    """Cut units into classes by the quantiles of a variable over all of them, both arms together.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN leaves a unit out.
    count : int
        Classes wanted: 5 for quintiles.

    Returns
    -------
    Quantiles
        Units with the same value share a class.

    Raises
    ------
    DesignError
        So many units have the same value that a class would be empty, or none has one.
    """
    known = np.isfinite(values)
    if not known.any():
        raise DesignError("what classes are made of is missing for every unit.")
    cuts = np.quantile(values[known], np.arange(1, count) / count, method="inverted_cdf")
    codes = np.where(known, np.searchsorted(cuts, values, side="left"), -1)
    if len(np.unique(codes[known])) < count:
        raise DesignError(
            f"too many units share a value to make {count} classes; ask for fewer quantiles."
        )
    members = [values[codes == j] for j in range(count)]
    return Quantiles(
        codes.astype(np.int64),
        np.array([part.min() for part in members]),
        np.array([part.max() for part in members]),
    )


def predict_without_treatment(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    covariates: CovariateMatrix,
    groups: IntArray,
) -> FloatArray:
    """Predict each unit's outcome without treatment from the controls of all other groups.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        NaN where missing; such controls predict nothing but are predicted.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
        Measured before treatment.
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1. Neither a unit's own outcome nor those of its group enter its prediction.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    DesignError
        There are fewer than two controls with the outcome.

    Notes
    -----
    Least squares among controls, leaving one group out at a time. Classes of a prediction that used a
    control's own outcome would sort controls with luck into high and those without into low classes
    and bias effects up in the low and down in the high ones (Abadie, Chingos & West 2018). Covariates
    that others imply among all controls are excluded; a direction that only the group excluded would
    identify (the dummy of its own village) gets no weight.

    References
    ----------
    Abadie, Chingos & West (2018), Review of Economics and Statistics 100(4), leave-one-out estimator;
    here whole groups are excluded, since units of a group resemble each other.
    """
    used = (treatment == 0) & np.isfinite(outcome)
    design = _full_rank(covariates.values, used)
    cross = design[:, :, None] * design[:, None, :]
    size = int(groups.max()) + 1
    gram, moment = (
        np.stack([np.bincount(groups[used], column, size) for column in flat.T], axis=1)
        for flat in (
            cross[used].reshape(int(used.sum()), -1),
            design[used] * outcome[used, None],
        )
    )
    width = design.shape[1]
    rest = (gram.sum(axis=0) - gram).reshape(size, width, width)
    left = (moment.sum(axis=0) - moment)[:, :, None]
    slopes = (np.linalg.pinv(rest, rcond=1e-10, hermitian=True) @ left)[:, :, 0]
    return np.asarray((design * slopes[groups]).sum(axis=1), dtype=float)


def _full_rank(values: FloatArray, used: NDArray[np.bool_]) -> FloatArray:
    """Constant and standardised covariates that do not depend on each other among the used units."""
    if used.sum() < 2:
        raise DesignError("there are too few controls with the outcome to predict it.")
    centre, spread = values[used].mean(axis=0), values[used].std(axis=0)
    varying = spread > 1e-12 * np.abs(values[used]).max(axis=0, initial=0.0)
    scaled = (values[:, varying] - centre[varying]) / spread[varying]
    basis = find_dependence(np.cov(scaled[used].T, bias=True).reshape(scaled.shape[1], -1)).basis
    return np.column_stack([np.ones(len(values)), scaled[:, basis]])
