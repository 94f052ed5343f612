"""Gains of every analysis before and after of a study that asks for them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.records import DescriptionTables, ExcludedRecords
from ruralimpact.difference.arms import Arms, arms_over_time
from ruralimpact.errors import DesignError
from ruralimpact.gains.measures import Gained, gain_measures
from ruralimpact.gains.targeting import targeting_measures
from ruralimpact.power.variance_components import variance_components
from ruralimpact.returns.measures import Interval, Measure
from ruralimpact.schema.analysis import BeforeAfter
from ruralimpact.schema.gains import ComparedEffect, Gains
from ruralimpact.schema.study import Study
from ruralimpact.tables import empty_table

FloatArray = NDArray[np.float64]
Rows = list[dict[str, Any]]
Frames = Mapping[str, pd.DataFrame]

TABLES = ("gains", "gains_by_unit", "gain_variance", "growth_without", "targeting")
RECONCILED = ("ratio_of_totals", "mean_of_ratios", "median_of_ratios")


def gains_study(study: Study, units: Frames, outcomes: Frames) -> DescriptionTables:
    """Sum up gains before and after.

    Parameters
    ----------
    study : Study
    units, outcomes : mapping of str to DataFrame
        By sample.

    Returns
    -------
    DescriptionTables
        Contracts ``gains``, ``gains_by_unit``, ``gain_variance``, ``growth_without`` and ``targeting``.

    Raises
    ------
    DataError, DesignError
        See `ruralimpact.difference.arms.arms_over_time` and `ruralimpact.gains.targeting`.
    """
    rows: dict[str, Rows] = {name: [] for name in TABLES}
    excluded: list[ExcludedRecords] = []
    for analysis in study.analyses:
        if not isinstance(analysis, BeforeAfter) or analysis.gains is None:
            continue
        part = _GainsPart(
            study, analysis, analysis.gains, units[analysis.sample], outcomes[analysis.sample]
        )
        excluded += part.excluded()
        for table, row in part.rows():
            rows[table].append({**row, "synthetic": study.synthetic})
    tables = {
        name: pd.DataFrame(listed) if listed else empty_table(name) for name, listed in rows.items()
    }
    return DescriptionTables(tables, tuple(excluded))


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
    def before(self) -> pd.DataFrame:
        """Variables and outcomes in the last wave before, one row a unit of the arms."""
        known = [name for name in self.outcomes if name not in self.units]
        whole = self.units.merge(self.outcomes[["unit_id", *known]], on="unit_id")
        rows = self.arms.rows[:, self.arms.n_before - 1]
        ordered: pd.DataFrame = whole.set_index("unit_id").loc[rows.tolist()].reset_index()
        return ordered

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the rows of every table, with its name."""
        for outcome in self.analysis.outcomes:
            yield from self._of_outcome(outcome)
        for row in self._targeting():
            yield "targeting", row

    def excluded(self) -> Iterator[ExcludedRecords]:
        """Yield the units without a gain, and those of which nobody knows where they are."""
        name, total = self.analysis.name, len(self.arms.ids)
        for outcome in self.analysis.outcomes:
            gained = self._gained(outcome)
            missing = total - int(gained.is_known.sum())
            yield ExcludedRecords(name, outcome, "missing before or after", missing, total)
        asked = self.asked.targeting
        if asked is not None:
            missing = int(self.before[asked.place].isna().sum())
            yield ExcludedRecords(name, "targeting", f"'{asked.place}' is missing", missing, total)

    def _gained(self, outcome: str) -> Gained:
        values = self.outcomes.set_index("unit_id")[outcome]
        flat = values.reindex(self.arms.rows.ravel()).to_numpy(float)
        by_wave = flat.reshape(self.arms.rows.shape)
        first, last = by_wave[:, : self.arms.n_before], by_wave[:, self.arms.n_before :]
        return Gained(first.mean(axis=1), last.mean(axis=1), self.arms.groups)

    def _of_outcome(self, outcome: str) -> Iterator[tuple[str, dict[str, Any]]]:
        gained = self._gained(outcome)
        known = gained.is_known
        keys = {
            "analysis": self.analysis.name,
            "outcome": outcome,
            "unit": self.study.outcomes[outcome].unit,
        }
        for by, level, inside in self._levels(known):
            for row in _gain_rows(_among(gained, inside)):
                yield "gains", {**keys, "by": by, "level": level, **row}
                if not by:
                    yield from self._reconciled(keys, row)
        yield from self._by_unit(keys, gained, known)
        if self.asked.within is not None:
            variance = self._variance(self.asked.within, gained, known)
            yield "gain_variance", {**keys, "within": self.asked.within, **variance}

    def _levels(self, known: NDArray[np.bool_]) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
        if known.any():
            yield "", "", known
        for by in self.asked.by:
            values = self.before[by].astype("str").where(self.before[by].notna()).to_numpy(object)
            for level in sorted(set(values[known & pd.notna(values)])):
                yield by, str(level), known & (values == level)

    def _by_unit(
        self, keys: Mapping[str, str], gained: Gained, known: NDArray[np.bool_]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        within = self.asked.within
        levels = self.before[within].astype("str") if within else [""] * len(known)
        unit_ids = self.arms.ids.astype("str")
        for unit, level, ratio, change, usable in zip(
            unit_ids, levels, gained.ratios, gained.after - gained.before, known, strict=True
        ):
            why = "" if np.isfinite(ratio) else "nothing above zero before" if usable else "missing"
            yield (
                "gains_by_unit",
                {
                    **keys,
                    "unit_id": str(unit),
                    "level": str(level),
                    "ratio": float(ratio),
                    "change": float(change),
                    "reason": why,
                    "n_units": int(known.sum()),
                },
            )

    def _variance(self, within: str, gained: Gained, known: NDArray[np.bool_]) -> dict[str, Any]:
        """Share of the variance of gains that lies between the levels of a variable."""
        usable = known & gained.has_ratio & self.before[within].notna().to_numpy()
        ratios, levels = gained.ratios[usable], self.before[within].to_numpy(object)[usable]
        counts = {"n_levels": len(set(levels)), "n_units": int(usable.sum())}
        blank = dict.fromkeys(
            ("between", "inside", "share_between", "conf_low", "conf_high"), np.nan
        )
        if not ratios.size or not np.ptp(ratios) > 0:
            return {**blank, **counts, "reason": "gains do not differ"}
        try:
            components = variance_components(ratios, levels.astype(str), np.empty((len(ratios), 0)))
        except DesignError as problem:
            return {**blank, **counts, "reason": str(problem)}
        return {
            "between": components.group,
            "inside": components.unit,
            "share_between": components.icc,
            "conf_low": components.conf_low,
            "conf_high": components.conf_high,
            **counts,
            "reason": "",
        }

    def _reconciled(
        self, keys: Mapping[str, str], row: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the growth without the programme at which a gain and an effect agree."""
        if row["measure"] not in RECONCILED:
            return
        for effect in self.asked.effects:
            ends = {name: growth_without(row[name], effect) for name in _ENDS}
            kept = {name: row[name] for name in ("measure", "n_units", "n_clusters")}
            named = {"effect": effect.name, "label": effect.label, "percent": float(effect.percent)}
            yield "growth_without", {**keys, **named, "gain": row["estimate"], **ends, **kept}

    def _targeting(self) -> Iterator[dict[str, Any]]:
        """Yield the rows on where the units are."""
        asked = self.asked.targeting
        if asked is None:
            return
        table = self.before[self.before[asked.place].notna()]
        where = f"analysis {self.analysis.name}"
        for measure, ends in targeting_measures(asked, table, where):
            yield {
                "analysis": self.analysis.name,
                "place": asked.place,
                **_measured(measure, ends),
                "n_units": len(table),
            }


_ENDS = ("estimate", "conf_low", "conf_high")


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


def _gain_rows(gained: Gained) -> Iterator[dict[str, Any]]:
    for measure, ends in gain_measures(gained):
        lacking = int((~gained.has_ratio).sum()) if measure.name in RECONCILED[1:] else 0
        yield {
            **_measured(measure, ends),
            "n_units": len(gained.before),
            "n_without_base": lacking,
        }


def _measured(measure: Measure, ends: Interval) -> dict[str, Any]:
    return {
        "measure": measure.name,
        "estimate": measure.estimate,
        **asdict(ends),
        "reason": measure.reason,
    }
