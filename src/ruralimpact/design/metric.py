"""Coordinates in which Euclidean distance is the distance that a strategy matches on."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix, refuse_degenerate
from ruralimpact.design.row_order import distinct_rows
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
Metric = Literal["mahalanobis", "inverse_variance"]
Covariance = Literal["pooled", "sample"]
_NO_SPREAD = 1e-12
_SINGULAR = 1e-14


def whiten(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    metric: Metric,
    *,
    covariance: Covariance = "pooled",
    sampling: FloatArray | None = None,
    where: str | None = None,
) -> FloatArray:
    """Transform covariates so that Euclidean distance is Mahalanobis or inverse-variance distance.

    Sums run over units in a canonical order, so that the order of rows changes no bit of the result.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    metric : {"mahalanobis", "inverse_variance"}
        The second uses the variances only (Abadie & Imbens 2006, and Stata's ``ivariance``).
    covariance : {"pooled", "sample"}
        Within-arm covariance pooled over the arms, or that of all units together.
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive; the covariance is that of the weighted units.
    where : str, optional
        Name of the comparison, for error messages.

    Returns
    -------
    ndarray, shape (n, p)

    Raises
    ------
    DesignError
        A covariate is constant or collinear, among all units or within the arms, so that no such metric
        exists.
    """
    refuse_degenerate(covariates, where=where)
    columns = np.argsort(np.array(covariates.names), kind="stable")
    values = covariates.values[:, columns]
    canonical = np.lexsort((treatment, *values.T))
    ordered = values[canonical]
    centre, spread = ordered.mean(axis=0), ordered.std(axis=0)
    values = (values - centre) / spread
    ordered, arm = values[canonical], treatment[canonical]
    if sampling is not None:
        pooled = arm if covariance == "pooled" else np.zeros_like(arm)
        matrix = _weighted(ordered, pooled, sampling[canonical])
    else:
        matrix = _pooled(ordered, arm) if covariance == "pooled" else _sample(ordered)
    names, prefix = [covariates.names[j] for j in columns], f"{where}: " if where else ""
    _refuse_alike(matrix, names, prefix)
    if metric == "inverse_variance":
        scaled: FloatArray = values / np.sqrt(np.diag(matrix))
        return scaled
    _refuse_collinear(matrix, names, prefix)
    factor = np.linalg.cholesky(matrix)
    distinct = distinct_rows(list(values.T))
    coordinates: FloatArray = np.linalg.solve(factor, values[distinct.representatives].T).T
    return coordinates[distinct.kind]


def _refuse_alike(matrix: FloatArray, names: Sequence[str], prefix: str) -> None:
    """Refuse covariates of which, their variance within the arms being zero, no distance is left."""
    flat = np.diag(matrix) <= _NO_SPREAD**2
    alike = [f"'{name}'" for name, own in zip(names, flat, strict=True) if own]
    if alike:
        raise DesignError(
            f"{prefix}covariates that do not vary within the arms: {', '.join(alike)}. Leave them out."
        )


def _refuse_collinear(matrix: FloatArray, names: Sequence[str], prefix: str) -> None:
    """Refuse covariates that others and the treatment determine."""
    spread = np.sqrt(np.diag(matrix))
    correlation = matrix / np.outer(spread, spread)
    if np.linalg.eigvalsh(correlation)[0] > _SINGULAR:
        return
    first = next(
        name
        for last, name in enumerate(names, start=1)
        if np.linalg.eigvalsh(correlation[:last, :last])[0] <= _SINGULAR
    )
    raise DesignError(
        f"{prefix}covariates that are collinear within the arms: '{first}' can be computed from the others "
        "and the treatment. Leave one out."
    )


def _sample(values: FloatArray) -> FloatArray:
    return np.atleast_2d(np.cov(values, rowvar=False))


def _pooled(values: FloatArray, treatment: NDArray[np.int8]) -> FloatArray:
    total = np.zeros((values.shape[1], values.shape[1]))
    for arm in (0, 1):
        part = values[treatment == arm]
        part = part - part.mean(axis=0)
        total += part.T @ part
    return total / (len(values) - 2)


def _weighted(values: FloatArray, part: NDArray[np.int8], sampling: FloatArray) -> FloatArray:
    """Weighted covariance within the parts; its size has no influence on who is near."""
    total = np.zeros((values.shape[1], values.shape[1]))
    for code in np.unique(part):
        inside, weight = values[part == code], sampling[part == code]
        inside = inside - np.average(inside, axis=0, weights=weight)
        total += (inside * weight[:, None]).T @ inside
    return total / float(sampling.sum())
