"""Triple differences: eligible units against others, in treated groups against other groups."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.checks import (
    Covariates,
    checked_arm,
    checked_covariates,
    checked_weights,
)
from ruralimpact.difference.doubly_robust import Form, doubly_robust_difference
from ruralimpact.difference.levels import with_levels
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class _Comparison:
    """A difference-in-differences among `members`, with the sign that it enters by."""

    sign: int
    members: BoolArray
    treated: BoolArray


def triple_difference(
    change: FloatArray,
    treatment: NDArray[np.int8],
    eligible: NDArray[np.int8],
    *,
    covariates: Covariates = None,
    weights: FloatArray | None = None,
    form: Form = "improved",
    population: Literal["each", "eligible"] = "each",
    after: FloatArray | None = None,
) -> ScoredEstimate:
    """Difference-in-differences among the eligible less that among the others.

    Parameters
    ----------
    change : ndarray, shape (n,)
        Outcome after less outcome before.
    treatment : ndarray of {0, 1}, shape (n,)
        1 for every unit, eligible or not, of a group where the programme operates.
    eligible : ndarray of {0, 1}, shape (n,)
        1 for units that the programme is for, in either arm.
    covariates : CovariateMatrix or ndarray, n rows, optional
        None gives the difference of the two plain difference-in-differences.
    weights : ndarray, shape (n,), optional
        Sampling weights, positive.
    form : {"improved", "traditional", "regression", "weighting"}
        As in `doubly_robust_difference`; of no account without covariates.
    population : {"each", "eligible"}
        Whose covariates the differences are averaged over. "each": either difference over its own
        treated units. "eligible": treated eligible units are compared with each of the other three
        cells, all averaged over the covariates of the treated eligible.
    after : ndarray, shape (n,), optional
        Outcome after, for the mean of treated eligible units that percents are relative to.

    Returns
    -------
    ScoredEstimate
        Effect on eligible units of treated groups. Controls are the units of the other three cells;
        the control mean is that of eligible units of the other groups. With the standard error ``hc``.

    Raises
    ------
    DesignError
        One of the four cells is empty, or as `doubly_robust_difference` within a comparison, which
        the message names.

    Notes
    -----
    Assumes that without the programme the gap between eligible units and others would have changed
    alike in the two kinds of group. Given covariates that holds at each of their values, and then
    "each" is right only if the difference in trends does not vary with covariates, or eligible and
    other units of treated groups have the same covariates; "eligible" needs neither, but overlap of
    the treated eligible with all three other cells.

    References
    ----------
    Gruber (1994), American Economic Review 84(3); Olden & Moen (2022), Econometrics Journal 25(3);
    Ortiz-Villavicencio & Sant'Anna (2025), arXiv 2505.09942.
    """
    arm = checked_arm(treatment, {"change": change})
    kind = checked_arm(eligible, {"treatment": arm.astype(float)}, name="eligible")
    sampling = checked_weights(weights, len(arm))
    matrix = checked_covariates(covariates, len(arm))
    _refuse_empty_cell(arm, kind)
    total, scores, carried = 0.0, np.zeros(len(arm)), np.zeros(len(arm))
    of_change = np.zeros(len(arm))
    notes: tuple[str, ...] = ()
    for part, words in _comparisons(arm == 1, kind == 1, population):
        inside = part.members
        try:
            effect = doubly_robust_difference(
                change[inside],
                part.treated[inside].astype(np.int8),
                matrix.rows(inside),
                weights=sampling[inside],
                form=form if matrix.names else "regression",
            )
        except DesignError as problem:
            raise DesignError(f"{words}: {problem}") from problem
        total += part.sign * effect.estimate
        scores[inside] += part.sign * effect.scores
        of_change[inside] += part.sign * (
            0.0 if effect.outcome_weights is None else effect.outcome_weights
        )
        carried[inside] += sampling[inside] if effect.weights is None else effect.weights
        notes = effect.notes
    treated_eligible = (arm == 1) & (kind == 1)
    estimate = ScoredEstimate(
        estimate=total,
        scores=scores,
        n_treated=int(treated_eligible.sum()),
        n_control=int((~treated_eligible).sum()),
        weights=carried,
        arms=(arm + 2 * (1 - kind)).astype(np.int8),
        outcome_weights=of_change,
        notes=notes,
        std_errors={"hc": float(np.sqrt(scores @ scores))},
    )
    return with_levels(estimate, after, arm, sampling * (kind == 1))


def _comparisons(
    treated: BoolArray, eligible: BoolArray, population: str
) -> list[tuple[_Comparison, str]]:
    if population == "each":
        return [
            (_Comparison(1, eligible, treated), "eligible units"),
            (_Comparison(-1, ~eligible, treated), "units that are not eligible"),
        ]
    focal = treated & eligible
    return [
        (_Comparison(1, treated, focal), "eligible against other units of treated groups"),
        (_Comparison(1, eligible, focal), "eligible units"),
        (
            _Comparison(-1, focal | ~(treated | eligible), focal),
            "treated eligible units against units that are neither",
        ),
    ]


def _refuse_empty_cell(arm: NDArray[np.int8], kind: NDArray[np.int8]) -> None:
    for treated, where in ((1, "treated"), (0, "control")):
        for eligible, who in ((1, "eligible units"), (0, "units that are not eligible")):
            if not ((arm == treated) & (kind == eligible)).any():
                raise DesignError(f"triple difference: there are no {who} in {where} groups.")
