"""What the next wave of a study could detect, from the variances of the present one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.comparison import Comparison, build_comparison
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.errors import ConfigError, DesignError, NoComparisonError
from ruralimpact.power.detectable import (
    DESIGNS,
    Design,
    Sampling,
    Variance,
    minimum_detectable_effect,
    standard_error,
)
from ruralimpact.power.rows import Autocorrelations, PowerRow, PresentWave
from ruralimpact.power.variance_components import (
    VarianceComponents,
    autocorrelation,
    fitted_columns,
    variance_components,
)
from ruralimpact.schema.analysis import AnyAnalysis
from ruralimpact.schema.followup import Autocorrelation, Power
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows

FloatArray = NDArray[np.float64]

_BEFORE = "_before"


def power_study(
    study: Study,
    units: Mapping[str, pd.DataFrame],
    outcomes: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Return the smallest effects that waves of several sizes would find.

    Parameters
    ----------
    study : Study
    units, outcomes : mapping of str to DataFrame
        By sample.

    Returns
    -------
    DataFrame
        Contract ``power``: one row an outcome, design and number of groups; what cannot be estimated has its
        reason.

    Raises
    ------
    ConfigError
        A design that uses the baseline, of an outcome whose autocorrelation is neither given nor
        can be estimated.
    DesignError
        A treatment that differs within groups.
    """
    rows: list[PowerRow] = []
    part: PowerPart | NoComparisonError
    for entry in study.power:
        try:
            part = power_part(study, entry, units, outcomes)
        except NoComparisonError as problem:
            part = problem
        for outcome in entry.outcomes:
            rows += _outcome_rows(study, entry, part, outcome)
    return table_of_rows("power", rows)


def power_part(
    study: Study,
    entry: Power,
    units: Mapping[str, pd.DataFrame],
    outcomes: Mapping[str, pd.DataFrame],
) -> "PowerPart":
    """Return the units that an entry of `power:` is about, where they can bear it.

    Raises
    ------
    ConfigError, DesignError
        See `power_study`.
    """
    (analysis,) = (own for own in study.comparisons if own.name == entry.analysis)
    part = PowerPart.of(study, analysis, units[analysis.sample], outcomes[analysis.sample])
    if set(entry.designs or DESIGNS) != {"cross_section"}:
        for outcome in entry.outcomes:
            if part.levels(outcome)[1] is None:
                _declared_autocorrelation(entry, outcome)
    return part


@dataclass(frozen=True)
class PowerPart:
    """Units that one analysis compares, with their outcomes.

    Attributes
    ----------
    comparison : Comparison
    outcomes : DataFrame
        In the order of the comparison's units.
    changes : bool
        Outcomes are changes from the mean of the waves before.
    """

    comparison: Comparison
    outcomes: pd.DataFrame
    changes: bool

    @classmethod
    def of(
        cls,
        study: Study,
        analysis: AnyAnalysis,
        units: pd.DataFrame,
        outcomes: pd.DataFrame,
    ) -> "PowerPart":
        comparison = build_comparison(analysis, units)
        shares = (
            pd.Series(comparison.treatment).groupby(comparison.units["group"].to_numpy()).mean()
        )
        n_mixed = int(((shares > 0) & (shares < 1)).sum())
        if n_mixed:
            raise DesignError(
                f"{analysis.name}: power: treatment differs within {n_mixed:,} groups; "
                "the detectable effect is computed for treatments given to whole groups."
            )
        kept = outcomes.set_index("unit_id").loc[comparison.units["unit_id"]]
        return cls(comparison, kept, study.samples[analysis.sample].two_periods is not None)

    def levels(self, outcome: str) -> tuple[FloatArray, FloatArray | None]:
        """Outcome of the present wave, and of the baseline where units carry it."""
        values = self.outcomes[outcome].to_numpy(float)
        name = outcome + _BEFORE
        if name not in self.comparison.units:
            return values, None
        before = self.comparison.units[name].to_numpy(float)
        return (before + values if self.changes else values), before

    def weights(self, known: NDArray[np.bool_]) -> FloatArray:
        """Sampling weights of some units, of mean 1 in either arm; 1 without."""
        treatment, sampling = self.comparison.treatment[known], self.comparison.sampling
        weights = np.ones(int(known.sum())) if sampling is None else sampling[known].copy()
        for arm in (0, 1):
            weights[treatment == arm] /= weights[treatment == arm].mean()
        return weights

    def covariates(self, outcome: str) -> FloatArray:
        """Numbers of the covariates, less the outcome's own baseline, led by the treatment."""
        names = {name.split("[")[0] for name in self.comparison.covariates.names}
        kept = sorted(names - {outcome + _BEFORE})
        return fitted_columns(self.comparison.treatment, self.comparison.covariates, kept)


def _outcome_rows(
    study: Study, entry: Power, part: PowerPart | NoComparisonError, outcome: str
) -> Iterator[PowerRow]:
    for design in entry.designs or DESIGNS:
        blank = [
            PowerRow(
                analysis=entry.analysis,
                outcome=outcome,
                unit=study.outcomes[outcome].unit,
                synthetic=study.synthetic,
                design=design,
                n_clusters=n_clusters,
            )
            for n_clusters in entry.groups
        ]
        try:
            if isinstance(part, NoComparisonError):
                raise part
            yield from _design_rows(entry, part, blank, design)
        except DesignError as problem:
            yield from (replace(row, reason=str(problem)) for row in blank)


def _design_rows(
    entry: Power, part: PowerPart, blank: Sequence[PowerRow], design: Design
) -> list[PowerRow]:
    """Return a row a number of groups, of one way to analyse the next wave."""
    outcome = blank[0].outcome
    values, before = part.levels(outcome)
    known = ~np.isnan(values)
    if before is not None:
        known &= ~np.isnan(before)
    groups = part.comparison.units["group"].to_numpy()[known]
    treatment = part.comparison.treatment[known]
    refuse_empty_arm(treatment, "among units whose outcome is known")
    plain = variance_components(values[known], groups, treatment)
    fitted = variance_components(values[known], groups, part.covariates(outcome)[known])
    stays = _autocorrelation(entry, part, outcome, known, design)
    variance = Variance(max(fitted.group, 0.0), fitted.unit, stays.group, stays.unit)
    weights, control = part.weights(known), treatment == 0
    measured = _measured(plain, fitted, values[known][control], weights[control])
    wave = _wave(entry, fitted, treatment, groups, weights)
    rows = []
    for row in blank:
        sampling = Sampling(n_clusters=row.n_clusters, **wave)
        waves = _autocorrelations(variance, sampling, design, stays.basis)
        detected = _detected(row, variance, sampling, design, entry, measured)
        rows.append(replace(detected, **asdict(waves), **asdict(measured)))
    return rows


def _wave(
    entry: Power, present: VarianceComponents, treatment: Any, groups: Any, weights: FloatArray
) -> dict[str, float]:
    """Size and arms of the next wave: as declared, else as in the present one."""
    weight_cv, size_cv = float(weights.std() / weights.mean()), present.size_cv
    if weight_cv > 0:
        totals = pd.Series(weights).groupby(np.asarray(groups)).sum().to_numpy()
        size_cv = float(totals.std() / totals.mean())
    treated = len(set(groups[treatment == 1])) / present.n_clusters
    return {
        "group_size": float(_given(entry.group_size, present.mean_size)),
        "size_cv": float(_given(entry.size_cv, size_cv)),
        "weight_cv": weight_cv,
        "attrition": float(entry.attrition),
        "treated_share": float(_given(entry.treated_share, treated)),
    }


def _given(declared: float | None, present: float) -> float:
    return present if declared is None else declared


@dataclass(frozen=True)
class _Stays:
    """Autocorrelation of groups and of units, and whether it is estimated or assumed."""

    group: float
    unit: float
    basis: str


def _autocorrelation(
    entry: Power,
    part: PowerPart,
    outcome: str,
    known: NDArray[np.bool_],
    design: Design,
) -> _Stays:
    """Estimate from two waves, else take what is declared; nothing where no design needs it."""
    values, before = part.levels(outcome)
    if design == "cross_section":
        return _Stays(0.0, 0.0, "")
    if before is not None and entry.autocorrelation is None:
        groups = part.comparison.units["group"].to_numpy()[known]
        covariates = part.covariates(outcome)[known]
        estimated = autocorrelation(before[known], values[known], groups, covariates)
        group = estimated.unit if np.isnan(estimated.group) else estimated.group
        return _Stays(group, estimated.unit, "estimated")
    declared = _declared_autocorrelation(entry, outcome)
    return _Stays(declared.group, declared.unit, "assumed")


def _declared_autocorrelation(entry: Power, outcome: str) -> Autocorrelation:
    if entry.autocorrelation is None:
        raise ConfigError(
            f"the designs ancova and difference need the autocorrelation of '{outcome}', and the "
            "sample has no baseline to estimate it from.",
            key="power.autocorrelation",
        )
    return entry.autocorrelation


def _detected(
    row: PowerRow,
    variance: Variance,
    sampling: Sampling,
    design: Design,
    entry: Power,
    measured: PresentWave,
) -> PowerRow:
    power, level = float(entry.power), float(entry.level)
    mde = minimum_detectable_effect(variance, sampling, design, power=power, level=level)
    mean, sd = measured.control_mean, measured.control_sd
    return replace(
        row,
        **asdict(sampling),
        power=power,
        level=level,
        std_error=standard_error(variance, sampling, design),
        mde=mde,
        mde_percent=100 * mde / mean if mean > 0 else np.nan,
        mde_sd=mde / sd if sd > 0 else np.nan,
    )


def _autocorrelations(
    variance: Variance, sampling: Sampling, design: Design, basis: str
) -> Autocorrelations:
    if design == "cross_section":
        return Autocorrelations()
    plain = standard_error(variance, sampling, "cross_section")
    change = standard_error(variance, sampling, "difference")
    return Autocorrelations(
        group_autocorrelation=variance.group_autocorrelation,
        unit_autocorrelation=variance.unit_autocorrelation,
        autocorrelation=float(np.clip(1 - (change / plain) ** 2 / 2, -1, 1)),
        basis=basis,
    )


def _measured(
    plain: VarianceComponents,
    fitted: VarianceComponents,
    controls: FloatArray,
    weights: FloatArray,
) -> PresentWave:
    count, mean = len(controls), float(weights @ controls / weights.sum())
    variance = float(weights @ (controls - mean) ** 2 / weights.sum())
    return PresentWave(
        icc=fitted.icc,
        icc_low=fitted.conf_low,
        icc_high=fitted.conf_high,
        icc_unadjusted=plain.icc,
        group_r2=1 - fitted.group / plain.group if plain.group > 0 else np.nan,
        unit_r2=1 - fitted.unit / plain.unit,
        control_mean=mean,
        control_sd=np.sqrt(variance * count / (count - 1)) if count > 1 else np.nan,
        groups_now=fitted.n_clusters,
        units_now=fitted.n_units,
        controls_now=len(controls),
    )
