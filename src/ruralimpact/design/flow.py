"""Who of each arm leaves between the analysis sample and an estimate, step by step, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Step = Literal["comparison", "match", "outcome"]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

NO_MATCH = "no acceptable match"
TOLERATED = 0.1

_ARMS = {"treated": "treated units", "control": "controls"}


@dataclass(frozen=True)
class Loss:
    """Units that leave for one reason.

    Attributes
    ----------
    step : {"comparison", "match", "outcome"}
        Before the match, by the match, or for want of the outcome.
    reason : str
    treated, control : int
        Units of each arm that leave.
    """

    step: Step
    reason: str
    treated: int
    control: int


@dataclass(frozen=True)
class Flow:
    """Units of each arm, and those of them that leave.

    Attributes
    ----------
    treated, control : int
        Units of each arm in the analysis sample.
    losses : tuple of Loss
        In the order in which reasons are applied: nobody is counted twice.
    """

    treated: int
    control: int
    losses: tuple[Loss, ...] = ()

    @classmethod
    def of(cls, arm: FloatArray) -> "Flow":
        """Start with everyone whose arm is known.

        Parameters
        ----------
        arm : ndarray, shape (n,)
            1, 0, or NaN where it is not known.
        """
        return cls(int((arm == 1).sum()), int((arm == 0).sum()))

    def without(self, step: Step, reason: str, leaving: BoolArray, arm: FloatArray) -> "Flow":
        """Count units that leave; the same flow where none of either arm does.

        Parameters
        ----------
        step : {"comparison", "match", "outcome"}
        reason : str
        leaving : ndarray of bool, shape (n,)
            Of units that have not left before.
        arm : ndarray, shape (n,)
        """
        lost = Flow.of(arm[leaving])
        return self.after([Loss(step, reason, lost.treated, lost.control)])

    def after(self, losses: Sequence[Loss]) -> "Flow":
        """Add losses; those of nobody are not kept."""
        more = tuple(loss for loss in losses if loss.treated or loss.control)
        return replace(self, losses=(*self.losses, *more))

    def of_treated(self) -> "Flow":
        """The treated alone."""
        losses = [replace(loss, control=0) for loss in self.losses]
        return Flow(self.treated, 0).after(losses)

    def why_empty(self) -> str:
        """Say who was excluded from an arm that has nobody left; empty where no arm has lost everyone."""
        words = [
            _why(name, before, [(loss.reason, getattr(loss, arm)) for loss in self.losses])
            for (arm, name), left in zip(_ARMS.items(), self.left(), strict=True)
            if left == 0 and (before := getattr(self, arm)) > 0
        ]
        return "".join(f" {sentence}" for sentence in words)

    def left(self) -> tuple[int, int]:
        """Treated units and controls that have not left."""
        return (
            self.treated - sum(loss.treated for loss in self.losses),
            self.control - sum(loss.control for loss in self.losses),
        )


def _why(name: str, before: int, counts: Sequence[tuple[str, int]]) -> str:
    reasons = ", ".join(f"{reason} ({lost:,})" for reason, lost in counts if lost)
    return f"All {before:,} {name} were excluded: {reasons}."


def flow_of(
    arm: ArrayLike, reasons: Sequence[tuple[str, BoolArray]], *, step: Step = "comparison"
) -> Flow:
    """Count who leaves, one reason after the other.

    Parameters
    ----------
    arm : array_like, shape (n,)
        1, 0, or NaN where it is not known.
    reasons : sequence of (str, ndarray of bool, shape (n,))
        Reasons and the units that they apply to, which may have left before.
    step : {"comparison", "match", "outcome"}

    Returns
    -------
    Flow
    """
    values = np.asarray(arm, dtype=float)
    flow, left = Flow.of(values), np.ones(len(values), dtype=bool)
    for reason, applies in reasons:
        flow = flow.without(step, reason, left & applies, values)
        left = left & ~applies
    return flow


def loses_many(flow: pd.DataFrame, earlier: int = 0) -> bool:
    """Return whether an estimate lacks more than a tenth of an arm.

    Parameters
    ----------
    flow : DataFrame
        Contract ``sample_flow``, of some estimates and one arm.
    earlier : int
        Units of the arm that left before the sample.
    """
    before = flow[flow["step"] == "sample"].set_index("spec_id")["n_before"] + earlier
    lost = _counted(flow).groupby("spec_id")["n_lost"].sum().reindex(before.index).fillna(0)
    return bool(((lost + earlier) / before > TOLERATED).any())


def _counted(flow: pd.DataFrame) -> pd.DataFrame:
    """The losses that take away from whom an estimate is about: not those of controls that none needs."""
    return flow[
        (flow["step"] != "sample") & ~((flow["arm"] == "control") & (flow["step"] == "match"))
    ]
