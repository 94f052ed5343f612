"""Numbers that no weights and outcomes give: the result tables that hold them, and why not."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class NotRebuilt:
    """A kind of number that is no sum of weights times outcomes.

    Attributes
    ----------
    parts : tuple of str
        Of its key, any of which tells it: the first part with a slash after it, others with one before them.
    tables : tuple of str
        Result tables that hold it, by their path in the results of a round.
    reason : str
        Why it is not computed once more, and what it follows from.
    """

    parts: tuple[str, ...]
    tables: tuple[str, ...]
    reason: str


_NO_WEIGHTS = "no weight a unit is kept of it"
_OF_ALL_ROWS = "it is computed from all rows of the sample and is no sum of weights times outcomes"
# The first that fits counts.
_KINDS = (
    NotRebuilt(
        ("/without=", "/without_"),
        ("estimates/leave_one_out.parquet",),
        f"the units that are left are matched anew, and {_NO_WEIGHTS}",
    ),
    NotRebuilt(
        ("/pre_trends",),
        ("estimates/pre_trends.parquet", "estimates/event_study.parquet"),
        "a joint test of the effects by event time before treatment, from their influence scores",
    ),
    NotRebuilt(
        ("/relative_magnitudes", "/smoothness"),
        ("estimates/parallel_trends.parquet", "estimates/event_study.parquet"),
        "a bound: where intervals that allow trends to differ begin to hold zero, sought over effects by "
        "event time and their covariances",
    ),
    NotRebuilt(
        ("/forbidden_share",),
        ("estimates/goodman_bacon.parquet",),
        "the sum of the weights of comparisons with units treated already, which its table lists",
    ),
    NotRebuilt(
        ("over_time/",),
        ("estimates/event_study.parquet",),
        f"an effect by cohort, wave or event time, or a mean of an arm: {_NO_WEIGHTS}; the effect over "
        "all of them, <analysis>.<estimator>.<outcome>, is computed once more",
    ),
    NotRebuilt(
        ("/equality_p_value",),
        ("estimates/scores.parquet", "estimates/subgroups.parquet"),
        "a joint test, from the group scores of the estimates that it compares; each of these is computed "
        "once more under its own name",
    ),
    NotRebuilt(
        ("/rank", "/published_"),
        ("estimates/subgroups.parquet", "estimates/estimates.parquet"),
        "an order of estimates; each of these is computed once more under its own name",
    ),
    NotRebuilt(
        ("::",),
        ("estimates/decomposition.parquet", "estimates/subgroups.parquet"),
        "a part of an estimate, by its weights; what a unit adds to the part is not kept. The parts add up "
        "to the estimate, which is computed once more under its own name",
    ),
    NotRebuilt(
        ("balance/",),
        ("design/designs.parquet", "design/balance.parquet", "design/weights.parquet"),
        "a property of the design, from weights and covariates; no outcome is part of it",
    ),
    NotRebuilt(
        ("benchmark/",),
        ("estimates/estimates.parquet", "estimates/scores.parquet"),
        "a difference of two estimates, each of which is computed once more under its own name",
    ),
    NotRebuilt(
        ("association/",),
        ("estimates/associations.parquet",),
        f"a coefficient of a regression with several variables: {_NO_WEIGHTS}",
    ),
    NotRebuilt(
        ("/analysed", "/sampled"),
        ("analysis/exclusions.parquet", "estimates/outcome_weights.parquet"),
        "a count of units",
    ),
    NotRebuilt(("sample/",), (), "a count of rows of the raw file"),
    NotRebuilt(("returns/",), ("estimates/returns.parquet",), _OF_ALL_ROWS),
    NotRebuilt(("gains/", "gain_variance/"), ("estimates/gains.parquet",), _OF_ALL_ROWS),
    NotRebuilt(("growth_without/",), ("estimates/growth_without.parquet",), _OF_ALL_ROWS),
    NotRebuilt(("targeting/",), ("estimates/targeting.parquet",), _OF_ALL_ROWS),
    NotRebuilt(("survival/",), ("estimates/survival.parquet",), _OF_ALL_ROWS),
    NotRebuilt(("hazards/",), ("estimates/hazards.parquet",), _OF_ALL_ROWS),
    NotRebuilt(("responses/",), ("estimates/responses.parquet",), _OF_ALL_ROWS),
    NotRebuilt(("portfolio/",), ("estimates/portfolio.parquet",), _OF_ALL_ROWS),
)
_OTHER = NotRebuilt((), ("estimates/estimates.parquet",), _OF_ALL_ROWS)


def not_rebuilt(key: str) -> NotRebuilt:
    """Return what holds a number that is no rebuilt estimate, and why it is not computed once more.

    Parameters
    ----------
    key : str
        Of findings.json.
    """
    return next((kind for kind in _KINDS if any(_tells(part, key) for part in kind.parts)), _OTHER)


def _tells(part: str, key: str) -> bool:
    return key.startswith(part) if part.endswith("/") else part in key


def lines_of(key: str, folder: str) -> Iterator[str]:
    """Yield the files of a round's results that hold a number, and why it is not computed once more."""
    kind = not_rebuilt(key)
    yield from (f"{folder}/{name}" for name in kind.tables)
    yield f"not computed once more: {kind.reason}"
