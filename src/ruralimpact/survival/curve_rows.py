"""Rows of survival curves: how many last, and have ended in each way, by time."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.schema.survival import Survival
from ruralimpact.survival.curves import FloatArray, Lifetimes, aalen_johansen, kaplan_meier
from ruralimpact.survival.interval_censored import BoundedCurve, Visits, turnbull
from ruralimpact.survival.intervals import Clusters, log_log_interval
from ruralimpact.survival.records import visits_of
from ruralimpact.survival.rows import LevelOf, SurvivalRow

LASTS = "lasts"
NOT_FOLLOWED = "nobody was followed that long"


@dataclass(frozen=True)
class _State:
    """What a curve counts: what lasts (code 0), or a way to end."""

    name: str
    label: str
    code: int


def curve_rows(
    asked: Survival, records: pd.DataFrame, level: LevelOf, *, synthetic: bool
) -> Iterator[SurvivalRow]:
    """Yield the shares of some units at each time; none after the last that anybody was followed to.

    Parameters
    ----------
    asked : Survival
    records : DataFrame
        Of at least one unit.
    level : LevelOf
        Which units these are.
    synthetic : bool
    """
    visits, clusters = visits_of(asked, records), Clusters.of(records)
    times = np.array([float(value) for value in asked.times])
    states = [_State(LASTS, "Lasts", 0)]
    states += [_State(*named, code) for code, named in enumerate(asked.ends.items(), start=1)]
    curve_of = _between_visits(visits, times) if asked.ended_after else _at_times(visits, times)
    beyond = _beyond_follow_up(visits, times) & ~(curve_of(0).high.estimate <= 1e-9)
    for state in states:
        blank = SurvivalRow(
            analysis=asked.name,
            part="curve",
            **asdict(level),
            state=state.name,
            label=state.label,
            n_units=len(visits.end),
            n_clusters=clusters.number,
            n_ended=0,
            n_risk=0,
            lowest=np.nan,
            highest=np.nan,
            public_counts=asked.public_counts,
            synthetic=synthetic,
        )
        rows = _of_state(visits, clusters, times, curve_of(state.code), state.code, blank)
        for row, unknown in zip(rows, beyond, strict=True):
            yield _without_share(row) if unknown else row


def _beyond_follow_up(visits: Visits, times: FloatArray) -> NDArray[np.bool_]:
    """Tell the times after the last at which the state of any unit was known, shape (t,)."""
    last = np.where(visits.end > 0, visits.by, visits.after).max()
    return np.asarray(times > last + 1e-9)  # years with decimals differ by what rounding leaves


def _without_share(row: SurvivalRow) -> SurvivalRow:
    return replace(
        row,
        estimate=np.nan,
        lowest=np.nan,
        highest=np.nan,
        std_error=np.nan,
        conf_low=np.nan,
        conf_high=np.nan,
        reason=NOT_FOLLOWED,
    )


def _at_times(visits: Visits, times: FloatArray) -> Callable[[int], BoundedCurve]:
    """Kaplan-Meier and Aalen-Johansen: the time of every end is known."""
    lifetimes = Lifetimes(np.where(visits.end > 0, visits.by, visits.after), visits.end)

    def curve(code: int) -> BoundedCurve:
        known = aalen_johansen(lifetimes, code, times) if code else kaplan_meier(lifetimes, times)
        return BoundedCurve(known, known)

    return curve


def _between_visits(visits: Visits, times: FloatArray) -> Callable[[int], BoundedCurve]:
    """Turnbull: ends lie between visits."""
    fit = turnbull(visits)
    return lambda code: fit.ended(code, times) if code else fit.lasts(times)


def _of_state(
    visits: Visits,
    clusters: Clusters,
    times: FloatArray,
    curve: BoundedCurve,
    code: int,
    blank: SurvivalRow,
) -> Iterator[SurvivalRow]:
    low, high = curve.low.estimate, curve.high.estimate
    known = np.isclose(low, high, rtol=0, atol=1e-9)
    errors = [clusters.std_error(part.scores) for part in (curve.low, curve.high)]
    ends = [
        log_log_interval(part.estimate, error, clusters.df)
        for part, error in zip((curve.low, curve.high), errors, strict=True)
    ]
    ended = visits.end > 0 if code == 0 else visits.end == code
    for position, time in enumerate(times):
        yield replace(
            blank,
            time=float(time),
            n_ended=int((ended & (visits.by <= time)).sum()),
            n_risk=int((visits.after >= time).sum()),
            estimate=float(low[position]) if known[position] else np.nan,
            lowest=float(low[position]),
            highest=float(high[position]),
            std_error=float(errors[0][position]) if known[position] else np.nan,
            conf_low=float(ends[0].low[position]),
            conf_high=float(ends[1].high[position]),
        )
