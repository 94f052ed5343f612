"""Numbers on subgroups, parts and associations that a report may cite."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.subgroup_order import FamilyOrder, family_order, level_key, rank_values
from ruralimpact.exhibits.subgroup_words import subgroup_rows
from ruralimpact.exhibits.tables import subgroups
from ruralimpact.exhibits.tables.impact import percent_reason

Number = tuple[str, float, str, int]
_PERCENT = "percent of the counterfactual"
_EFFECT = ("estimate", "std_error", "conf_low", "conf_high")


def detail_numbers(results: StudyResults) -> list[Number]:
    """List identifier, printed value, unit and decimals of each number.

    Parameters
    ----------
    results : StudyResults

    Returns
    -------
    list of tuple
        Missing and suppressed numbers are excluded. Identifiers are ``<spec_id>::<subgroup>=<level>/...``,
        ``<spec_id>::<subgroup>/equality_p_value``, ``<spec_id>::<part>/...`` (with ``:<product>``), and
        ``association/<analysis>/<association>/<outcome>/<variable>/...``. Levels have no blanks there.
        Where a table ranks the levels: ``.../rank``, with its range, and of the family
        ``published_order`` (percent of draws) and ``published_ratio``.
    """
    numbers: list[Number] = []
    for record in results["subgroups"].to_dict("records"):
        numbers += _subgroup(results, record)
    numbers += _orders(results)
    for record in results["decomposition"].to_dict("records"):
        product = f":{record['product']}" if record["product"] else ""
        numbers += _effect(results, record, f"{record['spec_id']}::{record['part']}{product}")
    for record in results["associations"].to_dict("records"):
        position = f"{record['analysis']}/{record['association']}/{record['outcome']}"
        if record["kind"] == "coefficient":
            numbers += _effect(results, record, f"association/{position}/{record['variable']}")
    return [entry for entry in numbers if pd.notna(entry[1])]


def _subgroup(results: StudyResults, record: Mapping[Any, Any]) -> list[Number]:
    key = f"{record['spec_id']}::{record['subgroup']}"
    if record["kind"] == "equality":
        return [(f"{key}/equality_p_value", record["p_value"], "", 3)]
    against = f"-{_plain(record['against'])}" if record["against"] else ""
    ends = f"{key}={_plain(record['level'])}{against}"
    numbers = _effect(results, record, ends)
    if record["kind"] == "level" and not percent_reason(record):
        names = ("percent", "percent_low", "percent_high")
        numbers += [(f"{ends}/{name}", record[name], _PERCENT, 0) for name in names]
    return numbers


def _orders(results: StudyResults) -> list[Number]:
    """Ranks, and how often published orders come out, of every table that ranks levels."""
    numbers: list[Number] = []
    for exhibit in subgroups.KIND.entries(results.study):
        if exhibit.order is None:
            continue
        frame = subgroup_rows(results, exhibit)
        for (spec, name), family in frame.groupby(["spec_id", "subgroup"], sort=False):
            order = family_order(results, family, exhibit)
            if order is not None:
                numbers += _order(order, f"{spec}::{name}")
    return numbers


def _order(order: FamilyOrder, key: str) -> list[Number]:
    numbers: list[Number] = [
        (f"{key}/published_order", 100 * order.ranking.kept, "percent of draws", 0)
    ]
    if order.published_ratio is not None:
        ratios = {"": "ratio", "_low": "ratio_low", "_high": "ratio_high"}
        numbers += [
            (f"{key}/published_ratio{end}", getattr(order.ranking, name), "times", 1)
            for end, name in ratios.items()
        ]
    for level in order.levels:
        values = rank_values(order, level)
        position = f"{key}={_plain(level)}"
        names = ("rank", "rank_low", "rank_high")
        numbers += [(f"{position}/{name}", float(values[name] or 0), "rank", 0) for name in names]
    return numbers


def _plain(level: str) -> str:
    return level_key(level).replace(" ", "_")


def _effect(results: StudyResults, record: Mapping[Any, Any], key: str) -> list[Number]:
    unit, decimals = record["unit"], results.decimals(record["outcome"])
    factor = formatting.scale(unit)
    numbers = [(f"{key}/{name}", factor * record[name], unit, decimals) for name in _EFFECT]
    return [*numbers, (f"{key}/p_value", record["p_value"], "", 3)]
