"""The propensity score: probability of treatment given covariates, by maximum likelihood."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.binary_model import SEPARATED, ArmCounts, BinaryFit, Link, fit_binary
from ruralimpact.design.covariates import CovariateMatrix, refuse_degenerate
from ruralimpact.design.row_order import DistinctRows, distinct_rows
from ruralimpact.errors import DesignError, NoComparisonError

FloatArray = NDArray[np.float64]


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
    against_null : AgainstNull
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    std_errors: FloatArray
    against_null: "AgainstNull"


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
    counts = _counts(profiles, treatment, sampling)
    rows = covariates.values[profiles.representatives]
    if (np.diff(columns) < 0).any():
        rows = rows[:, columns]
    design, centre, spread = _standardised(rows, counts.treated + counts.control)
    fit = fit_binary(design, counts, link)
    if fit is None:
        raise _no_maximum(where)
    predictor = np.einsum("ij,j->i", design, fit.coefficients)
    if np.abs(predictor).max() > SEPARATED[link]:
        _raise_separated(covariates, columns, fit.coefficients[1:], where)
    probability = _probability(predictor, link)
    transform = _unstandardise(centre, spread, columns)
    bread = fit.bread
    if sampling is not None:
        bread = fit.robust_covariance(design, _counts(profiles, treatment, sampling, power=2), link)
    cov = transform @ bread @ transform.T
    kind = profiles.kind
    return PropensityModel(
        link=link,
        names=("constant", *covariates.names),
        coefficients=transform @ fit.coefficients,
        std_errors=np.sqrt(np.diag(cov)),
        linear_predictor=predictor[kind],
        probability=probability[kind],
        against_null=_against_null(fit, len(columns), weighted=sampling is not None),
    )


def _counts(
    profiles: DistinctRows,
    treatment: NDArray[np.int8],
    weights: FloatArray | None,
    *,
    power: int = 1,
) -> ArmCounts:
    """Units of each arm by distinct row, or sums of powers of their weights in an order of the data."""
    kind, number = profiles.kind, len(profiles.representatives)
    if weights is None:
        treated = np.bincount(kind, treatment, number).astype(np.float64)
        return ArmCounts(treated, profiles.counts - treated)
    order = np.lexsort((weights, treatment, kind))
    weights = weights[order]
    weights = (weights / weights.mean()) ** power
    in_treated, in_control = (
        np.bincount(kind[order], weights * (treatment[order] == arm), number).astype(np.float64)
        for arm in (1, 0)
    )
    return ArmCounts(in_treated, in_control)


def _standardised(
    rows: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rows behind a constant with mean 0 and spread 1, and the means and spreads that they had."""
    design = np.empty((len(rows), rows.shape[1] + 1))
    design[:, 0] = 1.0
    centre = weights @ rows / weights.sum()
    centred = np.subtract(rows, centre, out=design[:, 1:])
    spread = np.sqrt(weights @ np.square(centred, out=rows) / weights.sum())
    centred /= spread
    return design, centre, spread


def _probability(predictor: FloatArray, link: Link) -> FloatArray:
    from scipy.special import ndtr

    probability: FloatArray = 1 / (1 + np.exp(-predictor)) if link == "logit" else ndtr(predictor)
    return probability


def _no_maximum(where: str | None) -> DesignError:
    return DesignError(
        f"{where + ': ' if where else ''}the propensity score has no maximum: some combination "
        "of covariates separates the arms. Leave a covariate out or merge its levels."
    )


def _against_null(fit: BinaryFit, slopes: int, *, weighted: bool) -> AgainstNull:
    from scipy.special import chdtrc

    if weighted:
        return AgainstNull(fit.pseudo_r2)
    return AgainstNull(fit.pseudo_r2, fit.lr_statistic, float(chdtrc(slopes, fit.lr_statistic)))


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
        members = groups[treatment == arm]
        if (members == members[:1]).all():
            raise NoComparisonError(
                f"{where + ': ' if where else ''}the {name} are of a single group ({members[0]}); "
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
                        f"{prefix}covariate '{name}' separates the arms: all units with the value {level:g} "
                        f"({len(members):,}) are {arm}. Leave it out, merge levels, or restrict the sample."
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
