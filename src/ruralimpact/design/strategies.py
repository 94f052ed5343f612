"""Matching and weighting strategies as data: what a row of strategies.yaml, or a dict, can say."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

from ruralimpact.errors import ConfigError

Distance = Literal["propensity", "mahalanobis", "inverse_variance"]
Score = Literal["linear", "probability"]
Link = Literal["logit", "probit"]
Columns = tuple[str, ...]


@dataclass(frozen=True)
class Strategy:
    """Any strategy.

    Attributes
    ----------
    link : {"logit", "probit"}
        Model of the propensity score, where one is used.
    exact : tuple of str
        Variables on which treated units and their controls must agree.
    """

    link: Link = "logit"
    exact: Columns = ()

    @property
    def needs_propensity(self) -> bool:
        """Whether a propensity score has to be fitted."""
        return True


@dataclass(frozen=True)
class NearestNeighbour(Strategy):
    """Nearest-neighbour matching.

    Attributes
    ----------
    distance : {"propensity", "mahalanobis", "inverse_variance"}
    score : {"linear", "probability"}
        Scale of the propensity score: its linear predictor, or the probability as Stata does.
    k : int
        Controls for each treated unit.
    replace : bool
        Whether a control may serve more than one treated unit.
    caliper : float or None
        Largest difference in the propensity score, in standard deviations of the score over all units.
    caliper_covariates : mapping of str to float
        Largest differences in covariates, in standard deviations over all units.
    metric_covariates : tuple of str
        Covariates of a metric distance; all of them when empty.
    covariance : {"pooled", "sample"}
        Of a metric distance: within arms and pooled over them, or of all units (Stata's nnmatch).
    order : {"descending", "ascending", "closest", "id"} or None
        Who chooses first without replacement. None: descending score, or id for a metric distance.
    ties : {"all", "first"}
        With replacement: keep all tied controls and share their weight, or take the first by id.
    tie_tolerance : float
        Squared standardised distance below which neighbours count as tied.
    bias_adjust : bool or tuple of str
        Adjust for remaining covariate differences by regression among the matched controls (all
        covariates, or those named).
    discard : {"none", "both"}
        Discard units outside the overlap of the arms' score ranges before matching.
    """

    distance: Distance = "propensity"
    score: Score = "linear"
    k: int = 1
    replace: bool = True
    caliper: float | None = None
    caliper_covariates: Mapping[str, float] = field(default_factory=dict)
    metric_covariates: Columns = ()
    covariance: Literal["pooled", "sample"] = "pooled"
    order: Literal["descending", "ascending", "closest", "id"] | None = None
    ties: Literal["all", "first"] = "all"
    tie_tolerance: float = 0.0
    bias_adjust: bool | Columns = False
    discard: Literal["none", "both"] = "none"

    def __post_init__(self) -> None:
        if self.order == "closest" and self.distance != "propensity":
            raise ConfigError(
                "order 'closest' is for the propensity distance; by a metric, units choose by score "
                "or id.",
                key="order",
            )

    @property
    def needs_propensity(self) -> bool:
        """Whether a propensity score has to be fitted."""
        return self.distance == "propensity" or self.caliper is not None or self.discard != "none"


@dataclass(frozen=True)
class OptimalMatching(Strategy):
    """Pairs (or k controls each) without replacement, of the least total distance.

    Attributes
    ----------
    distance, score, k, caliper, caliper_covariates, bias_adjust
        As in `NearestNeighbour`.
    """

    distance: Distance = "propensity"
    score: Score = "linear"
    k: int = 1
    caliper: float | None = None
    caliper_covariates: Mapping[str, float] = field(default_factory=dict)
    bias_adjust: bool | Columns = False
    metric_covariates: ClassVar[Columns] = ()
    covariance: ClassVar[Literal["pooled", "sample"]] = "pooled"

    @property
    def needs_propensity(self) -> bool:
        """Whether a propensity score has to be fitted."""
        return self.distance == "propensity" or self.caliper is not None


@dataclass(frozen=True)
class KernelMatching(Strategy):
    """Every control within the bandwidth serves, by nearness.

    Attributes
    ----------
    kernel : {"epanechnikov", "gaussian", "uniform", "biweight", "tricube"}
    bandwidth : float
        In the unit of the score.
    score : {"linear", "probability"}
    bias_adjust : bool or tuple of str
        As in `NearestNeighbour`.
    """

    kernel: Literal["epanechnikov", "gaussian", "uniform", "biweight", "tricube"] = "epanechnikov"
    bandwidth: float = 0.06
    score: Score = "probability"
    bias_adjust: bool | Columns = False


@dataclass(frozen=True)
class RadiusMatching(Strategy):
    """Every control within the radius serves equally.

    Attributes
    ----------
    radius : float
        In the unit of the score.
    score : {"linear", "probability"}
    bias_adjust : bool or tuple of str
        As in `NearestNeighbour`.
    """

    radius: float = 0.05
    score: Score = "probability"
    bias_adjust: bool | Columns = False


@dataclass(frozen=True)
class CoarsenedExactMatching(Strategy):
    """Exact matching on binned covariates.

    Attributes
    ----------
    bins : mapping of str to int or sequence of float
        Number of bins, or cut points, by covariate; Sturges' rule without.
    bias_adjust : bool or tuple of str
        As in `NearestNeighbour`.
    """

    bins: Mapping[str, int | Sequence[float]] = field(default_factory=dict)
    bias_adjust: bool | Columns = False
    needs_propensity: ClassVar[bool] = False  # type: ignore[misc]


@dataclass(frozen=True)
class EntropyBalancing(Strategy):
    """Control weights that balance covariates exactly.

    Attributes
    ----------
    moments : {1, 2}
        Means, or means and variances.
    """

    moments: Literal[1, 2] = 1
    needs_propensity: ClassVar[bool] = False  # type: ignore[misc]


@dataclass(frozen=True)
class InverseProbability(Strategy):
    """Normalised inverse-probability weights."""


@dataclass(frozen=True)
class OverlapWeighting(Strategy):
    """Overlap weights: the effect among units that could as well be in either arm."""


@dataclass(frozen=True)
class WeightedRegression(Strategy):
    """Inverse-probability-weighted regression adjustment (IPWRA).

    Attributes
    ----------
    outcome_covariates : tuple of str
        Columns of the outcome regression; the covariates of the comparison when empty.
    """

    outcome_covariates: Columns = ()


@dataclass(frozen=True)
class AugmentedWeighting(Strategy):
    """Augmented inverse probability weighting (AIPW).

    Attributes
    ----------
    outcome_covariates : tuple of str
        Columns of the outcome regression; the covariates of the comparison when empty.
    """

    outcome_covariates: Columns = ()


@dataclass(frozen=True)
class RegressionAdjustment(Strategy):
    """Outcome regression alone.

    Attributes
    ----------
    outcome_covariates : tuple of str
        Columns of the outcome regression; the covariates of the comparison when empty.
    """

    outcome_covariates: Columns = ()
    needs_propensity: ClassVar[bool] = False  # type: ignore[misc]


@dataclass(frozen=True)
class Unweighted(Strategy):
    """No matching: every unit of the comparison counts once."""

    needs_propensity: ClassVar[bool] = False  # type: ignore[misc]


METHODS: dict[str, type[Strategy]] = {
    "nearest": NearestNeighbour,
    "optimal": OptimalMatching,
    "kernel": KernelMatching,
    "radius": RadiusMatching,
    "coarsened_exact": CoarsenedExactMatching,
    "entropy": EntropyBalancing,
    "ipw": InverseProbability,
    "overlap": OverlapWeighting,
    "ipwra": WeightedRegression,
    "aipw": AugmentedWeighting,
    "regression": RegressionAdjustment,
    "unweighted": Unweighted,
}
_DISPLAY_KEYS = {"name", "label", "method"}
# Methods that have no use for a key that all strategies share.
_UNUSED = {
    "coarsened_exact": {"link"},
    "entropy": {"link", "exact"},
    "ipw": {"exact"},
    "overlap": {"exact"},
    "ipwra": {"exact"},
    "aipw": {"exact"},
    "regression": {"link", "exact"},
    "unweighted": {"link", "exact"},
}


def method_keys(method: str) -> set[str]:
    """Keys that a strategy of this method may have, beside name, label and method."""
    return {f.name for f in fields(METHODS[method])} - _UNUSED.get(method, set())


def parse_strategy(row: Mapping[str, Any]) -> Strategy:
    """Read a strategy from a mapping such as a row of strategies.yaml.

    Parameters
    ----------
    row : mapping
        ``method`` and that method's own keys; ``name`` and ``label`` are ignored here.

    Returns
    -------
    Strategy

    Raises
    ------
    ConfigError
        An unknown method or key; the nearest known one is named.
    """
    method = row.get("method", "nearest")
    if method not in METHODS:
        raise ConfigError(f"unknown method '{method}'{_nearest(method, METHODS)}", key="method")
    known = method_keys(method)
    values: dict[str, Any] = {}
    for key, value in row.items():
        if key in _DISPLAY_KEYS:
            continue
        if key not in known:
            problem = f"unknown key '{key}' of method '{method}'{_nearest(key, known)}"
            raise ConfigError(problem, key=key)
        values[key] = tuple(value) if isinstance(value, list) else value
    return METHODS[method](**values)


def _nearest(word: object, known: Mapping[str, Any] | set[str]) -> str:
    near = difflib.get_close_matches(str(word), sorted(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(sorted(known))}."
