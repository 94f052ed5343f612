"""The one result every estimator returns: a value and the influence scores behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.flow import Flow
from ruralimpact.inference.bias_reduced import FormRows
from ruralimpact.inference.clustered import Clustering
from ruralimpact.inference.leverage import group_leverage

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ScoredEstimate:
    """A point estimate with one influence score a unit.

    Attributes
    ----------
    estimate : float
        The effect, in the outcome's unit.
    scores : ndarray, shape (n,)
        Influence of each unit on `estimate`, scaled so that the sum over groups of the squared group
        sums is the (uncorrected) clustered variance. Units outside the comparison have score 0.
    treated_mean, counterfactual_mean, control_mean : float
        Mean outcome of the treated in the estimand, that mean minus the effect, and the (weighted)
        mean of the matched controls. NaN where the estimator has no such mean.
    treated_mean_scores, control_mean_scores : ndarray, shape (n,)
        Influence scores of `treated_mean` and `control_mean`, for percent impacts by the delta method.
    n_treated, n_control : int
        Treated units in the estimand, and controls with a positive weight.
    effective_controls : float
        Kish effective number of controls.
    set_ids : ndarray of int, shape (n,), optional
        Matched set of each unit (-1 outside), where sets are disjoint (matching without replacement).
    weights : ndarray, shape (n,), optional
        Weight of each unit within its arm, 0 outside the estimate; None where the estimator has no weights
        by arm (panel regressions).
    arms : ndarray of int, shape (n,), optional
        With `weights`: 0 for controls, 1 for treated units; further codes where there are more arms.
    outcome_weights : ndarray, shape (n,) or (n, T), optional
        Times the outcomes, of T waves where there are several, they sum to `estimate`.
    reduced_scores : ndarray, shape (n,), optional
        Scores that the estimator has bias-reduced by group itself (panel regressions).
    reduced_df : float, optional
        With `reduced_scores`: Satterthwaite's degrees of freedom.
    reduced_rows : FormRows, optional
        With `reduced_scores`: what their covariance under the working model is made of.
    uncentred_scores : ndarray, shape (n,), optional
        `scores` as they were before they were centred within sampling strata.
    strata : ndarray of int, shape (n,), optional
        Strata that groups were drawn from, within which scores are centred.
    lost : int
        Treated units of the design that left because their outcome, or that of all their controls, is
        missing.
    flow : Flow, optional
        Units of each arm from the sample to the estimate, where they were followed.
    notes : tuple of str
        Conventions the reader must know.
    std_errors : mapping of str to float
        Standard errors of other kinds, as other software prints them (``"ai2006"``, ``"hc"`` ...); of
        matched estimates each is computed when it is read.
    """

    estimate: float
    scores: FloatArray
    treated_mean: float = np.nan
    counterfactual_mean: float = np.nan
    control_mean: float = np.nan
    treated_mean_scores: FloatArray | None = None
    control_mean_scores: FloatArray | None = None
    n_treated: int = 0
    n_control: int = 0
    effective_controls: float = np.nan
    set_ids: NDArray[np.int64] | None = None
    weights: FloatArray | None = None
    arms: NDArray[np.int8] | None = None
    outcome_weights: FloatArray | None = None
    reduced_scores: FloatArray | None = None
    reduced_df: float | None = None
    reduced_rows: FormRows | None = None
    uncentred_scores: FloatArray | None = None
    strata: NDArray[np.int64] | None = None
    lost: int = 0
    flow: Flow | None = None
    notes: tuple[str, ...] = ()
    std_errors: Mapping[str, float] = field(default_factory=dict)

    @property
    def tested_scores(self) -> FloatArray:
        """The scores that tests and intervals rest on, shape (n,)."""
        return self.scores if self.reduced_scores is None else self.reduced_scores

    def clustering(self, groups: NDArray[np.int64]) -> Clustering:
        """How the scores are clustered, with the groups' shares in the weight of their arms.

        Parameters
        ----------
        groups : ndarray of int, shape (n,)
            Codes 0 .. G-1.

        Returns
        -------
        Clustering
        """
        leverage = None
        if self.weights is not None and self.arms is not None:
            leverage = group_leverage(self.weights, self.arms, groups, self.strata)
        return Clustering(groups, self.set_ids, leverage, self.reduced_df, self.strata)


Estimator = Callable[[FloatArray], ScoredEstimate]
"""Takes the outcome of the units of a comparison, shape (n,), and estimates the effect on it."""
