"""The propensity score: probability of treatment given covariates, by maximum likelihood."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.binary_model import fit_binary
from ruralimpact.design.covariates import CovariateMatrix, refuse_degenerate
from ruralimpact.design.row_order import distinct_rows
from ruralimpact.errors import DesignError, NoComparisonError

FloatArray = NDArray[np.float64]
Link = Literal["logit", "probit"]

_SEPARATED = 30.0


@dataclass(frozen=True)
class PropensityScore:
    """Propensity scores of n units.

    Attributes
    ----------
    link : {"logit", "probit"}
    linear_predictor, probability : ndarray, shape (n,)
        Bit for bit the same for units with the same covariates, so ties are exact.
    """

    link: Link
    linear_predictor: FloatArray
    probability: FloatArray

    def on_scale(self, scale: Literal["linear", "probability"]) -> FloatArray:
        """Linear predictor or probability, shape (n,)."""
        return self.linear_predictor if scale == "linear" else self.probability


@dataclass(frozen=True)
class PropensityModel(PropensityScore):
    """A propensity score with the model behind it.

    Attributes
    ----------
    names : tuple of str, length p + 1
        ``"constant"`` and the covariates.
    coefficients, std_errors : ndarray, shape (p + 1,)
    compare : callable
        Returns the comparison with the model without covariates, which is fitted when it is asked for.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    std_errors: FloatArray
    compare: Callable[[], "AgainstNull"] = field(repr=False)

    @cached_property
    def against_null(self) -> "AgainstNull":
        """The model compared with the one without covariates."""
        return self.compare()


@dataclass(frozen=True)
class AgainstNull:
    """A model compared with the one without covariates.

    Attributes
    ----------
    pseudo_r2 : float
        McFadden's.
    lr_statistic, lr_p_value : float
        Likelihood-ratio test that all slopes are zero; NaN where the likelihood is weighted.
    """

    pseudo_r2: float
    lr_statistic: float = np.nan
    lr_p_value: float = np.nan


def fit_propensity(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    *,
    link: Link = "logit",
    sampling: FloatArray | None = None,
    where: str | None = None,
) -> PropensityModel:
    """Fit the propensity score.

    The likelihood is maximised on standardised covariates in a canonical row and column order, so the
    result depends neither on the order of units or covariates nor on their units of measure, and the
    score is computed once for each distinct covariate row.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    link : {"logit", "probit"}
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive: the likelihood is weighted by them, as R's ``svyglm`` does, standard
        errors of the coefficients are robust, and there is no likelihood-ratio test. Only their proportions
        count.
    where : str, optional
        Name of the comparison, for error messages.

    Returns
    -------
    PropensityModel

    Raises
    ------
    DesignError
        An arm is empty; a covariate is constant, collinear, or separates the arms.

    References
    ----------
    Rosenbaum & Rubin (1983), Biometrika 70(1).
    """
    refuse_empty_arm(treatment, where)
    refuse_degenerate(covariates, where=where)
    refuse_separation(covariates, treatment, where=where)
    columns = np.argsort(np.array(covariates.names), kind="stable")
    without_covariates = [np.zeros(len(treatment))]
    profiles = distinct_rows([covariates.values[:, j] for j in columns] or without_covariates)
    kind = profiles.kind
    counts = profiles.counts if sampling is None else np.bincount(kind, sampling)
    distinct = np.take(covariates.values[profiles.representatives], columns, axis=1)
    centre = counts @ distinct / counts.sum()
    distinct -= centre
    scratch = distinct**2
    spread = np.sqrt(counts @ scratch / counts.sum())
    distinct /= spread
    design = _with_constant(distinct, profiles.counts)
    if sampling is None:
        arm = np.sort(2 * kind + treatment) % 2  # by row, and by arm where rows are equal
        fit = _maximise(design, arm, link, where)
    else:
        order = np.lexsort((sampling, treatment, kind))
        fit = _maximise_weighted(design, treatment[order], sampling[order], link, where)
    np.multiply(distinct, fit.coefficients[1:], out=scratch)
    predictor = scratch.sum(axis=1) + fit.coefficients[0]
    if np.abs(predictor).max() > _SEPARATED:
        _raise_separated(covariates, columns, fit.coefficients[1:], where)
    probability = _probability(predictor, link)
    transform = _unstandardise(centre, spread, columns)
    cov = transform @ fit.covariance @ transform.T
    return PropensityModel(
        link=link,
        names=("constant", *covariates.names),
        coefficients=transform @ fit.coefficients,
        std_errors=np.sqrt(np.diag(cov)),
        linear_predictor=predictor[kind],
        probability=probability[kind],
        compare=fit.compare,
    )


@dataclass(frozen=True)
class _Maximum:
    """The likelihood's maximum on standardised covariates."""

    coefficients: FloatArray
    covariance: FloatArray
    compare: Callable[[], AgainstNull]


def _with_constant(distinct: FloatArray, counts: NDArray[np.int64]) -> FloatArray:
    """Each distinct row as often as it occurs, behind a constant."""
    design = np.empty((int(counts.sum()), distinct.shape[1] + 1))
    design[:, 0] = 1.0
    design[:, 1:] = (
        distinct if len(distinct) == len(design) else np.repeat(distinct, counts, axis=0)
    )
    return design


def _maximise_weighted(
    design: FloatArray,
    treatment: NDArray[np.int8],
    sampling: FloatArray,
    link: Link,
    where: str | None,
) -> _Maximum:
    fit = fit_binary(design, treatment, sampling / sampling.mean(), link)
    if fit is None:
        raise _no_maximum(where)
    return _Maximum(fit.coefficients, fit.covariance, partial(AgainstNull, fit.pseudo_r2))


def _probability(predictor: FloatArray, link: Link) -> FloatArray:
    from scipy.special import ndtr

    probability: FloatArray = 1 / (1 + np.exp(-predictor)) if link == "logit" else ndtr(predictor)
    return probability


def _no_maximum(where: str | None) -> DesignError:
    return DesignError(
        f"{where + ': ' if where else ''}the propensity score has no maximum: some combination "
        "of covariates separates the arms. Leave a covariate out or merge its levels."
    )


def _maximise(
    design: FloatArray, arm: NDArray[np.int64], link: Link, where: str | None
) -> _Maximum:
    import warnings

    from statsmodels.discrete.discrete_model import Logit, Probit
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

    family = {"logit": Logit, "probit": Probit}[link]
    model = family(arm.astype(float), design, check_rank=False)  # `refuse_degenerate` has
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fit = model.fit(method="newton", maxiter=100, tol=1e-12, disp=0)
        except (ConvergenceWarning, PerfectSeparationWarning, np.linalg.LinAlgError) as problem:
            raise _no_maximum(where) from problem
    return _Maximum(fit.params, fit.cov_params(), partial(_against_null, fit))


def _against_null(fit: Any) -> AgainstNull:
    return AgainstNull(float(fit.prsquared), float(fit.llr), float(fit.llr_pvalue))


def _unstandardise(centre: FloatArray, spread: FloatArray, columns: NDArray[np.intp]) -> FloatArray:
    """Linear map from standardised canonical coefficients to those of the covariates as given."""
    p = len(centre)
    transform = np.zeros((p + 1, p + 1))
    transform[0, 0] = 1.0
    transform[0, 1:] = -centre / spread
    transform[1 + columns, 1 + np.arange(p)] = 1 / spread
    return transform


def _raise_separated(
    covariates: CovariateMatrix,
    columns: NDArray[np.intp],
    slopes: FloatArray,
    where: str | None,
) -> None:
    worst = covariates.names[columns[int(np.argmax(np.abs(slopes)))]]
    raise DesignError(
        f"{where + ': ' if where else ''}some combination of covariates separates the arms almost "
        f"perfectly; '{worst}' weighs most in it. Leave a covariate out or merge its levels."
    )


def refuse_empty_arm(treatment: NDArray[np.int8], where: str | None = None, why: str = "") -> None:
    """Refuse a comparison without treated units or without controls.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    where : str, optional
        Name of the comparison, for error messages.
    why : str
        Sentence on who was excluded, with a space before it.

    Raises
    ------
    NoComparisonError
    """
    treated = int(treatment.sum())
    if treated == 0 or treated == len(treatment):
        arm = "treated units" if treated == 0 else "controls"
        raise NoComparisonError(
            f"{where + ': ' if where else ''}there are no {arm} to compare.{why}"
        )


def refuse_single_group(
    treatment: NDArray[np.int8], groups: NDArray[np.object_], where: str | None = None
) -> None:
    """Refuse a comparison in which an arm is one group: nothing then tells the group from treatment.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    groups : ndarray of str, shape (n,)
        Groups that treatment is assigned to.
    where : str, optional
        Name of the comparison, for error messages.

    Raises
    ------
    NoComparisonError
    """
    for arm, name in ((1, "treated units"), (0, "controls")):
        names = sorted({str(group) for group in set(groups[treatment == arm].tolist())})
        if len(names) < 2:
            raise NoComparisonError(
                f"{where + ': ' if where else ''}the {name} are of a single group ({', '.join(names)}); "
                "standard errors that cluster by group need at least two in each arm."
            )


def refuse_separation(
    covariates: CovariateMatrix, treatment: NDArray[np.int8], *, where: str | None = None
) -> None:
    """Refuse a covariate that tells the arms apart by itself.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    where : str, optional
        Name of the comparison, for error messages.

    Raises
    ------
    DesignError
        A level found in one arm only, or a number whose ranges in the arms do not overlap.
    """
    prefix = f"{where}: " if where else ""
    treated = treatment == 1
    for j, name in enumerate(covariates.names):
        column = np.ascontiguousarray(covariates.values[:, j])
        if covariates.binary[j]:
            for level in (1.0, 0.0):
                members = treatment[column == level]
                if len(members) and members.min() == members.max():
                    arm = "treated units" if members[0] == 1 else "controls"
                    raise DesignError(
                        f"{prefix}covariate '{name}' separates the arms: all {len(members):,} units with "
                        f"the value {level:g} are {arm}. Leave it out, merge levels, or restrict the "
                        "sample."
                    )
        elif column[treated].min() >= column[~treated].max() or (
            column[treated].max() <= column[~treated].min()
        ):
            raise DesignError(
                f"{prefix}covariate '{name}' separates the arms: its ranges among treated units and "
                "controls do not overlap."
            )


def area_under_curve(score: PropensityScore, treatment: NDArray[np.int8]) -> float:
    """Probability that a treated unit has the higher score than a control, ties counting half.

    Parameters
    ----------
    score : PropensityScore
    treatment : ndarray of {0, 1}, shape (n,)

    Returns
    -------
    float
        In [0, 1].
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(treatment, score.linear_predictor))
