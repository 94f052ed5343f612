"""What a missing outcome does to a comparison: the unit leaves it, and is counted."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.matching import Design
from ruralimpact.design.neighbours import lists_from_pairs
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate

BoolArray = NDArray[np.bool_]


def matches_among(design: Design, known: BoolArray) -> Design:
    """Restrict a matched design to the units with a known outcome.

    A treated unit without the outcome leaves; a control leaves its sets, whose other controls share its
    weight. A treated unit that has no control left leaves too.

    Parameters
    ----------
    design : Design
        With matches.
    known : ndarray of bool, shape (n,)

    Returns
    -------
    Design
        Of the units in `known`.

    Raises
    ------
    DesignError
        No treated unit is left.
    """
    focal_unit, match_unit, share = design.pairs()
    keep = known[focal_unit] & known[match_unit]
    if not keep.any():
        raise DesignError("the outcome is missing in every match, on one side or both.")
    position = np.cumsum(known) - 1
    focal, candidates = (
        position[units[known[units]]] for units in (design.focal, design.candidates)
    )
    owner = np.searchsorted(focal, position[focal_unit[keep]])
    member = np.searchsorted(candidates, position[match_unit[keep]])
    neighbours = lists_from_pairs(owner, member, len(focal), len(candidates))
    weights = np.zeros(int(known.sum()))
    shares = served = None
    if design.shares is None:
        weights[focal] = neighbours.counts > 0
        weights[candidates] = neighbours.usage(1.0 / np.maximum(neighbours.counts, 1))
    else:
        left = np.bincount(owner, share[keep], minlength=len(focal))
        shares = share[keep] / left[owner]
        weights[focal] = np.where(neighbours.counts > 0, design.weights[known][focal], 0.0)
        used = shares * weights[focal][owner]
        weights[candidates] = np.bincount(member, used, minlength=len(candidates))
        served = np.where(neighbours.counts > 0, design.served_units[known][focal], 0.0)
    sets = None if design.set_ids is None else np.where(weights > 0, design.set_ids[known], -1)
    return replace(
        design,
        treatment=design.treatment[known],
        weights=weights,
        focal=focal,
        candidates=candidates,
        neighbours=neighbours,
        set_ids=sets,
        shares=shares,
        served=served,
    )


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


def spread_scores(estimate: ScoredEstimate, known: BoolArray, *, lost: int = 0) -> ScoredEstimate:
    """Give units excluded from an estimate the score 0.

    Parameters
    ----------
    estimate : ScoredEstimate
        Of the units in `known`.
    known : ndarray of bool, shape (n,)
    lost : int
        Treated units of the design that are not in the estimate for want of the outcome.

    Returns
    -------
    ScoredEstimate
        With scores of shape (n,).
    """

    def whole(scores: NDArray[np.float64]) -> NDArray[np.float64]:
        full = np.zeros((len(known), *scores.shape[1:]))
        full[known] = scores
        return full

    def spread(scores: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        return None if scores is None else whole(scores)

    rows = estimate.reduced_rows
    sets = arms = None
    if estimate.set_ids is not None:
        sets = np.full(len(known), -1, dtype=np.int64)
        sets[known] = estimate.set_ids
    if estimate.arms is not None:
        arms = np.zeros(len(known), dtype=np.int8)
        arms[known] = estimate.arms
    return replace(
        estimate,
        scores=whole(estimate.scores),
        treated_mean_scores=spread(estimate.treated_mean_scores),
        control_mean_scores=spread(estimate.control_mean_scores),
        set_ids=sets,
        reduced_scores=spread(estimate.reduced_scores),
        reduced_rows=None if rows is None else rows.mapped(whole),
        weights=spread(estimate.weights),
        arms=arms,
        outcome_weights=spread(estimate.outcome_weights),
        lost=lost,
    )
