"""Whom an estimate is about: the units of each arm behind it, and who left on the way, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.flow import NO_MATCH, Flow, Loss
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.records import SampleFlowRow
from ruralimpact.estimation.rows import Specification

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int8]

NO_USE = "a match of nobody"
NO_OUTCOME = "the outcome is missing"
MATCH_LOST = "the outcome of all its matches is missing"
FREED = "a match only of units whose outcome is missing"
NO_ESTIMATE = "there is no estimate"
NOT_COMPARED = "in no comparison that can be estimated"


@dataclass(frozen=True)
class DesignedArms:
    """Who is in the design that an estimate rests on.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        Of the design; ones where nothing is matched.
    n_treated : int
        Treated units with a match. Units that share a match count by their share.
    """

    weights: FloatArray
    n_treated: int


def matched_flow(
    flow: Flow,
    design: DesignedArms,
    treatment: IntArray,
    outcome: FloatArray,
    estimate: ScoredEstimate,
) -> Flow:
    """Follow the units of a comparison through its design to an estimate.

    Parameters
    ----------
    flow : Flow
        From the sample to the comparison.
    design : DesignedArms
    treatment : ndarray of {0, 1}, shape (n,)
    outcome : ndarray, shape (n,)
        NaN where missing.
    estimate : ScoredEstimate

    Returns
    -------
    Flow
        Those left are the units of the estimate.
    """
    treated, control = flow.left()
    designed = design.weights > 0
    used = int((designed & (treatment == 0)).sum())
    matched = flow.after(
        [
            Loss("match", NO_MATCH, treated - design.n_treated, 0),
            Loss("match", NO_USE, 0, control - used),
        ]
    )
    missing = designed & np.isnan(outcome)
    return to_estimate(
        matched,
        treatment,
        missing,
        estimate,
        then=(Loss("outcome", MATCH_LOST, 1, 0), Loss("match", FREED, 0, 1)),
    )


def to_estimate(
    flow: Flow,
    treatment: IntArray,
    missing: NDArray[np.bool_],
    estimate: ScoredEstimate,
    *,
    then: tuple[Loss, ...] = (Loss("outcome", NOT_COMPARED, 1, 1),),
) -> Flow:
    """Follow the units of a design, or of arms over time, to an estimate.

    Parameters
    ----------
    flow : Flow
    treatment : ndarray of {0, 1}, shape (n,)
    missing : ndarray of bool, shape (n,)
        Units that the flow has left and whose outcome is missing.
    estimate : ScoredEstimate
    then : tuple of Loss
        Why units leave whose outcome is known; its counts are 1 for the arms that it is about.

    Returns
    -------
    Flow
        Those left are the units of the estimate.
    """
    kept = estimate.n_treated, estimate.n_control
    gaps = [max(left - own, 0) for left, own in zip(flow.left(), kept, strict=True)]
    if not np.isfinite(estimate.estimate) and not any(kept):
        return flow.after([Loss("outcome", NO_ESTIMATE, gaps[0], gaps[1])])
    lacking = [
        min(int((missing & (treatment == arm)).sum()), gap)
        for arm, gap in zip((1, 0), gaps, strict=True)
    ]
    rest = [gap - lost for gap, lost in zip(gaps, lacking, strict=True)]
    return flow.after(
        [
            Loss("outcome", NO_OUTCOME, lacking[0], lacking[1]),
            *(
                Loss(loss.step, loss.reason, loss.treated * rest[0], loss.control * rest[1])
                for loss in then
            ),
        ]
    )


def flow_rows(spec: Specification, flow: Flow) -> Iterator[SampleFlowRow]:
    """Yield the rows of an estimate, under the contract ``sample_flow``.

    Parameters
    ----------
    spec : Specification
    flow : Flow

    Yields
    ------
    SampleFlowRow
        For each arm that there is, its size in the sample, then one row a reason.
    """
    for arm in ("treated", "control"):
        before = getattr(flow, arm)
        if not before:
            continue
        sample = SampleFlowRow(
            spec_id=spec.spec_id,
            analysis=spec.analysis,
            strategy=spec.strategy,
            outcome=spec.outcome,
            arm=arm,
            step="sample",
            reason="",
            n_before=before,
            n_lost=0,
        )
        yield sample
        for loss in flow.losses:
            lost = getattr(loss, arm)
            if lost:
                yield replace(
                    sample, step=loss.step, reason=loss.reason, n_before=before, n_lost=lost
                )
            before -= lost
