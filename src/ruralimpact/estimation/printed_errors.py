"""The standard errors that other software prints for the same estimate, for the appendix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.matching import Design
from ruralimpact.design.neighbours import Neighbours, nearest_in_space
from ruralimpact.design.propensity import PropensityScore
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.selection import selection_scores
from ruralimpact.estimation.std_errors import LazyStdErrors
from ruralimpact.inference.abadie_imbens import (
    MatchingEstimate,
    abadie_imbens_estimate,
    conditional_variances,
)
from ruralimpact.inference.clustered import clustered_std_error, group_sums
from ruralimpact.inference.estimated_score import (
    EstimatedScore,
    ate_score_correction,
    att_score_correction,
    corrected_std_error,
)

FloatArray = NDArray[np.float64]

HEADLINE, PERMUTED, REFITTED = "cr2", "permuted", "refitted"
LABELS = {
    HEADLINE: "Clustered, bias-reduced (CR2)",
    "group": "Clustered by group, plain",
    PERMUTED: "Treatment permuted over groups, match held fixed",
    REFITTED: "Treatment permuted over groups, matched anew",
    "hc": "Heteroskedasticity-robust",
    "hc1": "Regression HC1",
    "pair": "Clustered by matched set (HC1)",
    "ai2006": "Abadie-Imbens 2006, robust",
    "ai_homoskedastic": "Abadie-Imbens 2006, homoskedastic",
    "ai2016": "Abadie-Imbens 2016, estimated score",
    "lechner": "Lechner 2001 (psmatch2)",
    "classical": "Classical",
    "arellano": "Arellano, no correction",
    "lsdv_cluster": "Clustered, counting effects",
}


@dataclass(frozen=True)
class FittedScore:
    """An estimated score that units were matched on, for the correction of 2016.

    Attributes
    ----------
    propensity : PropensityScore
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    matched_on : ndarray, shape (n,)
        The score on which units were matched.
    k : int
        Matches of each unit.
    """

    propensity: PropensityScore
    covariates: CovariateMatrix
    treatment: NDArray[np.int8]
    matched_on: FloatArray
    k: int

    @cached_property
    def score(self) -> EstimatedScore:
        """The score with its slope."""
        slope = selection_scores(self.propensity, self.covariates, self.treatment).slope
        return EstimatedScore(
            self.covariates.values, self.propensity.probability, slope, self.matched_on
        )

    @cached_property
    def near_covariates(self) -> tuple[Neighbours, Neighbours]:
        """Nearest units of the other arm, for treated and for controls.

        As Stata finds them: by the Euclidean distance of the covariates as they are.
        """
        treated, control = (self.covariates.values[self.treatment == arm] for arm in (1, 0))
        return (
            nearest_in_space(treated, control, self.k),
            nearest_in_space(control, treated, self.k),
        )


@dataclass(frozen=True)
class MatchedOn:
    """How units were matched with replacement, as far as the Abadie-Imbens variances depend on it.

    Attributes
    ----------
    coordinates : ndarray, shape (n,) or (n, q)
        The score, or whitened covariates.
    adjust_for : ndarray, shape (n, p), optional
        Covariates of the bias adjustment.
    tie_tolerance : float
    fitted : FittedScore, optional
        Where units were matched on an estimated score alone: without caliper, strata or adjustment.
    strata : ndarray of int, shape (n,), optional
        Exact strata within which units were matched, and variances are looked for.
    """

    coordinates: FloatArray
    adjust_for: FloatArray | None
    tie_tolerance: float
    fitted: FittedScore | None = None
    strata: NDArray[np.int64] | None = None


def printed_std_errors(
    estimate: ScoredEstimate,
    outcome: FloatArray,
    design: Design,
    matched_on: Callable[[], MatchedOn] | None,
    *,
    on_estimated_score: bool = False,
) -> LazyStdErrors:
    """Standard errors of a matched estimate by kind, beside the group-clustered one.

    Parameters
    ----------
    estimate : ScoredEstimate
    outcome : ndarray, shape (n,)
    design : Design
    matched_on : callable or None
        Returns the `MatchedOn`; asked only when an error that depends on it is read. None without
        replacement.
    on_estimated_score : bool
        Whether its `fitted` is there.

    Returns
    -------
    LazyStdErrors
        Keys of `LABELS`. ``ai2006`` takes the variance at a unit from its nearest neighbours in its own
        arm as Stata does by default (one on a score, two in a metric), ``ai_homoskedastic`` is what
        Match in R prints by default, ``ai2016`` is Stata's ``teffects psmatch``, and ``lechner`` the
        approximation of psmatch2.
    """
    kinds: dict[str, Callable[[], float]] = {"hc": lambda: clustered_std_error(estimate.scores)[0]}
    if matched_on is None:
        return LazyStdErrors({**kinds, "pair": lambda: _by_matched_set(estimate)})
    treated = design.treatment == 1
    kinds["lechner"] = lambda: _lechner(outcome, treated, design.weights)
    if min(treated.sum(), (~treated).sum()) < 3:
        return LazyStdErrors(kinds)
    variances = AbadieImbens(outcome, treated, matched_on, of_treated=design.neighbours)
    return LazyStdErrors({**kinds, **variances.kinds(on_estimated_score=on_estimated_score)})


def everyone_std_errors(
    outcome: FloatArray,
    of_treated: Design,
    of_controls: Design,
    matched_on: Callable[[], MatchedOn],
    *,
    on_estimated_score: bool = False,
) -> Mapping[str, float]:
    """Abadie-Imbens standard errors of the average effect on everyone.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    of_treated : Design
    of_controls : Design
        The same units with the arms exchanged.
    matched_on, on_estimated_score
        As in `printed_std_errors`.

    Returns
    -------
    mapping of str to float
        ``ai2006``, ``ai_homoskedastic`` and, on an estimated score alone, ``ai2016``.
    """
    treated = of_treated.treatment == 1
    if min(treated.sum(), (~treated).sum()) < 3:
        return {}
    variances = AbadieImbens(
        outcome,
        treated,
        matched_on,
        of_treated=of_treated.neighbours,
        of_controls=of_controls.neighbours,
    )
    return LazyStdErrors(variances.kinds(on_estimated_score=on_estimated_score))


@dataclass(frozen=True)
class AbadieImbens:
    """Variances of one matched estimate, each computed when it is asked for.

    Attributes
    ----------
    outcome : ndarray, shape (n,)
    treated : ndarray of bool, shape (n,)
    ask_matched_on : callable
        Returns the `MatchedOn`.
    of_treated, of_controls : Neighbours, optional
        Matches of each arm; the effect is on the treated without those of the controls.
    """

    outcome: FloatArray
    treated: NDArray[np.bool_]
    ask_matched_on: Callable[[], MatchedOn]
    of_treated: Neighbours | None = None
    of_controls: Neighbours | None = None

    def kinds(self, *, on_estimated_score: bool) -> dict[str, Callable[[], float]]:
        """Standard errors by kind."""
        kinds: dict[str, Callable[[], float]] = {
            "ai2006": lambda: self.robust.std_error,
            "ai_homoskedastic": lambda: self._estimate(None).std_error,
        }
        return {**kinds, "ai2016": self.corrected} if on_estimated_score else kinds

    @cached_property
    def robust(self) -> MatchingEstimate:
        """With the variance at a unit from its nearest neighbours in its own arm."""
        matched_on = self.ask_matched_on()
        variances = conditional_variances(
            self.outcome,
            self.treated,
            matched_on.coordinates,
            j=1 if matched_on.coordinates.ndim == 1 else 2,
            tie_tolerance=matched_on.tie_tolerance,
            strata=matched_on.strata,
        )
        return self._estimate(variances)

    def corrected(self) -> float:
        """Standard error corrected for the estimation of the score."""
        fitted = self.ask_matched_on().fitted
        assert fitted is not None
        if self.of_controls is not None:
            correction = ate_score_correction(self.outcome, self.treated, fitted.score)
        else:
            correction = att_score_correction(
                self.outcome,
                self.treated,
                fitted.score,
                of_treated=fitted.near_covariates[0],
                of_controls=fitted.near_covariates[1],
                estimate=self.robust.estimate,
            )
        return corrected_std_error(self.robust.variance, correction)

    def _estimate(self, variances: FloatArray | None) -> MatchingEstimate:
        return abadie_imbens_estimate(
            self.outcome,
            self.treated,
            of_treated=self.of_treated,
            of_controls=self.of_controls,
            sigma2=variances,
            adjust_for=self.ask_matched_on().adjust_for,
        )


def _lechner(outcome: FloatArray, treated: NDArray[np.bool_], weights: FloatArray) -> float:
    """Variances within the matched arms, the controls' times the sum of squared weights."""
    used = weights > 0
    n_treated = (treated & used).sum()
    if n_treated < 2 or (~treated & used).sum() < 2:
        return float("nan")
    of_treated = outcome[treated & used].var(ddof=1) / n_treated
    of_controls = outcome[~treated & used].var(ddof=1) * (weights[~treated] ** 2).sum()
    return float(np.sqrt(of_treated + of_controls / n_treated**2))


def _by_matched_set(estimate: ScoredEstimate) -> float:
    """Regression of the matched sample on treatment, clustered by set with the HC1 correction."""
    assert estimate.set_ids is not None
    inside = estimate.set_ids >= 0
    sums = group_sums(estimate.scores[inside], estimate.set_ids[inside])
    sets, n = len(np.unique(estimate.set_ids[inside])), int(inside.sum())
    return float(np.sqrt(sets / (sets - 1) * (n - 1) / (n - 2) * (sums**2).sum()))
