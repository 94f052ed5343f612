"""What an account returned: rates, values and shares with group-clustered intervals."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from ruralimpact.inference.clustered import Clustering, group_codes, t_inference
from ruralimpact.inference.leverage import group_leverage, too_few_groups
from ruralimpact.returns.accounts import AccountFlows
from ruralimpact.returns.cash_flow import (
    NO_INVESTMENT,
    NOT_PAID_BACK,
    internal_rate,
    payback,
    present_values,
)

FloatArray = NDArray[np.float64]

FRACTION = "fraction"
YEARS = "years"
Scale = Literal["plain", "log", "logit"]


@dataclass(frozen=True)
class Measure:
    """One number about the units of an account.

    Attributes
    ----------
    name : str
    unit : str
        Empty where it is money.
    estimate : float
        NaN where there is none.
    scores : ndarray, shape (n,), or None
        Influence of each unit; None where no interval is made.
    weights : ndarray, shape (n,), or None
        Weight of each unit in the estimate, for the leverage of groups.
    reason : str
        Why there is no estimate, else empty.
    scale : {"plain", "log", "logit"}
        Scale on which its interval is made: of shares the logit, which stays within 0 and 1; of amounts that
        no unit has less than none of the logarithm, since few large units stretch their mean upwards.
    """

    name: str
    unit: str
    estimate: float
    scores: FloatArray | None = None
    weights: FloatArray | None = None
    reason: str = ""
    scale: Scale = "plain"


@dataclass(frozen=True)
class Interval:
    """Standard error and 95 percent interval of a measure.

    Attributes
    ----------
    std_error, df, conf_low, conf_high : float
        NaN where there are none.
    n_clusters : int
    """

    std_error: float
    df: float
    conf_low: float
    conf_high: float
    n_clusters: int


def mean(name: str, values: FloatArray, unit: str = "") -> Measure:
    """Mean of the units.

    Parameters
    ----------
    name : str
    values : ndarray, shape (n,)
    unit : str
    """
    count = len(values)
    center = float(values.mean())
    return Measure(name, unit, center, (values - center) / count, np.ones(count))


def share(name: str, among: NDArray[np.bool_]) -> Measure:
    """Share of the units.

    Parameters
    ----------
    name : str
    among : ndarray of bool, shape (n,)
    """
    return replace(mean(name, among.astype(float), FRACTION), scale="logit")


def ratio(
    name: str, over: FloatArray, under: FloatArray, unit: str = "", reason: str = ""
) -> Measure:
    """Ratio of totals, with scores by linearisation.

    Parameters
    ----------
    name : str
    over, under : ndarray, shape (n,)
    unit, reason : str
        `reason` is why there is no ratio where the total below is not positive.
    """
    total = float(under.sum())
    if not total > 0:
        return Measure(name, unit, np.nan, reason=reason)
    quotient = float(over.sum()) / total
    return Measure(name, unit, quotient, (over - quotient * under) / total, under)


def aggregate_rate(flows: AccountFlows) -> Measure:
    """Internal rate of return of all units together, by years since each unit's first.

    Notes
    -----
    The rate r solves sum_i NPV_i(r) = 0, so the influence of unit i is -NPV_i(r) / sum_j NPV_j'(r).
    """
    if not flows.investment.sum() > 0:
        return Measure("irr", FRACTION, np.nan, reason=NO_INVESTMENT)
    rate = internal_rate(flows.net.sum(axis=0))
    if np.isnan(rate.rate):
        return Measure("irr", FRACTION, np.nan, reason=rate.reason)
    years = np.arange(flows.net.shape[1])
    slopes = present_values(flows.net * -years, rate.rate) / (1 + rate.rate)
    scores = present_values(flows.net, rate.rate) / -slopes.sum()
    several = "" if rate.roots == 1 else f"the highest of {rate.roots} rates"
    return Measure(
        "irr", FRACTION, rate.rate, scores, present_values(flows.investment, rate.rate), several
    )


def measures(flows: AccountFlows, discount_rate: float) -> Iterator[Measure]:
    """Yield what an account returned.

    Parameters
    ----------
    flows : AccountFlows
        Of at least one unit.
    discount_rate : float

    Yields
    ------
    Measure
        ``irr`` (aggregate), ``npv`` (mean), ``bcr`` (present value of benefits over that of costs and
        investment), ``payback`` (aggregate), ``share_above`` (units whose rate exceeds the discount rate:
        with a net present value above zero), ``share_gain`` (units with benefits above costs over the
        horizon), ``irr_median`` (of units that have a rate).
    """
    values = present_values(flows.net, discount_rate)
    benefits, costs, investment = (
        present_values(part, discount_rate)
        for part in (flows.benefits, flows.costs, flows.investment)
    )
    invested = investment.sum() > 0
    yield aggregate_rate(flows)
    yield mean("npv", values)
    yield ratio("bcr", benefits, costs + investment, FRACTION, NO_INVESTMENT)
    years = payback(flows.net.sum(axis=0)) if invested else np.nan
    why = "" if np.isfinite(years) else NOT_PAID_BACK if invested else NO_INVESTMENT
    yield Measure("payback", YEARS, years, reason=why)
    yield share("share_above", values > 0)
    yield share("share_gain", flows.operating.sum(axis=1) > 0)
    rates = np.array([rate.rate for rate in flows.rates()])
    known = rates[np.isfinite(rates)]
    middle = float(np.median(known)) if len(known) else np.nan
    yield Measure("irr_median", FRACTION, middle, reason="" if len(known) else "no unit has a rate")


def revenue_measures(
    benefits: FloatArray, last: NDArray[np.int64], members: FloatArray
) -> Iterator[Measure]:
    """Yield incremental revenue in the last year recorded, a unit and a family.

    Parameters
    ----------
    benefits : ndarray, shape (n, T + 1)
    last : ndarray of int, shape (n,)
        Last year recorded.
    members : ndarray, shape (n,)
        Families of each unit, NaN where not known.
    """
    yearly = benefits[np.arange(len(benefits)), last]
    scale: Scale = "log" if (yearly >= 0).all() else "plain"
    yield replace(mean("revenue", yearly), scale=scale)
    known = np.isfinite(members)
    if known.all():
        yield replace(ratio("revenue_member", yearly, members, reason="no families"), scale=scale)
    elif known.any():
        yield Measure("revenue_member", "", np.nan, reason="families of some units are not known")


def interval(measure: Measure, groups: NDArray[np.object_]) -> Interval:
    """Interval of a measure: CR2 by group, with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    measure : Measure
    groups : ndarray of str, shape (n,)

    Returns
    -------
    Interval
    """
    codes = group_codes(groups)
    count = len(np.unique(codes))
    blank = Interval(np.nan, np.nan, np.nan, np.nan, count)
    if measure.scores is None or measure.weights is None or not np.isfinite(measure.estimate):
        return blank
    leverage = group_leverage(measure.weights, np.ones(len(codes), dtype=np.int64), codes)
    error, df = Clustering(codes, leverage=leverage).std_error(measure.scores)
    if too_few_groups(leverage) or not np.isfinite(error):
        return blank
    low, high = _ends(measure.estimate, error, df, measure.scale)
    return Interval(error, df, low, high, count)


def _ends(estimate: float, error: float, df: float, scale: Scale) -> tuple[float, float]:
    """Ends of an interval on a scale, by the delta method; none where the estimate has no place on it."""
    if scale == "plain":
        tested = t_inference(estimate, error, df)
        return tested.conf_low, tested.conf_high
    if scale == "log":
        tested = t_inference(float(np.log(estimate)), error / estimate, df)
        return float(np.exp(tested.conf_low)), float(np.exp(tested.conf_high))
    tested = t_inference(float(logit(estimate)), error / (estimate * (1 - estimate)), df)
    return float(expit(tested.conf_low)), float(expit(tested.conf_high))
