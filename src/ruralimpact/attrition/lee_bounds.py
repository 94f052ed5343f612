"""Bounds on the effect among units that respond in either arm, by trimming the arm that responds more."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.attrition.trimming import Tail, TrimmedMean, trimmed_mean
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class LeeBounds:
    """Bounds on the effect among units that respond in either arm.

    Attributes
    ----------
    lower, upper : ScoredEstimate
        With scores for all n units, respondents or not.
    trimmed : {"treated", "control", "none"}
        The arm that responds more, whose excess is trimmed.
    share : float
        Share of that arm's respondents that is trimmed, without regard to cells.
    n_cells, n_reversed : int
        Cells, and those in which the other arm responds more.
    """

    lower: ScoredEstimate
    upper: ScoredEstimate
    trimmed: Literal["treated", "control", "none"]
    share: float
    n_cells: int
    n_reversed: int


@dataclass(frozen=True)
class _Rates:
    """Response of both arms in a cell; index 1 is treated.

    Attributes
    ----------
    rates, sizes : tuple of float, length 2
        Weighted.
    scores : ndarray, shape (2, n)
        Influence of each unit on the rates.
    members : ndarray, shape (2, n)
        Weights of the arm's units in the cell, 0 elsewhere.
    """

    rates: tuple[float, float]
    sizes: tuple[float, float]
    scores: FloatArray
    members: FloatArray

    @property
    def more(self) -> int:
        """The arm that responds more."""
        return int(self.rates[1] >= self.rates[0])


@dataclass(frozen=True)
class _CellBound:
    """Means of both arms in a cell after trimming, and the cell's weight, with their scores."""

    means: FloatArray  # (2,)
    mean_scores: FloatArray  # (2, n)
    weight: float
    weight_scores: FloatArray  # (n,)


def lee_bounds(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    *,
    cells: NDArray[Any] | None = None,
    weights: FloatArray | None = None,
) -> LeeBounds:
    """Bound the effect among units that would respond in either arm.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        NaN for units that did not respond.
    treatment : ndarray of {0, 1}, shape (n,)
    cells : ndarray, shape (n,), optional
        Label of each unit's cell of covariates measured before treatment. Trimming within cells tightens
        the bounds, and asks only that the arms be comparable within cells.
    weights : ndarray, shape (n,), optional
        Positive weights of the units, taken as given.

    Returns
    -------
    LeeBounds
        The scores hold all that is estimated: means, threshold, share trimmed, and the cells' weights.

    Raises
    ------
    DesignError
        An arm is empty, or nobody responds in one arm of a cell.

    Notes
    -----
    Treatment is taken to move response in one direction only. With s the rates of response, k = s_less /
    s_more and t the threshold, the scores of the trimmed arm are ``((y - t)+ - k (m - t)) / (k n_more)``
    for respondents, and through the share ``-(m - t)`` times the scores of ``log k``. Summed by unit
    their squares are Lee's variance (his three terms and that of the other arm), by group its clustered
    analogue. Cells are averaged by the respondents of the arm that responds less; in a cell where the
    order is the other way round, that arm is trimmed, and what is kept of it is the cell's weight.

    References
    ----------
    Lee (2009), Review of Economic Studies 76(3); Semenova (2025), Journal of Econometrics, for cells of
    both directions.
    """
    refuse_empty_arm(treatment)
    n = len(outcome)
    weight = np.ones(n) if weights is None else weights
    responds = np.isfinite(outcome)
    whole = _rates(treatment, responds, weight)
    if min(whole.rates) == 0:
        raise DesignError("bounds on the effect: nobody responds in one arm.")
    labels = np.zeros(n, dtype=np.int64) if cells is None else cells
    values = np.where(responds, outcome, 0.0)
    parts = []
    for label in np.unique(labels):
        rates = _rates(treatment, responds, weight * (labels == label))
        if not all(rates.rates):
            raise DesignError(
                f"bounds on the effect: in the cell '{label}' nobody responds in one arm. Merge cells."
            )
        parts.append(rates)
    less = 1 - whole.more
    counts = [int(((treatment == arm) & responds & (weight > 0)).sum()) for arm in (0, 1)]
    lower, upper = (
        _average([_cell_bound(values, responds, part, less, end) for part in parts], counts)
        for end in ("lower", "upper")
    )
    equal = whole.rates[0] == whole.rates[1]
    return LeeBounds(
        lower=lower,
        upper=upper,
        trimmed="none" if equal and cells is None else ("treated" if whole.more else "control"),
        share=1 - min(whole.rates) / max(whole.rates),
        n_cells=len(parts),
        n_reversed=sum(part.rates[less] > part.rates[1 - less] for part in parts),
    )


def _rates(treatment: NDArray[np.int8], responds: NDArray[np.bool_], weight: FloatArray) -> _Rates:
    members = np.stack([weight * (treatment == arm) for arm in (0, 1)])
    sizes = members.sum(axis=1)
    responding = (members * responds).sum(axis=1)
    rates = np.divide(responding, sizes, out=np.zeros(2), where=sizes > 0)
    scores = members * (responds - rates[:, None]) / np.where(sizes > 0, sizes, 1.0)[:, None]
    return _Rates(tuple(rates.tolist()), tuple(sizes.tolist()), scores, members)


def _cell_bound(
    values: FloatArray,
    responds: NDArray[np.bool_],
    cell: _Rates,
    less: int,
    end: Literal["lower", "upper"],
) -> _CellBound:
    """One bound in one cell; `less` is the arm that responds less in the whole sample."""
    more_here = 1 - less if cell.rates[0] == cell.rates[1] else cell.more
    kept = cell.rates[1 - more_here] / cell.rates[more_here]
    log_kept = cell.scores[1 - more_here] / cell.rates[1 - more_here]
    log_kept = log_kept - cell.scores[more_here] / cell.rates[more_here]
    # The largest outcomes of the treated make the upper bound, those of controls the lower one.
    tail: Tail = "largest" if (end == "upper") == (more_here == 1) else "smallest"
    means, scores = np.empty(2), np.empty((2, len(values)))
    for arm in (0, 1):
        share = kept if arm == more_here else 1.0
        trimmed = _mean(values, cell.members[arm] * responds, share, tail)
        means[arm], scores[arm] = trimmed.value, trimmed.scores
        if arm == more_here and kept < 1:
            scores[arm] = scores[arm] + trimmed.by_share * kept * log_kept
    size, rate = cell.sizes[less], min(cell.rates)
    here = less if more_here != less else 1 - less
    by_rate = size * cell.scores[here]
    return _CellBound(means, scores, size * rate, cell.members[less] * rate + by_rate)


def _mean(values: FloatArray, weights: FloatArray, share: float, tail: Tail) -> TrimmedMean:
    """Plain mean where nothing is trimmed, so that an extreme value is no threshold."""
    if share < 1:
        return trimmed_mean(values, weights, share, tail)
    total = float(weights.sum())
    mean = float(weights @ values) / total
    return TrimmedMean(mean, np.nan, weights * (values - mean) / total, np.nan)


def _average(cells: list[_CellBound], counts: list[int]) -> ScoredEstimate:
    """Average the cells' bounds by their weights."""
    weights = np.array([cell.weight for cell in cells])
    shares = weights / weights.sum()
    by_cell = np.stack([cell.means for cell in cells])
    means = shares @ by_cell
    scores = np.zeros_like(cells[0].mean_scores)
    for cell, share in zip(cells, shares, strict=True):
        by_weight = np.outer(cell.means - means, cell.weight_scores) / weights.sum()
        scores += share * cell.mean_scores + by_weight
    control, treated = scores
    effect = treated - control
    return ScoredEstimate(
        estimate=float(means[1] - means[0]),
        scores=effect,
        treated_mean=float(means[1]),
        counterfactual_mean=float(means[0]),
        control_mean=float(means[0]),
        treated_mean_scores=treated,
        control_mean_scores=control,
        n_treated=counts[1],
        n_control=counts[0],
        effective_controls=float(counts[0]),
        std_errors={"iid": float(np.sqrt(effect @ effect))},
    )
