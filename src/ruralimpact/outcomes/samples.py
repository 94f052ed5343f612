"""Analysis samples: units without outcomes, outcomes apart, and who was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.outcomes.build import build
from ruralimpact.outcomes.covariates import unit_variables
from ruralimpact.outcomes.two_periods import two_periods
from ruralimpact.survey.codebook import Entry, parse_codebook
from ruralimpact.survey.suggestions import nearest

EXCLUSION_COLUMNS = ("stage", "scope", "reason", "rows", "rows_before")


@dataclass(frozen=True)
class Sample:
    """One analysis sample.

    Attributes
    ----------
    units : DataFrame
        ``unit_id`` (str, unique, sorted), ``group`` (str), ``id``, ``wave`` where there is one,
        then covariates, treatments and wave variables. No outcome. Treatments are 0, 1 or NaN.
    outcomes : DataFrame
        ``unit_id`` and one float column an outcome, rows as in `units`.
    exclusions : DataFrame
        `EXCLUSION_COLUMNS`: rows left out of the sample (scope: sample), and values that one built
        variable has no definition for (scope: sample/variable).
    """

    units: pd.DataFrame
    outcomes: pd.DataFrame
    exclusions: pd.DataFrame


def build_sample(
    name: str, surveys: Mapping[str, pd.DataFrame], study: Mapping[str, Any]
) -> Sample:
    """Build one sample of a study.

    Parameters
    ----------
    name : str
        Key of ``samples:``.
    surveys : mapping of str to DataFrame
        Survey tables by source.
    study : mapping
        ``sources``, ``codebook``, ``variables``, ``outcomes``, ``samples`` and, where there are any,
        ``prices``, as `ruralimpact.config.load_study` returns them.

    Returns
    -------
    Sample
        One row a row of the sample's sources; for a sample with ``two_periods`` one row a unit.
        ``unit_id`` is the identifier, or "identifier:wave" where the sources hold several waves.

    Raises
    ------
    DataError
        The same unit occurs twice, or has no group.
    ConfigError
        See `build.build`; also an unknown source, group or covariate.
    """
    spec = study["samples"][name]
    entries = parse_codebook(study["codebook"], surveys)
    several = {one["name"] for one in study["sources"] if "item" in one}
    rows = {source: surveys[source] for source in surveys if source in several}
    pooled = _pooled(name, spec, surveys, _described(entries, several))
    built = build(
        pooled,
        variables=study["variables"],
        outcomes=study["outcomes"],
        entries=entries,
        rows=rows,
        prices=study.get("prices"),
    )
    table = built.table.assign(unit_id=_unit_ids(spec, built.table, study))
    _check_unique(table["unit_id"], name)
    table = table.assign(group=_groups(name, spec, table))
    outcomes = list(study["outcomes"])
    excluded = [
        _exclusion(
            f"{name}/{column}", "logarithm of a number that is not positive", count, len(table)
        )
        for column, count in built.undefined.items()
    ]
    excluded += [
        _exclusion(f"{name}/{source}", "rows of no unit of the sample", count, len(rows[source]))
        for source, count in _strays(rows, pooled["id"]).items()
    ]
    if "two_periods" in spec:
        change = two_periods(table, spec["two_periods"], outcomes, sample=name)
        left_out = [_exclusion(name, *counted) for counted in change.excluded]
        return Sample(change.units, change.outcomes, _exclusions([*excluded, *left_out]))
    table = table.sort_values("unit_id", kind="stable", ignore_index=True)
    keys = [key for key in ("unit_id", "group", "id", "wave") if key in table]
    units = table[[*keys, *(one for one in unit_variables(study) if one in table)]]
    return Sample(units, table[["unit_id", *outcomes]], _exclusions(excluded))


def _pooled(
    name: str,
    spec: Mapping[str, Any],
    surveys: Mapping[str, pd.DataFrame],
    entries: Sequence[Entry],
) -> pd.DataFrame:
    """Stack the sources of a sample; a codebook variable that a source lacks is missing there."""
    for source in spec["sources"]:
        if source not in surveys:
            problem = f"there is no source '{source}'. {nearest(source, surveys)}"
            raise ConfigError(problem, key=f"samples.{name}.sources")
    pooled = pd.concat([surveys[source] for source in spec["sources"]], ignore_index=True)
    lacking = {
        entry.variable: pd.Series(
            np.nan, index=pooled.index, dtype=float if entry.is_number else "str"
        )
        for entry in entries
        if entry.variable not in pooled
    }
    return pooled.assign(**lacking)


def _described(entries: Sequence[Entry], several: set[str]) -> list[Entry]:
    """Return the entries that do not describe rows of a source with several a unit."""
    return [entry for entry in entries if entry.source not in several]


def _strays(rows: Mapping[str, pd.DataFrame], ids: pd.Series) -> dict[str, int]:
    """Count the rows of each source whose unit is not in the sample, where there are any."""
    counts = {source: int((~table["id"].isin(ids)).sum()) for source, table in rows.items()}
    return {source: count for source, count in counts.items() if count}


def _unit_ids(spec: Mapping[str, Any], table: pd.DataFrame, study: Mapping[str, Any]) -> pd.Series:
    several = len(spec["sources"]) > 1 or any(
        "wave_variable" in source
        for source in study["sources"]
        if source["name"] in spec["sources"]
    )
    if several and "wave" in table:
        return pd.Series(table["id"] + ":" + table["wave"].astype("str"))
    return pd.Series(table["id"])


def _groups(name: str, spec: Mapping[str, Any], table: pd.DataFrame) -> pd.Series:
    column = spec.get("group", "unit_id")
    if column not in table:
        problem = f"there is no variable '{column}'. {nearest(column, table.columns)}"
        raise ConfigError(problem, key=f"samples.{name}.group")
    missing = table[column].isna()
    if missing.any():
        rows = table.loc[missing, "unit_id"].tolist()
        raise DataError("the group is missing.", file=f"sample {name}", column=column, rows=rows)
    return pd.Series(table[column].astype("str"))


def _check_unique(unit_ids: pd.Series, name: str) -> None:
    repeated = unit_ids[unit_ids.duplicated()]
    if len(repeated):
        raise DataError(
            "the same unit occurs in more than one source.",
            file=f"sample {name}",
            column="unit_id",
            rows=repeated.unique().tolist(),
        )


def _exclusion(scope: str, reason: str, rows: int, rows_before: int) -> dict[str, Any]:
    values = ("construct", scope, reason, rows, rows_before)
    return dict(zip(EXCLUSION_COLUMNS, values, strict=True))


def _exclusions(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(EXCLUSION_COLUMNS))
    words = table[["stage", "scope", "reason"]].astype("str")
    return words.assign(**{name: table[name].astype("int64") for name in ("rows", "rows_before")})
