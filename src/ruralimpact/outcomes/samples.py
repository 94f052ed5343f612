"""Analysis samples: units without outcomes, outcomes apart, and who was excluded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ruralimpact.errors import ConfigError, DataError, NoGroupError
from ruralimpact.exclusions import ExclusionRow
from ruralimpact.outcomes.build import build
from ruralimpact.outcomes.covariates import covariates_before, treatments, unit_variables
from ruralimpact.outcomes.excluded_arms import Exclusion, by_arm, left
from ruralimpact.outcomes.known_arms import of_known_arm
from ruralimpact.outcomes.noted_rows import NotedRows, lacking, taken_further
from ruralimpact.outcomes.observed_codes import ObservedCodes
from ruralimpact.outcomes.pool import pool
from ruralimpact.outcomes.prices import at_study_prices
from ruralimpact.outcomes.repeated_waves import refuse_repeated_waves
from ruralimpact.outcomes.set_missing import marks
from ruralimpact.outcomes.two_periods import DRAWN, two_periods
from ruralimpact.outcomes.unit_ids import in_waves
from ruralimpact.outcomes.waves import (
    CONTAMINATION_COLUMNS,
    adoption,
    carried_over,
    refuse_changes,
    restricted,
    with_baseline,
)
from ruralimpact.schema import sample as spec
from ruralimpact.schema.construction import Construction, OfAllUnits, OfRows
from ruralimpact.schema.definitions import AnyOutcome
from ruralimpact.schema.study import Study
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import Entry, entries_of, parse_codebook
from ruralimpact.survey.similar import refuse_near, refuse_two_ways
from ruralimpact.tables import table_of_rows

_KEYS = ("unit_id", "group", "id", "wave", *DRAWN)


@dataclass(frozen=True)
class AnalysisSample:
    """One analysis sample.

    Attributes
    ----------
    units : DataFrame
        ``unit_id`` (str, unique, sorted), ``group`` (str), ``id``, ``wave`` where there is one,
        ``sampling_weight`` and ``sampling_stratum`` where they are declared, then covariates,
        treatments and wave variables. No outcome. Treatments are 0, 1 or NaN.
    outcomes : DataFrame
        ``unit_id`` and one float column an outcome, rows as in `units`.
    exclusions : DataFrame
        Contract ``exclusions``: rows excluded from the sample (scope: sample), and values that one built
        variable has no definition for (scope: sample/variable).
    contamination : DataFrame
        `CONTAMINATION_COLUMNS`: by wave, how many controls are controls no more; empty for a sample
        that does not say when treatment began.
    excluded_arms : DataFrame
        See `excluded_arms.by_arm`.
    noted : tuple of NotedRows
        What a check tells of single rows: those that lack what the sample needs.
    """

    units: pd.DataFrame
    outcomes: pd.DataFrame
    exclusions: pd.DataFrame
    contamination: pd.DataFrame
    excluded_arms: pd.DataFrame
    noted: tuple[NotedRows, ...] = ()


def build_sample(
    name: str,
    surveys: Mapping[str, pd.DataFrame],
    study: Study,
    *,
    samples: dict[str, AnalysisSample] | None = None,
) -> AnalysisSample:
    """Build one sample of a study.

    Parameters
    ----------
    name : str
        Key of ``samples:``.
    surveys : mapping of str to DataFrame
        Survey tables by source.
    study : Study
        Or a round of it, with ``references``, see `ruralimpact.config.waves.rounds_of`.
    samples : dict of str to Sample, optional
        Samples built so far, of which those referred to are taken, and to which new ones are added.

    Returns
    -------
    AnalysisSample
        One row a row of the sample's sources; for a sample with ``two_periods`` one row a unit.
        ``unit_id`` is the identifier, or "identifier:wave" where the sources hold several waves.

    Raises
    ------
    DataError
        The same unit occurs twice, no row has a group, or a unit changes its group, its arm or the time
        at which its treatment began between waves; controls that are controls no more (`waves.adoption`).
    ConfigError
        See `build.build`; also an unknown source, group or covariate.
    """
    known = {} if samples is None else samples
    if name not in known:
        known[name] = _construct_sample(name, surveys, study, known)
    return known[name]


def _construct_sample(
    name: str,
    surveys: Mapping[str, pd.DataFrame],
    study: Study,
    known: dict[str, AnalysisSample],
) -> AnalysisSample:
    asked = {**study.references, **study.samples}[name]
    entries = parse_codebook(
        study.codebook, dict.fromkeys([*surveys, *(source.name for source in study.sources)])
    )
    several = {source.name for source in study.sources if source.item is not None}
    refuse_repeated_waves(surveys, study, asked, entries, within=f"sample {name}")
    priced = {
        source: _at_study_prices(source, table, entries, study) for source, table in surveys.items()
    }
    rows = {source: priced[source] for source in priced if source in several}
    pooled = pool(name, asked, priced, entries, several)
    for source, table in rows.items():
        refuse_near(
            table["id"].set_axis(table["id"]),
            pooled["id"],
            where=f"the sample, and belongs to the source '{source}'",
            column="id",
            within=f"sample {name}",
        )
    outcomes = _outcomes(name, asked, study)
    alone = study.variables.values() if len(study.samples) == 1 else ()
    _refuse_rows_of_others(name, [*alone, *outcomes.values()], rows, pooled)
    construct = partial(
        build,
        pooled,
        variables=study.variables,
        outcomes=outcomes,
        entries=entries,
        rows=rows,
        prices=study.prices,
        observed=ObservedCodes(surveys, _as_written(study, entries)),
    )
    try:
        construction = construct()
        compared = of_known_arm(construction.table, treatments(study), asked.group)
        definitions = (*study.variables.values(), *outcomes.values())
        if not compared.all() and any(isinstance(own, OfAllUnits) for own in definitions):
            construction = construct(among=compared)
    except DataError as error:
        raise error.inside(f"sample {name}") from None
    table = construction.table.assign(unit_id=_unit_ids(construction.table))
    _refuse_two_ways(name, asked, table, study)
    excluded = [
        _exclusion(f"{name}/{undefined.column}", undefined.reason, undefined.rows, len(table))
        for undefined in construction.undefined
    ]
    excluded += [
        _exclusion(f"{name}/{source}", "rows of no unit of the sample", count, len(rows[source]))
        for source, count in _strays(rows, pooled["id"]).items()
    ]
    others = {
        sample: build_sample(sample, surveys, study, samples=known).units
        for sample in asked.referred
    }
    selected, unselected, contamination, lost = _selected(name, asked, table, others, study)
    excluded += [_exclusion(name, *counted) for counted in unselected]
    arms = by_arm(name, lost, treatments(study))
    noted = (*taken_further(table, study), *lacking(lost))
    if asked.two_periods is not None:
        change = two_periods(selected, asked.two_periods, list(outcomes), sample=name)
        excluded += [_exclusion(name, *counted) for counted in change.excluded]
        # Rows that left before were those of a wave; the losses of units are these.
        arms = by_arm(name, change.lost, [asked.two_periods.treatment])
        return AnalysisSample(
            change.units,
            change.outcomes,
            table_of_rows("exclusions", excluded),
            contamination,
            arms,
            noted,
        )
    selected = selected.sort_values("unit_id", kind="stable", ignore_index=True)
    keys = [key for key in _KEYS if key in selected]
    named = [variable for variable in study.described.get(name, ()) if variable not in outcomes]
    shown = dict.fromkeys([*unit_variables(study), *named])
    units = selected[[*keys, *(variable for variable in shown if variable in selected)]]
    described = [variable for variable in study.described.get(name, ()) if variable in selected]
    units = units.assign(**marks(selected, described, {**study.variables, **outcomes}))
    values = selected[["unit_id", *outcomes]]
    exclusions = table_of_rows("exclusions", excluded)
    return AnalysisSample(units, values, exclusions, contamination, arms, noted)


def _as_written(study: Study, entries: Sequence[Entry]) -> set[str]:
    """Return variables of raw columns whose values differ as they are written."""
    return {
        entry.variable
        for source in study.sources
        for entry in entries_of(entries, source.name)
        if entry.raw_name in source.as_written
    }


def _at_study_prices(
    name: str, table: pd.DataFrame, entries: Sequence[Entry], study: Study
) -> pd.DataFrame:
    source = next(declared for declared in study.sources if declared.name == name)
    amounts = [entry.variable for entry in entries_of(entries, name) if entry.type == "money"]
    return at_study_prices(table, source, amounts, study.prices)


def _outcomes(name: str, asked: spec.Sample, study: Study) -> dict[str, AnyOutcome]:
    """Return the outcomes of a sample, with those that they are made from, in the study's order."""
    wanted = list(asked.outcomes or study.outcomes)
    for outcome in wanted:
        if outcome not in study.outcomes:
            problem = f"there is no outcome '{outcome}'. {nearest(outcome, study.outcomes)}"
            raise ConfigError(problem, key=f"samples.{name}.outcomes")
        used = study.outcomes[outcome].inputs
        wanted += [
            outcome for outcome in study.outcomes if outcome in used and outcome not in wanted
        ]
    return {outcome: study.outcomes[outcome] for outcome in study.outcomes if outcome in wanted}


def _selected(
    name: str,
    asked: spec.Sample,
    table: pd.DataFrame,
    others: Mapping[str, pd.DataFrame],
    study: Study,
) -> tuple[pd.DataFrame, list[tuple[str, int, int]], pd.DataFrame, list[Exclusion]]:
    """Give rows their group and baseline, and exclude who is not compared: counted, by reason."""
    excluded: list[tuple[str, int, int]] = []
    lost: list[Exclusion] = []
    contamination = pd.DataFrame(columns=list(CONTAMINATION_COLUMNS))
    column = asked.group or "id"
    for other in asked.referred:
        refuse_near(
            table["id"].set_axis(table["id"]),
            others[other]["id"],
            where=f"the sample '{other}'",
            column="id",
            within=f"sample {name}",
        )
    if asked.baseline is not None:
        before = others[asked.baseline]
        arms = [asked.arm] if asked.arm is not None else []
        if column != "id" and column in table:  # as the baseline has it
            table = table.assign(**{column: table[column].astype("str")})
        whole = table
        table, unselected = with_baseline(
            whole,
            before.assign(**{} if column == "id" else {column: before["group"]}),
            variables=[*unit_variables(study), column],
            covariates=covariates_before(study),
            fixed=[column, *arms],
            sample=name,
            named=asked.baseline,
        )
        excluded += unselected
        lost += left(whole, table, unselected)
    if asked.restrict_to is not None:
        ids = others[asked.restrict_to]["id"]
        whole = table
        table, unselected = restricted(whole, ids, asked.restrict_to)
        excluded += unselected
        lost += left(whole, table, unselected)
    table = table.assign(group=_groups(name, column, table))
    known = table["group"].notna()
    if not known.all():
        excluded.append((f"the group '{column}' is missing", int((~known).sum()), len(table)))
        lost.append(Exclusion(excluded[-1][0], table[~known], column))
        table = table[known].reset_index(drop=True)
    whole = table
    table, unselected = _drawn(name, asked, whole)
    excluded += unselected
    lost += [
        replace(exclusion, lacking=asked.strata) for exclusion in left(whole, table, unselected)
    ]
    _refuse_changes(name, asked, table)
    table = carried_over(table, [column for column in (asked.arm, asked.first_treated) if column])
    if asked.arm is not None and asked.first_treated is not None:
        adopted = adoption(
            table,
            arm=asked.arm,
            first_treated=asked.first_treated,
            handling=asked.contaminated,
            sample=name,
        )
        excluded += adopted.excluded
        lost += [Exclusion(reason, table[hit]) for reason, hit in adopted.rows.items()]
        table, contamination = table[adopted.kept].reset_index(drop=True), adopted.counts
    return table, excluded, contamination, lost


def _drawn(
    name: str, asked: spec.Sample, table: pd.DataFrame
) -> tuple[pd.DataFrame, list[tuple[str, int, int]]]:
    """Give rows their sampling weight and stratum; rows without a stratum are excluded and counted."""
    for option, columns in (("weight", asked.weight or ()), ("strata", (asked.strata,))):
        for column in columns:
            if column is not None and column not in table:
                problem = f"there is no variable '{column}'. {nearest(column, table.columns)}"
                raise ConfigError(problem, key=f"samples.{name}.{option}")
    if asked.weight is not None:
        weights = table[list(asked.weight)].astype(float).prod(axis=1, skipna=False)
        table = table.assign(sampling_weight=weights)
    if asked.strata is None:
        return table, []
    strata = table[asked.strata]
    known = strata.notna()
    counted = (f"the sampling stratum '{asked.strata}' is missing", int((~known).sum()), len(table))
    table = table.assign(sampling_stratum=strata.astype("str"))[known].reset_index(drop=True)
    return table, [] if known.all() else [counted]


def _refuse_changes(name: str, asked: spec.Sample, table: pd.DataFrame) -> None:
    """Refuse units that change what must stay over the waves of a sample."""
    fixed = {"group": "the group"}
    fixed |= {asked.arm: "the arm"} if asked.arm is not None else {}
    if asked.first_treated is not None:
        fixed |= {asked.first_treated: "the time at which treatment began"}
    refuse_changes(table, fixed, name)


def _refuse_two_ways(name: str, asked: spec.Sample, table: pd.DataFrame, study: Study) -> None:
    """Refuse units or groups of several sources that differ only in the way of writing."""
    distinct = {column for source in study.sources for column in source.as_written}
    group = asked.group or "id"
    raw_names = {row.raw_name for row in study.codebook if row.variable == group}
    ids = {
        column
        for source in study.sources
        for column in ([source.id] if isinstance(source.id, str) else source.id)
    }
    for column, written, what in (("id", ids, "identifiers"), (group, raw_names, "groups")):
        if column in table and not written & distinct and not is_numeric_dtype(table[column]):
            named = table.set_index("unit_id")[column]
            refuse_two_ways(named, what=what, column=column, within=f"sample {name}")


def _strays(rows: Mapping[str, pd.DataFrame], ids: pd.Series) -> dict[str, int]:
    """Count the rows of each source whose unit is not in the sample, where there are any."""
    counts = {source: int((~table["id"].isin(ids)).sum()) for source, table in rows.items()}
    return {source: count for source, count in counts.items() if count}


def _refuse_rows_of_others(
    name: str,
    definitions: Iterable[Construction],
    rows: Mapping[str, pd.DataFrame],
    pooled: pd.DataFrame,
) -> None:
    """Refuse a source with several rows a unit that something is built of, if it has none of any unit."""
    used = {own.rows for own in definitions if isinstance(own, OfRows)}
    for source, ids in ((name, table["id"]) for name, table in rows.items() if name in used):
        if not ids.isin(pooled["id"]).any():
            raise DataError(
                f"none of the {len(ids):,} rows of the source '{source}' belongs to a unit of the sample: "
                "the identifiers of the two never meet.",
                within=f"sample {name}",
                column="id",
                hint="Look at `id` of both sources: it must be the one of the unit in each.",
            )


def _unit_ids(table: pd.DataFrame) -> pd.Series:
    """Return the identifier of each row: with the wave, where the sample has several."""
    if "wave" in table and len(set(table["wave"])) > 1:
        return in_waves(table["id"], table["wave"])
    return pd.Series(table["id"])


def _groups(name: str, column: str, table: pd.DataFrame) -> pd.Series:
    if column not in table:
        problem = f"there is no variable '{column}'. {nearest(column, table.columns)}"
        raise ConfigError(problem, key=f"samples.{name}.group")
    if len(table) and table[column].isna().all():
        units = _unit_ids(table).tolist()
        raise NoGroupError(
            "no row has a group.", within=f"sample {name}", column=column, units=units
        )
    return pd.Series(table[column].astype("str"))


def _exclusion(scope: str, reason: str, rows: int, rows_before: int) -> ExclusionRow:
    return ExclusionRow("construct", scope, reason, rows, rows_before)
