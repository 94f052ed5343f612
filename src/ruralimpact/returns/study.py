"""Every analysis of rates of return of a study."""

import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.contradictions import used_all_the_same
from ruralimpact.description.levels import labels_in_order, level_texts, levels_in_order
from ruralimpact.description.records import (
    DescriptionTables,
    ExcludedRecords,
    InconsistentRecords,
    RecordedStudy,
    without_level,
)
from ruralimpact.design.study import covariate_labels
from ruralimpact.errors import DataError
from ruralimpact.returns.accounts import (
    AccountFlows,
    account_flows,
    affected_units,
    scenario_factors,
)
from ruralimpact.returns.cash_flow import payback, present_values
from ruralimpact.returns.contradictions import earned_by_nobody, gains_first
from ruralimpact.returns.measures import interval, measures, revenue_measures
from ruralimpact.returns.register import CashRegister, cash_register
from ruralimpact.returns.rows import CrossingRow, DriverRow, ReturnRow, UnitReturnRow
from ruralimpact.returns.uncertainty import driver_returns, simulated
from ruralimpact.schema.rate_of_return import Account, RateOfReturn, Scenario
from ruralimpact.schema.study import Study
from ruralimpact.tables import empty_table, table_of_rows

RECORD = "record"
"""The scenario in which nothing changes."""


@dataclass(frozen=True)
class _ReturnsPart:
    """One analysis with the data of its sample."""

    study: Study
    analysis: RateOfReturn
    units: pd.DataFrame
    outcomes: pd.DataFrame
    chosen: NDArray[np.bool_] | None = None

    @cached_property
    def register(self) -> CashRegister:
        register = cash_register(self.analysis, self.units, self.outcomes)
        if self.chosen is not None:
            register = register.among(self.chosen)
        if not len(register.units):
            counts = register.excluded["reason"].value_counts()
            reasons = "; ".join(f"{reason} ({count:,})" for reason, count in counts.items())
            problem = f"no unit has a cash flow that can be used: {reasons}."
            raise DataError(problem, within=f"analysis {self.analysis.name}")
        return register

    def varied(self) -> Self:
        """Return the part with the units of which every variable that a factor goes by is known."""
        named = [entry.by for entry in self.analysis.scenarios]
        named += [entry.by for entry in self.analysis.drivers]
        going_by = sorted({name for name in named if name is not None})
        known = self.register.units[going_by].notna().all(axis=1).to_numpy()
        return self if known.all() else replace(self, chosen=known)

    @property
    def money(self) -> str:
        """Unit of the amounts."""
        return self.study.outcomes[self.analysis.outcomes[0]].unit

    def rows(
        self, account: Account, scenario: str, flows: AccountFlows, by: str, level: str
    ) -> Iterator[ReturnRow]:
        """Yield a row a measure, of all units or of one level of a variable."""
        inside = self.inside(by, level)
        own = AccountFlows(flows.investment[inside], flows.benefits[inside], flows.costs[inside])
        last = self.register.recorded[inside]
        members = self.register.units["members"].to_numpy(float)[inside]
        groups = self.register.units["group"].to_numpy(object)[inside]
        listed = [
            *measures(own, float(self.analysis.discount_rate)),
            *revenue_measures(own.benefits, last, members),
        ]
        for measure in listed:
            yield ReturnRow(
                analysis=self.analysis.name,
                account=account.name,
                scenario=scenario,
                by=by,
                level=level,
                measure=measure.name,
                unit=measure.unit or self.money,
                estimate=measure.estimate,
                **asdict(interval(measure, groups)),
                reason=measure.reason,
                n_units=int(inside.sum()),
                synthetic=self.study.synthetic,
            )

    def inside(self, by: str, level: str) -> NDArray[np.bool_]:
        """Which units have a level of a variable; all where none is named."""
        if not by:
            return np.ones(len(self.register.units), dtype=bool)
        return np.asarray(level_texts(self.register.units[by]) == level)

    def excluded(self) -> Iterator[ExcludedRecords]:
        """Yield how many units have no cash flow, by reason."""
        name, without, kept = self.analysis.name, self.register.excluded, self.register.units
        for reason in sorted(without["reason"].unique()):
            which = (without["reason"] == reason).to_numpy()
            total = len(kept) + len(without)
            line = str(without.loc[which, "column"].iloc[0]) or None
            yield ExcludedRecords.among(
                without, which, str(reason), analysis=name, of=total, column=line
            )
        labels = covariate_labels(self.study)
        yield from without_level(kept, self.analysis.by, labels, analysis=name)
        if self.analysis.members is not None:
            lacking = kept["members"].isna().to_numpy()
            reason = f"'{self.analysis.members}' is missing"
            about, column = "members", self.analysis.members
            yield ExcludedRecords.among(
                kept, lacking, reason, analysis=name, about=about, column=column
            )

    def unit_rows(self, account: Account, flows: AccountFlows) -> Iterator[UnitReturnRow]:
        """Yield a row a unit, those without a flow with the reason."""
        values = present_values(flows.net, float(self.analysis.discount_rate))
        named = zip(self.register.units["id"], flows.rates(), strict=True)
        for position, (unit, rate) in enumerate(named):
            yield replace(
                self._unit_row(account, unit, rate.reason),
                irr=rate.rate,
                roots=rate.roots,
                npv=float(values[position]),
                payback=payback(flows.net[position]),
            )
        for unit, reason in self.register.excluded[["id", "reason"]].itertuples(index=False):
            yield self._unit_row(account, unit, reason)

    def _unit_row(self, account: Account, unit: object, reason: str) -> UnitReturnRow:
        return UnitReturnRow(
            analysis=self.analysis.name,
            account=account.name,
            unit_id=str(unit),
            reason=reason,
            n_units=len(self.register.units),
            synthetic=self.study.synthetic,
        )

    def driver_rows(self, account: Account) -> Iterator[DriverRow]:
        """Yield a row a value of each driver."""
        for driver in driver_returns(self.analysis, account, self.register):
            yield DriverRow(
                analysis=self.analysis.name,
                account=account.name,
                **asdict(driver),
                unit=self.money,
                n_units=len(self.register.units),
                synthetic=self.study.synthetic,
            )


def _parts(recorded: RecordedStudy) -> Iterator[_ReturnsPart]:
    for analysis in recorded.study.analyses_of(RateOfReturn):
        data = recorded.units[analysis.sample], recorded.outcomes[analysis.sample]
        yield _ReturnsPart(recorded.study, analysis, *data)


def returns_study(recorded: RecordedStudy) -> DescriptionTables:
    """Estimate what the investments of a study returned.

    Parameters
    ----------
    recorded : RecordedStudy

    Returns
    -------
    DescriptionTables

    Raises
    ------
    DataError
        See `ruralimpact.returns.register.cash_register`; also a sample no unit of which can be used.
    """
    rows: list[ReturnRow] = []
    by_unit: list[UnitReturnRow] = []
    excluded: list[ExcludedRecords] = []
    inconsistent: list[InconsistentRecords] = []
    order = labels_in_order(recorded.study)
    for part in _parts(recorded):
        excluded += part.excluded()
        rules = list(earned_by_nobody(part.analysis, part.register))
        for account in part.analysis.accounts:
            flows = account_flows(account, part.register.lines)
            rows += part.rows(account, RECORD, flows, "", "")
            for by in part.analysis.by:
                for level in levels_in_order(part.register.units[by], order):
                    rows += part.rows(account, RECORD, flows, by, level)
            by_unit += part.unit_rows(account, flows)
            rules.append(gains_first(account, flows))
        inconsistent += used_all_the_same(part.register.units, rules, analysis=part.analysis.name)
    tables = {
        "returns": table_of_rows("returns", rows),
        "returns_by_unit": table_of_rows("returns_by_unit", by_unit),
    }
    return DescriptionTables(tables, tuple(excluded), tuple(inconsistent))


def returns_uncertainty(recorded: RecordedStudy, *, seed: int) -> dict[str, pd.DataFrame]:
    """Compute what scenarios, drivers and chance do to the rates of return of a study.

    Parameters
    ----------
    recorded : RecordedStudy
    seed : int
        Of the simulation; each analysis has its own stream.

    Returns
    -------
    dict of str to DataFrame
        Contracts ``returns_scenarios``, ``returns_crossings``, ``returns_drivers`` and ``returns_draws``;
        empty where the study asks for none.
    """
    scenarios: list[ReturnRow] = []
    crossings: list[CrossingRow] = []
    drivers: list[DriverRow] = []
    draws: list[pd.DataFrame] = []
    for part in map(_ReturnsPart.varied, _parts(recorded)):
        ends = {"n_units": len(part.register.units), "synthetic": recorded.study.synthetic}
        for account in part.analysis.accounts:
            of = {"analysis": part.analysis.name, "account": account.name}
            scenarios += _scenario_rows(part, account)
            crossings += _crossing_rows(part, account)
            drivers += part.driver_rows(account)
            if _is_simulated(part.analysis):
                rng = np.random.default_rng([seed, zlib.crc32(part.analysis.name.encode())])
                irr, npv = simulated(part.analysis, account, part.register, rng)
                numbers = {"draw": np.arange(len(irr)), "irr": irr, "npv": npv}
                draws.append(pd.DataFrame({**of, **numbers, "unit": part.money, **ends}))
    return {
        "returns_scenarios": table_of_rows("returns_scenarios", scenarios),
        "returns_crossings": table_of_rows("returns_crossings", crossings),
        "returns_drivers": table_of_rows("returns_drivers", drivers),
        "returns_draws": pd.concat(draws, ignore_index=True)
        if draws
        else empty_table("returns_draws"),
    }


def _is_simulated(analysis: RateOfReturn) -> bool:
    return analysis.delay is not None or any(
        float(driver.variation) > 0 for driver in analysis.drivers
    )


def _scenario_rows(part: _ReturnsPart, account: Account) -> Iterator[ReturnRow]:
    for scenario in part.analysis.scenarios:
        factors = scenario_factors(part.analysis, scenario, part.register)
        flows = account_flows(account, part.register.lines, factors, delay=scenario.delay)
        yield from part.rows(account, scenario.name, flows, "", "")
        if scenario.by is not None:
            for level in map(str, scenario.factors):
                if part.inside(scenario.by, level).any():
                    yield from part.rows(account, scenario.name, flows, scenario.by, level)


def _crossing_rows(part: _ReturnsPart, account: Account) -> Iterator[CrossingRow]:
    """Yield how many of the units that a scenario changes are above the threshold with it and without."""
    rate, lines = float(part.analysis.discount_rate), part.register.lines
    before = present_values(account_flows(account, lines).net, rate)
    groups = part.register.units["group"].to_numpy(object)
    for scenario in part.analysis.scenarios:
        factors = scenario_factors(part.analysis, scenario, part.register)
        after = present_values(
            account_flows(account, lines, factors, delay=scenario.delay).net, rate
        )
        for by, level, inside in _affected(part, scenario):
            yield CrossingRow(
                analysis=part.analysis.name,
                account=account.name,
                scenario=scenario.name,
                by=by,
                level=level,
                n_units=int(inside.sum()),
                n_clusters=len(set(groups[inside])),
                above_record=float((before[inside] > 0).sum()),
                negative_record=float((before[inside] < 0).sum()),
                above=float((after[inside] > 0).sum()),
                lost=float(((before > 0) & (after <= 0))[inside].sum()),
                public_counts=part.analysis.public_counts,
                synthetic=part.study.synthetic,
            )


def _affected(
    part: _ReturnsPart, scenario: Scenario
) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Yield which units a scenario changes: all of them, and those of each level."""
    yield "", "", affected_units(scenario, part.register)
    if scenario.by is not None:
        for level in map(str, scenario.factors):
            inside = part.inside(scenario.by, level)
            if inside.any():
                yield scenario.by, level, inside
