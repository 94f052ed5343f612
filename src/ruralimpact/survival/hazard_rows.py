"""Rows of the regression of a hazard: ratios of levels to a base, or by one unit of a number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from ruralimpact.description.levels import Order, level_text, level_texts, levels_in_order
from ruralimpact.description.records import ExcludedRecords, without_level
from ruralimpact.inference.clustered import Clustering, t_inference
from ruralimpact.inference.leverage import group_leverage, too_few_groups
from ruralimpact.inference.sampling_strata import centred_in_strata
from ruralimpact.schema.survival import Survival
from ruralimpact.survival.discrete_hazard import HazardFit, Periods, fit_hazard, periods_of
from ruralimpact.survival.intervals import Clusters
from ruralimpact.survival.records import visits_of
from ruralimpact.survival.rows import HazardRow

NONE_ENDED = "none ended"
ALL_AT_ONCE = "all ended in the first period"
NONE_LASTED = "all ended, and none was seen to last"
NOTHING_ENDED = "nothing ended while others last"
NO_MAXIMUM = "the data do not tell it from the others"
ONE_LEVEL = "no other value to compare with"
FEW_GROUPS = "too few groups for an interval"


@dataclass(frozen=True)
class HazardRows:
    """Rows of the contract ``hazards``, and the units that could not be used."""

    rows: tuple[HazardRow, ...] = ()
    excluded: tuple[ExcludedRecords, ...] = ()


@dataclass(frozen=True)
class _Term:
    """A column of the design: a level of a variable against its base, or a variable that is a number."""

    variable: str
    level: str
    base: str
    column: NDArray[np.float64]


@dataclass(frozen=True)
class _Kept:
    """Units of the regression, and levels that have no finite ratio with the reason."""

    records: pd.DataFrame
    periods: Periods
    without: Mapping[tuple[str, str], str] = field(default_factory=dict)


def hazard_study(
    asked: Survival,
    present: pd.DataFrame,
    labels: Mapping[str, str],
    order: Order,
    *,
    synthetic: bool,
) -> HazardRows:
    """Regress the hazard of ending on the variables that an analysis names.

    Parameters
    ----------
    asked : Survival
    present : DataFrame
        Units that answered, at least one.
    labels : mapping of str to str
        Of variables.
    order : mapping of str to list of str
        Of levels; a category is compared with its first.
    synthetic : bool

    Returns
    -------
    HazardRows
        Levels of which none ended, or all ended and were not seen to last beyond any period, have an
        infinite ratio: none is printed, and their units tell nothing of the others.
    """
    if not asked.hazard:
        return HazardRows()
    excluded: list[ExcludedRecords] = []
    records = present
    for name in asked.hazard:
        excluded += without_level(records, [name], labels, analysis=asked.name, about="hazard")
        records = records[records[name].notna()]
    kept = _with_finite_ratios(asked, records)
    for (name, level), reason in kept.without.items():
        which = (records[name].map(level_text) == level).to_numpy()
        words = f"{labels.get(name, name)} {level}: {reason}"
        excluded.append(
            ExcludedRecords.among(records, which, words, analysis=asked.name, about="hazard")
        )
    rows = tuple(_rows(asked, records, kept, labels, order, synthetic))
    return HazardRows(rows, tuple(excluded))


def _with_finite_ratios(asked: Survival, records: pd.DataFrame) -> _Kept:
    """Leave out levels with an infinite ratio, until none is left."""
    without: dict[tuple[str, str], str] = {}
    while True:
        periods = _periods(asked, records)
        infinite = dict(_infinite(asked, records, periods)) if periods.number else {}
        if not infinite:
            return _Kept(records, periods, without)
        without |= infinite
        for name, level in infinite:
            records = records[records[name].map(level_text) != level]


def _periods(asked: Survival, records: pd.DataFrame) -> Periods:
    visits = visits_of(asked, records)
    limits = np.array([float(time) for time in asked.times])
    return periods_of(visits.after, visits.by, limits)[0]


def _infinite(
    asked: Survival, records: pd.DataFrame, periods: Periods
) -> Iterator[tuple[tuple[str, str], str]]:
    for name in asked.hazard:
        if is_numeric_dtype(records[name]):
            continue
        levels = records[name].map(level_text)
        for level in sorted(levels.unique()):
            inside = (levels == level).to_numpy()
            after, by = periods.after[inside], periods.by[inside]
            if (by > periods.number).all():
                yield (name, level), NONE_ENDED
            elif (by == 1).all():
                yield (name, level), ALL_AT_ONCE
            elif ((after == 0) & (by <= periods.number)).all():
                yield (name, level), NONE_LASTED


def _terms(asked: Survival, records: pd.DataFrame, order: Order) -> Iterator[_Term]:
    for name in asked.hazard:
        if is_numeric_dtype(records[name]):
            values = records[name].to_numpy(float)
            yield _Term(name, "", "", values - values.mean() if len(values) else values)
            continue
        levels = level_texts(records[name])
        base, *others = levels_in_order(records[name], order) or [""]
        for level in others:
            yield _Term(name, level, base, np.asarray(levels == level, dtype=float))


def _rows(
    asked: Survival,
    records: pd.DataFrame,
    kept: _Kept,
    labels: Mapping[str, str],
    order: Order,
    synthetic: bool,
) -> Iterator[HazardRow]:
    """Yield a row a term, the bases and the levels without a ratio, in the order of the variables."""
    terms = list(_terms(asked, kept.records, order))
    told = _told_apart(terms)
    fitted_terms = [term for term, apart in zip(terms, told.fitted, strict=True) if apart]
    fit = _fitted(kept, fitted_terms)
    why = "" if fit else NO_MAXIMUM if kept.periods.number else NOTHING_ENDED
    terms_at = {(term.variable, term.level): j for j, term in enumerate(fitted_terms)}
    untold = {
        (term.variable, term.level): NO_MAXIMUM if np.ptp(term.column) > 0 else ONE_LEVEL
        for term, apart in zip(terms, told.unique, strict=True)
        if not apart
    }
    base = {term.variable: term.base for term in terms}
    ended = visits_of(asked, records).by <= float(asked.times[-1])
    for name in asked.hazard:
        numeric = is_numeric_dtype(records[name])
        levels = level_texts(records[name])
        for level in [""] if numeric else levels_in_order(records[name], order):
            inside = np.ones(len(records), bool) if numeric else (levels == level).to_numpy()
            reason = kept.without.get((name, level), why if name in base else ONE_LEVEL)
            compared = level != base.get(name) or numeric
            row = HazardRow(
                analysis=asked.name,
                by=name,
                by_label=labels.get(name, name),
                level=level,
                base=base.get(name, "") if compared else "",
                n_units=int(inside.sum()),
                n_clusters=int(records["group"][inside].nunique()),
                n_ended=int((ended & inside).sum()),
                n_periods=kept.periods.number,
                reason=reason,
                public_counts=asked.public_counts,
                synthetic=synthetic,
            )
            position = terms_at.get((name, level))
            if (name, level) in untold:
                yield replace(row, reason=untold[name, level])
            elif position is None:
                yield row
            elif fit is None:
                yield replace(row, reason=why)
            else:
                yield _tested(row, kept, fitted_terms[position], fit, position)


@dataclass(frozen=True)
class _ToldApart:
    """Which terms the data tell from the others, shape (k,).

    `fitted` are those that stay in the regression: as many as can, the first ones. `unique` are those whose
    coefficient is the same whichever of the others stay.
    """

    fitted: NDArray[np.bool_]
    unique: NDArray[np.bool_]


def _told_apart(terms: list[_Term]) -> _ToldApart:
    """Find terms that are constant or sums of others, beside a hazard of its own in each period."""
    count = len(terms)
    columns = [(own - own.mean()) / (np.ptp(own) or 1.0) for own in (t.column for t in terms)]
    rank = [_rank(columns[:number]) for number in range(count + 1)]
    fitted = np.diff(rank) > 0
    others = [_rank([*columns[:term], *columns[term + 1 :]]) for term in range(count)]
    return _ToldApart(np.asarray(fitted), np.array(others, dtype=int) < rank[-1])


def _rank(columns: list[NDArray[np.float64]]) -> int:
    return int(np.linalg.matrix_rank(np.column_stack(columns))) if columns else 0


def _fitted(kept: _Kept, terms: list[_Term]) -> HazardFit | None:
    if not terms or not kept.periods.number:
        return None
    return fit_hazard(kept.periods, np.column_stack([term.column for term in terms]))


def _tested(row: HazardRow, kept: _Kept, term: _Term, fit: HazardFit, position: int) -> HazardRow:
    clusters = Clusters.of(kept.records)
    clustering = _clustering(kept.records, term, clusters)
    estimate, scores = float(fit.coefficients[position]), clusters.within(fit.scores[:, position])
    if clusters.strata is not None and not term.base:
        scores = centred_in_strata(scores, clusters.groups, clusters.strata)
    error, df = clustering.std_error(scores)
    few = bool(too_few_groups(clustering.leverage)) or not np.isfinite(error)
    tested = t_inference(estimate, np.nan if few else error, df)
    return replace(
        row,
        estimate=estimate,
        std_error=tested.std_error,
        df=np.nan if few else df,
        p_value=tested.p_value,
        conf_low=tested.conf_low,
        conf_high=tested.conf_high,
        reason=FEW_GROUPS if few else "",
    )


def _clustering(records: pd.DataFrame, term: _Term, clusters: Clusters) -> Clustering:
    """Scores by group, reduced for the weight that each group has in a level and in its base.

    The score of a number has no such weights: it is centred within strata instead.
    """
    if not term.base:
        reduced = None if clusters.strata is None else clusters.df
        return Clustering(clusters.groups, reduced_df=reduced)
    levels = records[term.variable].map(level_text)
    compared = levels.isin([term.level, term.base]).to_numpy().astype(np.float64)
    arms = (levels == term.level).to_numpy(np.int64)
    leverage = group_leverage(compared, arms, clusters.groups)
    return Clustering(clusters.groups, leverage=leverage, strata=clusters.strata)
