"""Numbers on subgroups, parts and associations that a report may cite."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.results import StudyResults

Number = tuple[str, float, str, int]
_EFFECT = ("estimate", "std_error", "conf_low", "conf_high")


def detail_numbers(results: StudyResults) -> list[Number]:
    """List identifier, printed value, unit and decimals of each number.

    Parameters
    ----------
    results : StudyResults

    Returns
    -------
    list of tuple
        Missing and suppressed numbers are left out. Identifiers are ``<spec_id>::<subgroup>=<level>/...``,
        ``<spec_id>::<subgroup>/equality_p_value``, ``<spec_id>::<part>/...`` (with ``:<product>``), and
        ``association/<analysis>/<association>/<outcome>/<variable>/...``.
    """
    found: list[Number] = []
    for record in results.subgroups.to_dict("records"):
        found += _subgroup(results, record)
    for record in _shown(results).to_dict("records"):
        product = f":{record['product']}" if record["product"] else ""
        found += _effect(results, record, f"{record['spec_id']}::{record['part']}{product}")
    for record in results.associations.to_dict("records"):
        place = f"{record['analysis']}/{record['association']}/{record['outcome']}"
        if record["kind"] == "coefficient":
            found += _effect(results, record, f"association/{place}/{record['variable']}")
    return [entry for entry in found if pd.notna(entry[1])]


def _subgroup(results: StudyResults, record: Mapping[Any, Any]) -> list[Number]:
    key = f"{record['spec_id']}::{record['subgroup']}"
    if record["kind"] == "equality":
        return [(f"{key}/equality_p_value", record["p_value"], "", 3)]
    ends = f"={record['level']}" + (f"-{record['against']}" if record["against"] else "")
    return _effect(results, record, f"{key}{ends}")


def _effect(results: StudyResults, record: Mapping[Any, Any], key: str) -> list[Number]:
    unit, decimals = record["unit"], results.decimals(record["outcome"])
    factor = formatting.scale(unit)
    numbers = [(f"{key}/{name}", factor * record[name], unit, decimals) for name in _EFFECT]
    return [*numbers, (f"{key}/p_value", record["p_value"], "", 3)]


def _shown(results: StudyResults) -> pd.DataFrame:
    hidden = results.estimates.loc[results.estimates["suppressed"], "spec_id"]
    return results.decomposition[~results.decomposition["spec_id"].isin(hidden)]
