"""What a missing outcome does to a comparison: the unit leaves it, and is counted."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.matching import Design
from ruralimpact.design.neighbours import ListNeighbours
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate

BoolArray = NDArray[np.bool_]


def without_missing_outcomes(design: Design, missing: BoolArray) -> Design:
    """Take units without the outcome out of a design.

    A treated unit leaves; a control leaves its sets, whose other controls share its weight. A treated unit
    that has no control left leaves too.

    Parameters
    ----------
    design : Design
    missing : ndarray of bool, shape (n,)

    Returns
    -------
    Design
        The same object where nothing is missing.

    Raises
    ------
    DesignError
        No treated unit is left.
    """
    if not (missing & (design.weights > 0)).any() or design.neighbours is None:
        return design
    focal, candidate = design.neighbours.pairs()
    keep = ~missing[design.focal[focal]] & ~missing[design.candidates[candidate]]
    counts = np.bincount(focal[keep], minlength=len(design.focal))
    if not counts.any():
        raise DesignError("the outcome is missing for every matched unit.")
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    neighbours = ListNeighbours(start, candidate[keep], len(design.candidates))
    weights = np.zeros(len(design.weights))
    weights[design.focal] = counts > 0
    weights[design.candidates] = neighbours.usage(1.0 / np.maximum(counts, 1))
    sets = None if design.set_ids is None else np.where(weights > 0, design.set_ids, -1)
    lost = int((design.neighbours.counts > 0).sum() - (counts > 0).sum())
    dropped = {**design.dropped, "the outcome is missing": lost} if lost else design.dropped
    return replace(design, neighbours=neighbours, weights=weights, set_ids=sets, dropped=dropped)


def weights_among(design: Design, known: BoolArray) -> Design:
    """Restrict a weighted design to some units; controls' weights still sum to the treated left.

    Parameters
    ----------
    design : Design
        Without matched sets.
    known : ndarray of bool, shape (n,)

    Returns
    -------
    Design
        Of the units in `known`.

    Raises
    ------
    DesignError
        An arm has no weight left.
    """
    treatment, weights = design.treatment[known], design.weights[known]
    treated = treatment == 1
    totals = weights[treated].sum(), weights[~treated].sum()
    if min(totals) == 0:
        raise DesignError("the outcome is missing for every weighted unit of an arm.")
    return Design(
        treatment,
        np.where(treated, weights, weights * totals[0] / totals[1]),
        np.flatnonzero(treated),
        np.flatnonzero(~treated),
        neighbours=None,
        set_ids=None,
        dropped=design.dropped,
    )


def spread_scores(estimate: ScoredEstimate, known: BoolArray) -> ScoredEstimate:
    """Give units left out of an estimate the score 0.

    Parameters
    ----------
    estimate : ScoredEstimate
        Of the units in `known`.
    known : ndarray of bool, shape (n,)

    Returns
    -------
    ScoredEstimate
        With scores of shape (n,).
    """

    def spread(scores: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        if scores is None:
            return None
        full = np.zeros(len(known))
        full[known] = scores
        return full

    scores = spread(estimate.scores)
    assert scores is not None
    return replace(
        estimate,
        scores=scores,
        treated_mean_scores=spread(estimate.treated_mean_scores),
        control_mean_scores=spread(estimate.control_mean_scores),
    )
