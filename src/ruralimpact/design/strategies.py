"""Matching strategies as data: what a row of strategies.yaml, or a dict in a notebook, can say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from ruralimpact.errors import ConfigError

Distance = Literal["propensity", "mahalanobis", "inverse_variance"]


@dataclass(frozen=True)
class NearestNeighbour:
    """Nearest-neighbour matching.

    Attributes
    ----------
    distance : {"propensity", "mahalanobis", "inverse_variance"}
    score : {"linear", "probability"}
        Scale of the propensity score: its linear predictor, or the probability as Stata does.
    link : {"logit", "probit"}
    k : int
        Controls for each treated unit.
    replace : bool
        Whether a control may serve more than one treated unit.
    caliper : float or None
        Largest difference in the propensity score, in standard deviations of the score over all units.
    caliper_covariates : mapping of str to float
        Largest differences in covariates, in standard deviations over all units.
    exact : tuple of str
        Variables on which pairs must agree.
    metric_covariates : tuple of str
        Covariates of a metric distance; all of them when empty.
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
    score: Literal["linear", "probability"] = "linear"
    link: Literal["logit", "probit"] = "logit"
    k: int = 1
    replace: bool = True
    caliper: float | None = None
    caliper_covariates: Mapping[str, float] = field(default_factory=dict)
    exact: tuple[str, ...] = ()
    metric_covariates: tuple[str, ...] = ()
    order: Literal["descending", "ascending", "closest", "id"] | None = None
    ties: Literal["all", "first"] = "all"
    tie_tolerance: float = 0.0
    bias_adjust: bool | tuple[str, ...] = False
    discard: Literal["none", "both"] = "none"

    @property
    def needs_propensity(self) -> bool:
        """Whether a propensity score has to be fitted."""
        return (
            self.distance == "propensity" or self.caliper is not None or self.discard != "none"
        )


@dataclass(frozen=True)
class Unweighted:
    """No matching: every unit of the comparison counts once."""

    needs_propensity: bool = field(default=False, init=False)
    bias_adjust: bool = field(default=False, init=False)


Strategy = NearestNeighbour | Unweighted

METHODS: dict[str, type[NearestNeighbour] | type[Unweighted]] = {
    "nearest": NearestNeighbour,
    "unweighted": Unweighted,
}
_DISPLAY_KEYS = {"name", "label", "method"}


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
    import difflib

    method = row.get("method", "nearest")
    if method not in METHODS:
        near = difflib.get_close_matches(str(method), METHODS, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else f"; known: {', '.join(METHODS)}."
        raise ConfigError(f"unknown matching method '{method}'{hint}", key="method")
    known = {f.name for f in fields(METHODS[method]) if f.init}
    values: dict[str, Any] = {}
    for key, value in row.items():
        if key in _DISPLAY_KEYS:
            continue
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else "."
            raise ConfigError(f"unknown key '{key}' of method '{method}'{hint}", key=key)
        values[key] = tuple(value) if isinstance(value, list) else value
    return METHODS[method](**values)
