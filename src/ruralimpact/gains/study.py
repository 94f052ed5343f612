"""Gains of every analysis before and after of a study that asks for them."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.contradictions import used_all_the_same
from ruralimpact.description.currencies import refuse_several_currencies
from ruralimpact.description.levels import labels_in_order, level_texts, levels_in_order
from ruralimpact.description.records import (
    DescriptionTables,
    ExcludedRecords,
    InconsistentRecords,
    RecordedStudy,
    set_to_missing,
    set_to_missing_reason,
    without_level,
)
from ruralimpact.design.study import covariate_labels
from ruralimpact.difference.arms import Arms, arms_over_time
from ruralimpact.errors import DesignError
from ruralimpact.gains.kept_variables import KeptVariables
from ruralimpact.gains.measures import Gained, gain_measures
from ruralimpact.gains.rows import GainRow, GrowthRow, TargetingRow, UnitGainRow, VarianceRow
from ruralimpact.gains.targeting import targeting_measures
from ruralimpact.power.variance_components import variance_components
from ruralimpact.schema.analysis import BeforeAfter
from ruralimpact.schema.gains import ComparedEffect, Gains
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows

FloatArray = NDArray[np.float64]

RECONCILED = ("ratio_of_totals", "mean_of_ratios", "median_of_ratios")


def gains_study(recorded: RecordedStudy) -> DescriptionTables:
    """Sum up gains before and after.

    Parameters
    ----------
    recorded : RecordedStudy

    Returns
    -------
    DescriptionTables
        Contracts ``gains``, ``gains_by_unit``, ``gain_variance``, ``growth_without`` and ``targeting``.

    Raises
    ------
    DataError, DesignError
        See `ruralimpact.difference.arms.arms_over_time` and `ruralimpact.gains.targeting`.
    """
    parts = [
        _GainsPart(
            recorded.study,
            analysis,
            analysis.gains,
            recorded.units[analysis.sample],
            recorded.outcomes[analysis.sample],
        )
        for analysis in recorded.study.analyses_of(BeforeAfter)
        if analysis.gains is not None
    ]
    rows_of: dict[str, Callable[[_GainsPart], Iterator[Any]]] = {
        "gains": _GainsPart.gain_rows,
        "gains_by_unit": _GainsPart.unit_rows,
        "gain_variance": _GainsPart.variance_rows,
        "growth_without": _GainsPart.growth_rows,
        "targeting": _GainsPart.targeting_rows,
    }
    tables = {
        name: table_of_rows(name, [row for part in parts for row in rows(part)])
        for name, rows in rows_of.items()
    }
    return DescriptionTables(
        tables,
        tuple(line for part in parts for line in part.excluded()),
        tuple(line for part in parts for line in part.inconsistent()),
    )


@dataclass(frozen=True)
class _GainsPart:
    """One analysis with the data of its sample."""

    study: Study
    analysis: BeforeAfter
    asked: Gains
    units: pd.DataFrame
    outcomes: pd.DataFrame

    @cached_property
    def arms(self) -> Arms:
        adoption = self.study.samples[self.analysis.sample].first_treated
        return arms_over_time(
            self.analysis, self.units, adoption=adoption, order=self.study.declared_waves
        )

    @cached_property
    def records(self) -> pd.DataFrame:
        """Variables and outcomes, one row a unit and wave, by its identifier."""
        known = [name for name in self.outcomes if name not in self.units]
        table = self.units.merge(self.outcomes[["unit_id", *known]], on="unit_id")
        refuse_several_currencies(table, None, where=f"analysis {self.analysis.name}")
        return table.set_index("unit_id")

    @cached_property
    def before(self) -> pd.DataFrame:
        """Variables and outcomes in the last wave before, one row a unit of the arms."""
        rows = self.arms.rows[:, self.arms.n_before - 1]
        ordered: pd.DataFrame = self.records.loc[rows.tolist()].reset_index()
        return ordered

    @cached_property
    def kept(self) -> KeptVariables:
        """What a unit does not change."""
        asked = self.asked
        named = [*asked.by, *filter(None, [asked.within])]
        if asked.targeting:
            amounts = [own for own in asked.targeting.amounts if own not in self.analysis.outcomes]
            named += [asked.targeting.place, asked.targeting.index, *amounts]
        waves = self.arms.rows[:, self.arms.n_before :].T
        after = {
            name: pd.DataFrame(
                {
                    wave: self.records[name].reindex(rows).to_numpy()
                    for wave, rows in enumerate(waves)
                }
            )
            for name in dict.fromkeys(named)
        }
        return KeptVariables(self.before, after)

    def excluded(self) -> Iterator[ExcludedRecords]:
        """Yield the units without a gain, and those of which nobody knows where they are."""
        name, labels = self.analysis.name, covariate_labels(self.study)
        known = np.zeros(len(self.arms.ids), dtype=bool)
        for outcome in self.analysis.outcomes:
            lacking = ~self.gained[outcome].is_known
            reason = f"'{outcome}' is missing before or after"
            yield ExcludedRecords.among(
                self.before, lacking, reason, analysis=name, about=outcome, column=outcome
            )
            known |= ~lacking
        shown = dict.fromkeys([*self.asked.by, *filter(None, [self.asked.within])])
        yield from without_level(self.kept.described[known], shown, labels, analysis=name)
        asked = self.asked.targeting
        if asked is None:
            return
        placed = self.kept.described[asked.place].notna()
        for column, records in (
            (asked.place, self.kept.described),
            *((amount, self.kept.described[placed]) for amount in asked.amounts),
        ):
            lacking = records[column].isna().to_numpy()
            withheld = set_to_missing(records, column)
            for which, reason in (
                (lacking & ~withheld, f"'{column}' is missing"),
                (withheld, set_to_missing_reason(column)),
            ):
                yield ExcludedRecords.among(
                    records, which, reason, analysis=name, about="targeting", column=column
                )

    def inconsistent(self) -> Iterator[InconsistentRecords]:
        """Yield units that a wave lacks, and what changes between the waves and should not."""
        everyone = self.units.drop_duplicates("id", ignore_index=True)
        lost = ~everyone["id"].isin(self.arms.ids).to_numpy(bool)
        yield InconsistentRecords.among(
            everyone,
            lost,
            "not observed in every wave, and so without a gain",
            analysis=self.analysis.name,
            column="wave",
        )
        rules = self.kept.contradictions()
        yield from used_all_the_same(self.before, rules, analysis=self.analysis.name)

    @cached_property
    def gained(self) -> dict[str, Gained]:
        """What each unit had before and after, by outcome."""
        return {outcome: self._gained(outcome) for outcome in self.analysis.outcomes}

    def _gained(self, outcome: str) -> Gained:
        values = self.outcomes.set_index("unit_id")[outcome]
        flat = values.reindex(self.arms.rows.ravel()).to_numpy(float)
        by_wave = flat.reshape(self.arms.rows.shape)
        first, last = by_wave[:, : self.arms.n_before], by_wave[:, self.arms.n_before :]
        return Gained(first.mean(axis=1), last.mean(axis=1), self.arms.groups)

    def gain_rows(self) -> Iterator[GainRow]:
        """Yield a row a measure of each outcome, of all units and of each level."""
        for outcome, gained in self.gained.items():
            for by, level, inside in self._levels(gained.is_known):
                own = _among(gained, inside)
                without = int((~own.has_ratio).sum())
                for measure, ends in gain_measures(own):
                    yield GainRow(
                        analysis=self.analysis.name,
                        outcome=outcome,
                        unit=self.study.outcomes[outcome].unit,
                        by=by,
                        level=level,
                        measure=measure.name,
                        estimate=measure.estimate,
                        **asdict(ends),
                        reason=measure.reason,
                        n_units=len(own.before),
                        n_without_base=without if measure.name in RECONCILED[1:] else 0,
                        synthetic=self.study.synthetic,
                    )

    def _levels(self, known: NDArray[np.bool_]) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
        order = labels_in_order(self.study)
        if known.any():
            yield "", "", known
        for by in self.asked.by:
            values = level_texts(self.kept.described[by]).to_numpy(object)
            for level in levels_in_order(self.kept.described.loc[known, by], order):
                yield by, level, known & (values == level)

    def unit_rows(self) -> Iterator[UnitGainRow]:
        """Yield a row a unit and outcome, those without a gain with the reason."""
        within = self.asked.within
        unit_ids = self.arms.ids.astype("str")
        levels = (
            level_texts(self.kept.described[within]).fillna("") if within else [""] * len(unit_ids)
        )
        for outcome, gained in self.gained.items():
            known, changes = gained.is_known, gained.after - gained.before
            for unit, level, ratio, change, usable in zip(
                unit_ids, levels, gained.ratios, changes, known, strict=True
            ):
                lacks = "nothing above zero before" if usable else "missing"
                yield UnitGainRow(
                    analysis=self.analysis.name,
                    outcome=outcome,
                    unit=self.study.outcomes[outcome].unit,
                    unit_id=str(unit),
                    level=str(level),
                    ratio=float(ratio),
                    change=float(change),
                    reason="" if np.isfinite(ratio) else lacks,
                    n_units=int(known.sum()),
                    synthetic=self.study.synthetic,
                )

    def variance_rows(self) -> Iterator[VarianceRow]:
        """Yield how much of the variance of gains lies between the levels of a variable, if asked."""
        if self.asked.within is None:
            return
        for outcome, gained in self.gained.items():
            yield self._variance_row(self.asked.within, outcome, gained)

    def _variance_row(self, within: str, outcome: str, gained: Gained) -> VarianceRow:
        usable = gained.is_known & gained.has_ratio & self.kept.described[within].notna().to_numpy()
        ratios, levels = gained.ratios[usable], self.kept.described[within].to_numpy(object)[usable]
        blank = VarianceRow(
            analysis=self.analysis.name,
            outcome=outcome,
            unit=self.study.outcomes[outcome].unit,
            within=within,
            n_levels=len(set(levels)),
            n_units=int(usable.sum()),
            synthetic=self.study.synthetic,
        )
        if not ratios.size or not np.ptp(ratios) > 0:
            return replace(blank, reason="gains do not differ")
        try:
            components = variance_components(ratios, levels.astype(str), np.empty((len(ratios), 0)))
        except DesignError as problem:
            return replace(blank, reason=str(problem))
        return replace(
            blank,
            between=components.group,
            inside=components.unit,
            share_between=components.icc,
            conf_low=components.conf_low,
            conf_high=components.conf_high,
        )

    def growth_rows(self) -> Iterator[GrowthRow]:
        """Yield the growth without the programme at which each average gain and each effect agree."""
        for row in self.gain_rows():
            if row.by or row.measure not in RECONCILED:
                continue
            for effect in self.asked.effects:
                yield GrowthRow(
                    analysis=row.analysis,
                    outcome=row.outcome,
                    unit=row.unit,
                    effect=effect.name,
                    label=effect.label,
                    percent=float(effect.percent),
                    gain=row.estimate,
                    estimate=growth_without(row.estimate, effect),
                    conf_low=growth_without(row.conf_low, effect),
                    conf_high=growth_without(row.conf_high, effect),
                    measure=row.measure,
                    n_units=row.n_units,
                    n_clusters=row.n_clusters,
                    synthetic=row.synthetic,
                )

    def _n_of(self, measure: str, table: pd.DataFrame) -> int:
        """Count the units of a share: of an amount, those of which it is known."""
        amounts = self.asked.targeting.amounts if self.asked.targeting else []
        return int(table[measure].notna().sum()) if measure in amounts else len(table)

    def targeting_rows(self) -> Iterator[TargetingRow]:
        """Yield the rows on where the units are."""
        asked = self.asked.targeting
        if asked is None:
            return
        table = self.kept.described[self.kept.described[asked.place].notna()]
        for measure, ends in targeting_measures(asked, table, f"analysis {self.analysis.name}"):
            yield TargetingRow(
                analysis=self.analysis.name,
                place=asked.place,
                measure=measure.name,
                estimate=measure.estimate,
                **asdict(ends),
                reason=measure.reason,
                n_units=self._n_of(measure.name, table),
                synthetic=self.study.synthetic,
            )


def growth_without(gain: float, effect: ComparedEffect) -> float:
    """Growth without the programme at which a gain before and after and an effect agree.

    Parameters
    ----------
    gain : float
        As a fraction of what was before.
    effect : ComparedEffect
        In percent of what would have been without the programme.

    Returns
    -------
    float
        As a fraction: (1 + gain) / (1 + effect) - 1.
    """
    return (1 + gain) / (1 + float(effect.percent) / 100) - 1


def _among(gained: Gained, inside: NDArray[np.bool_]) -> Gained:
    return Gained(gained.before[inside], gained.after[inside], gained.groups[inside])
