"""Who is compared with whom over time: arms, cohorts, and who is excluded, from the units alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.comparison import NO_WEIGHT, STRATUM, WEIGHT
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.flow import Flow, flow_of
from ruralimpact.design.sampling import check_weights, of_mean_one, strata_codes
from ruralimpact.difference.gate import (
    of_unknown_arm,
    refuse_empty_arms,
    refuse_empty_cells,
    refuse_treated_before,
    refuse_unobserved_arms,
)
from ruralimpact.difference.periods import UnitWaves, nearest_first, unit_waves, wave_numbers
from ruralimpact.difference.start import (
    Reasons,
    begun_elsewhere,
    declared_start,
    observed_start,
)
from ruralimpact.errors import ConfigError, NoComparisonError
from ruralimpact.schema.analysis import (
    AnyOverTime,
    BeforeAfter,
    DifferenceInDifferences,
    Staggered,
    TripleDifference,
)
from ruralimpact.schema.waves import not_later

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
StrArray = NDArray[np.object_]


@dataclass(frozen=True)
class Arms:
    """The units of one analysis over its waves, one row a unit.

    Attributes
    ----------
    analysis : str
    ids, groups : ndarray of str, shape (n,)
        Sorted by id.
    waves : tuple of str, length T
        Waves used, in order.
    n_before : int
        How many of them are before treatment; 0 where treatment comes at several times.
    rows : ndarray of str, shape (n, T)
        ``unit_id`` of each unit and wave, to look outcomes up.
    treatment : ndarray of {0, 1}, shape (n,)
        Treated in some wave.
    first_treated : ndarray, shape (n,)
        First wave with treatment, in the numbers of `periods`; ``inf`` for never.
    eligible : ndarray of {0, 1}, shape (n,), optional
        Second difference of a triple difference.
    covariates : CovariateMatrix, n rows
        Values in the last wave before treatment; of units that were not observed in it, in the wave nearest
        to it, an earlier one first.
    excluded : tuple of (str, int, int)
        Reason, units excluded, units before.
    flow : Flow
        The same by arm, as far as the waves at hand show it; of a triple difference, eligible units of the
        treated arm against all others.
    unbalanced : bool
        Units stay that were not observed in every wave.
    sampling : ndarray, shape (n,), optional
        Sampling weights of the last wave before treatment (the first wave, where it comes at several times),
        of mean 1, where the sample has any; of units that were not observed in it, as covariates.
    strata : ndarray of int, shape (n,), optional
        Codes of the strata that groups were drawn from, of the same wave.
    """

    analysis: str
    ids: StrArray
    groups: StrArray
    waves: tuple[str, ...]
    n_before: int
    rows: StrArray
    treatment: NDArray[np.int8]
    first_treated: FloatArray
    eligible: NDArray[np.int8] | None
    covariates: CovariateMatrix
    excluded: tuple[tuple[str, int, int], ...]
    flow: Flow
    unbalanced: bool = False
    sampling: FloatArray | None = None
    strata: NDArray[np.int64] | None = None

    @property
    def periods(self) -> FloatArray:
        """The waves as numbers, shape (T,)."""
        return wave_numbers(self.waves)

    def lacking(self, outcome: FloatArray) -> BoolArray:
        """Units that an estimate lacks because their outcome is missing, shape (n,).

        Parameters
        ----------
        outcome : ndarray, shape (n, T)
        """
        missing = np.isnan(outcome)
        lacking = missing.all(axis=1) if self.unbalanced else missing.any(axis=1)
        return np.asarray(lacking, dtype=np.bool_)


def arms_over_time(
    analysis: AnyOverTime,
    units: pd.DataFrame,
    *,
    adoption: str | None = None,
    order: Sequence[str] = (),
) -> Arms:
    """Find the arms of an analysis that compares changes.

    Parameters
    ----------
    analysis : OverTime
    units : DataFrame
        Contract ``units``, one row a unit and wave. No outcome.
    adoption : str, optional
        Variable that says when treatment began, where the sample has one (``first_treated``). Where the
        arm is fixed, treated units whose treatment had begun by the waves before, or not by those after,
        are excluded.
    order : sequence of str
        Waves from the first to the last, where the study declares them.

    Returns
    -------
    Arms

    Raises
    ------
    DataError
        A unit twice in a wave, or one that changes its group, arm or first treatment.
    DesignError
        What the data cannot bear: an arm without a wave before, treatment that began before the first
        wave, no controls.
    """
    panel = unit_waves(analysis, units, order)
    if isinstance(analysis, Staggered):
        return _staggered(analysis, panel)
    before = panel.listed(analysis.before, "before")
    after = panel.listed(analysis.after, "after")
    problem = not_later(before, after, panel.waves)
    if problem is not None:
        raise ConfigError(problem, key=f"analyses.{panel.analysis}.after")
    if isinstance(analysis, BeforeAfter):
        return _treated_alone(analysis, panel, before, after, adoption)
    return _two_arms(analysis, panel, before, after, adoption)


def _two_arms(
    analysis: DifferenceInDifferences | TripleDifference,
    panel: UnitWaves,
    before: tuple[str, ...],
    after: tuple[str, ...],
    adoption: str | None,
) -> Arms:
    name, waves, n_before = analysis.treatment, (*before, *after), len(before)
    if analysis.fixed:
        panel.indicator(name, waves)
        arm = panel.constant(name, waves, "the arm of a unit changes between waves.")
        reasons: Reasons = [
            (f"{name} is missing", np.isnan(arm)),
            *begun_elsewhere(adoption, panel, arm, before, after),
        ]
        provisional = arm
    else:
        status = panel.indicator(name, waves)
        provisional = _last_status(status, n_before)
        refuse_treated_before(panel.analysis, status[:, :n_before], provisional, name, before)
        arm, reasons = _joined(status, n_before, name)
    observed = panel.observed(waves)
    refuse_unobserved_arms(panel.analysis, observed, provisional, waves, before)
    reasons = [*_unobserved(analysis, observed), *reasons]
    eligible, shown = None, _shown_elsewhere(panel, name, provisional, observed)
    if isinstance(analysis, TripleDifference):
        eligible = panel.indicator(analysis.eligible, before[-1:])[:, 0]
        reasons.append((f"{analysis.eligible} is missing before", np.isnan(eligible)))
        shown = np.where(np.isnan(eligible), np.nan, shown * eligible)
    start = wave_numbers(waves)[n_before]
    first = np.where(arm == 1, start, np.inf)
    arms = _arms(analysis, panel, waves, n_before, arm, shown, first, reasons, before[-1], eligible)
    if arms.eligible is not None:
        refuse_empty_cells(panel.analysis, arms.treatment, arms.eligible)
    return arms


def _unobserved(analysis: AnyOverTime, observed: BoolArray) -> Reasons:
    """Why units are excluded that were observed in none of the waves, or not in all that are needed."""
    never: Reasons = [("observed in none of the waves", ~np.any(observed, axis=1))]
    if keeps_unbalanced(analysis):
        return never
    return [*never, ("not observed in every wave", ~np.all(observed, axis=1))]


def _shown_elsewhere(
    panel: UnitWaves, name: str, arm: FloatArray, observed: BoolArray
) -> FloatArray:
    """Arm of each unit; of those observed in none of the waves that are compared, as the others show it."""
    others = _last_status(panel.indicator(name, panel.waves), 0)
    return np.where(np.any(observed, axis=1), arm, others)


def keeps_unbalanced(analysis: AnyOverTime) -> bool:
    """Return whether an analysis keeps units that were not observed in every wave."""
    if not isinstance(analysis, DifferenceInDifferences | Staggered):
        return False
    return analysis.unbalanced == "keep"


def _last_status(status: FloatArray, n_before: int) -> FloatArray:
    """Arm as the waves at hand show it: 1 if ever treated after, 0 if never; NaN if not known."""
    known = np.isfinite(status)
    after = (status[:, n_before:] == 1).any(axis=1)
    never = known.any(axis=1) & ~(status == 1).any(axis=1)
    return np.where(after, 1.0, np.where(never, 0.0, np.nan))


def _joined(status: FloatArray, n_before: int, name: str) -> tuple[FloatArray, Reasons]:
    """Arms where treatment begins between the waves before and those after."""
    treated = (status[:, :n_before] == 0).all(axis=1) & (status[:, n_before:] == 1).all(axis=1)
    never = (status == 0).all(axis=1)
    reasons = [
        (f"{name} missing in some wave", np.isnan(status).any(axis=1)),
        (f"{name} in every wave", (status == 1).all(axis=1)),
        (f"{name} in some waves, but not in none before and all after", ~treated & ~never),
    ]
    return np.where(treated, 1.0, 0.0), reasons


def _staggered(analysis: Staggered, panel: UnitWaves) -> Arms:
    waves = panel.waves
    periods = wave_numbers(waves)
    if analysis.first_treated is not None:
        first, reasons = declared_start(analysis.first_treated, panel, periods)
        shown = np.where(np.isnan(first), np.nan, np.isfinite(first))
    elif analysis.treatment is not None:
        first, reasons = observed_start(analysis.treatment, panel, periods)
        shown = _last_status(panel.indicator(analysis.treatment, waves), 0)
    reasons = [*_unobserved(analysis, panel.observed(waves)), *reasons]
    reasons.append(("treated already in the first wave", first <= periods[0]))
    arm = np.isfinite(first).astype(float)
    return _arms(analysis, panel, waves, 0, arm, shown, first, reasons, waves[0], None)


def _treated_alone(
    analysis: BeforeAfter,
    panel: UnitWaves,
    before: tuple[str, ...],
    after: tuple[str, ...],
    adoption: str | None,
) -> Arms:
    waves = (*before, *after)
    arm = np.ones(len(panel.ids))
    observed = panel.observed(waves)
    reasons = _unobserved(analysis, observed)
    treated = arm
    if analysis.treatment is not None:
        status = panel.indicator(analysis.treatment, after)
        treated = np.where((status == 1).all(axis=1), 1.0, 0.0)
        treated = _shown_elsewhere(panel, analysis.treatment, treated, observed)
        reasons.append((f"not {analysis.treatment} in every wave after", treated != 1))
    reasons += begun_elsewhere(adoption, panel, treated, before, after)
    first = np.full(len(arm), wave_numbers(waves)[len(before)])
    return _arms(
        analysis, panel, waves, len(before), arm, treated, first, reasons, before[-1], None
    )


def _arms(
    analysis: AnyOverTime,
    panel: UnitWaves,
    waves: tuple[str, ...],
    n_before: int,
    arm: FloatArray,
    shown: FloatArray,
    first: FloatArray,
    reasons: Reasons,
    base: str,
    eligible: FloatArray | None,
) -> Arms:
    """Exclude units, one reason after the other, and keep the arms of the others.

    `shown` is the arm of those who may be excluded, NaN where it is not known.
    """
    names = list(analysis.covariates)
    unbalanced = keeps_unbalanced(analysis)
    near = nearest_first(waves, base) if unbalanced else [base]
    columns = {name: panel.first_known(name, near) for name in names}
    reasons = [
        *reasons,
        *(
            (
                f"{name} is missing in every wave" if unbalanced else f"{name} is missing before",
                np.asarray(pd.isna(columns[name])),
            )
            for name in names
        ),
    ]
    sampling = None
    if WEIGHT in panel.table:
        sampling = pd.to_numeric(pd.Series(panel.first_known(WEIGHT, near))).to_numpy(float)
    if sampling is not None:
        reasons.append((NO_WEIGHT, sampling == 0))
    kept, excluded = _exclude(reasons, len(arm))
    treatment = arm[kept].astype(np.int8)
    flow = flow_of(shown, reasons)
    why = flow.why_empty() or of_unknown_arm(shown, excluded, reasons)
    try:
        refuse_empty_arms(analysis, treatment, first[kept], panel.groups[kept], why)
    except NoComparisonError as problem:
        raise NoComparisonError(str(problem), excluded) from None
    values = {
        name: pd.Series(column[kept]).infer_objects().to_numpy() for name, column in columns.items()
    }
    return Arms(
        panel.analysis,
        panel.ids[kept],
        panel.groups[kept],
        waves,
        n_before,
        panel.by_wave("unit_id", waves)[kept],
        treatment,
        first[kept],
        None if eligible is None else eligible[kept].astype(np.int8),
        covariate_matrix(values, rows=int(kept.sum()), where=panel.analysis),
        excluded,
        flow,
        unbalanced,
        None if sampling is None else _weights(panel, sampling[kept], treatment, kept),
        _strata(panel, near, kept),
    )


def _weights(
    panel: UnitWaves, sampling: FloatArray, treatment: NDArray[np.int8], kept: BoolArray
) -> FloatArray:
    rows, within = panel.ids[kept].tolist(), f"analysis {panel.analysis}"
    check_weights(sampling, treatment.astype(float), rows, column=WEIGHT, within=within)
    return of_mean_one(sampling)


def _strata(panel: UnitWaves, near: Sequence[str], kept: BoolArray) -> NDArray[np.int64] | None:
    if STRATUM not in panel.table:
        return None
    strata, rows = panel.first_known(STRATUM, near)[kept], panel.ids[kept].tolist()
    within = f"analysis {panel.analysis}"
    return strata_codes(strata, panel.groups[kept], rows, column=STRATUM, within=within)


def _exclude(
    reasons: Sequence[tuple[str, BoolArray]], count: int
) -> tuple[BoolArray, tuple[tuple[str, int, int], ...]]:
    left, excluded = np.ones(count, dtype=bool), []
    for reason, applies in reasons:
        hit = left & applies
        if hit.any():
            excluded.append((reason, int(hit.sum()), int(left.sum())))
        left = left & ~applies
    return left, tuple(excluded)
