"""What two-period estimators ask of their arrays."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.unit_weights import refuse_non_finite
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
Covariates = CovariateMatrix | FloatArray | None


def checked_arm(
    arm: NDArray[np.generic], columns: dict[str, FloatArray], *, name: str = "treatment"
) -> NDArray[np.int8]:
    """Check the arrays of a two-arm comparison.

    Parameters
    ----------
    arm : ndarray of {0, 1}, shape (n,)
    columns : dict of str to ndarray, each of shape (n,)
        Outcomes by the words that messages use for them.
    name : str
        What `arm` is, for messages.

    Returns
    -------
    ndarray of {0, 1}, shape (n,)

    Raises
    ------
    DesignError
        Lengths differ; an outcome is missing for all or some units; `arm` has a value other than 0
        and 1, or only one of them.
    """
    values = np.asarray(arm, dtype=float)
    for label, column in columns.items():
        refuse_other_length(column, len(values), label, name)
        if len(column) and not np.isfinite(column).any():
            raise DesignError(f"{label}: missing for all {len(column):,} units.")
        refuse_non_finite(column, label)
    strange = int(((values != 0) & (values != 1)).sum())
    if strange:
        raise DesignError(f"{name}: {strange:,} values other than 0 and 1.")
    codes = values.astype(np.int8)
    refuse_empty_arm(codes)
    return codes


def refuse_other_length(values: NDArray[np.generic], n: int, label: str, name: str) -> None:
    """Refuse an array that has not one row a unit.

    Parameters
    ----------
    values : ndarray
    n : int
        Units.
    label, name : str
        What `values` is, and what has `n` rows, for the message.

    Raises
    ------
    DesignError
    """
    if np.ndim(values) == 0 or len(values) != n:
        length = "a single value" if np.ndim(values) == 0 else f"{len(values):,} rows"
        raise DesignError(f"{label} has {length}, {name} {n:,}: both need one row a unit.")


def checked_weights(weights: FloatArray | None, n: int) -> FloatArray:
    """Sampling weights, 1 for everyone where there are none.

    Parameters
    ----------
    weights : ndarray, shape (n,), optional
    n : int

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    DesignError
        Another length, or a weight that is missing or not positive.
    """
    if weights is None:
        return np.ones(n)
    refuse_other_length(weights, n, "weights", "treatment")
    refuse_non_finite(weights, "weights")
    if (weights <= 0).any():
        count = int((weights <= 0).sum())
        raise DesignError(
            f"weights: {count:,} are not positive. Exclude units without a sampling weight."
        )
    return np.asarray(weights, dtype=np.float64)


def checked_covariates(covariates: Covariates, n: int) -> CovariateMatrix:
    """Covariates with names, from a matrix with or without them.

    Parameters
    ----------
    covariates : CovariateMatrix, or ndarray of shape (n, p) or (n,), optional
        Columns of an array are called "covariate 1", "covariate 2" and so on.
    n : int

    Returns
    -------
    CovariateMatrix
        Without columns where there are no covariates.

    Raises
    ------
    DesignError
        Another number of rows, or a missing value.
    """
    if covariates is None:
        return covariate_matrix({}, rows=n)
    if isinstance(covariates, CovariateMatrix):
        refuse_other_length(covariates.values, n, "covariates", "treatment")
        refuse_non_finite(covariates.values, "covariates")
        return covariates
    columns = cast(FloatArray, np.asarray(covariates, dtype=float))
    refuse_other_length(columns, n, "covariates", "treatment")
    named = named_covariates(columns.reshape(n, -1))
    return covariate_matrix(dict(zip(named.names, named.values.T, strict=True)), rows=n)


def named_covariates(covariates: CovariateMatrix | FloatArray) -> CovariateMatrix:
    """Covariates with names, whatever their values are.

    Parameters
    ----------
    covariates : CovariateMatrix, or ndarray of shape (n, p)
        Columns of an array are called "covariate 1", "covariate 2" and so on.

    Returns
    -------
    CovariateMatrix
    """
    if isinstance(covariates, CovariateMatrix):
        return covariates
    names = tuple(f"covariate {j + 1}" for j in range(covariates.shape[1]))
    binary = np.all((covariates == 0) | (covariates == 1), axis=0)
    return CovariateMatrix(covariates, names, binary, {})
