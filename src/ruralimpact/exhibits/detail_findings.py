"""Numbers on subgroups, parts and associations that a report may cite."""

from collections.abc import Iterator, Mapping
from typing import Any

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.citable_numbers import CitableNumber
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.subgroup_order import FamilyOrder, family_order, level_key, rank_values
from ruralimpact.exhibits.subgroup_words import subgroup_rows
from ruralimpact.exhibits.tables import subgroups
from ruralimpact.exhibits.tables.impact import percent_reason

_PERCENT = "percent of the counterfactual"
_EFFECT = ("estimate", "std_error", "conf_low", "conf_high")


def detail_numbers(results: StudyResults) -> Iterator[CitableNumber]:
    """List the numbers on levels, parts and associations.

    Yields
    ------
    CitableNumber
        Identifiers are ``<spec_id>::<subgroup>=<level>/...``,
        ``<spec_id>::<subgroup>/equality_p_value``, ``<spec_id>::<part>/...`` (with ``:<product>``), and
        ``association/<analysis>/<association>/<outcome>/<variable>/...``. Levels have no blanks there.
        Where a table ranks the levels: ``.../rank``, with its range, and of the family
        ``published_order`` (percent of draws) and ``published_ratio``.
    """
    for record in results["subgroups"].to_dict("records"):
        yield from _subgroup(results, record)
    yield from _orders(results)
    for record in results["decomposition"].to_dict("records"):
        product = f":{record['product']}" if record["product"] else ""
        yield from _effect(results, record, f"{record['spec_id']}::{record['part']}{product}")
    for record in results["associations"].to_dict("records"):
        position = f"{record['analysis']}/{record['association']}/{record['outcome']}"
        if record["kind"] == "coefficient":
            yield from _effect(results, record, f"association/{position}/{record['variable']}")


def _subgroup(results: StudyResults, record: Mapping[Any, Any]) -> Iterator[CitableNumber]:
    key = f"{record['spec_id']}::{record['subgroup']}"
    if record["kind"] == "equality":
        yield CitableNumber(f"{key}/equality_p_value", record["p_value"], "", 3)
        return
    against = f"-{_plain(record['against'])}" if record["against"] else ""
    ends = f"{key}={_plain(record['level'])}{against}"
    yield from _effect(results, record, ends)
    if record["kind"] == "level" and not percent_reason(record):
        for name in ("percent", "percent_low", "percent_high"):
            yield CitableNumber(f"{ends}/{name}", record[name], _PERCENT, 0)


def _orders(results: StudyResults) -> Iterator[CitableNumber]:
    """Ranks, and how often published orders come out, of every table that ranks levels."""
    for exhibit in subgroups.KIND.entries(results.study):
        if exhibit.order is None:
            continue
        frame = subgroup_rows(results, exhibit)
        for (spec, name), family in frame.groupby(["spec_id", "subgroup"], sort=False):
            order = family_order(results, family, exhibit)
            if order is not None:
                yield from _order(order, f"{spec}::{name}")


def _order(order: FamilyOrder, key: str) -> Iterator[CitableNumber]:
    kept = 100 * order.ranking.kept
    yield CitableNumber(f"{key}/published_order", kept, "percent of draws", 0)
    for end in ("", "_low", "_high") if order.published_ratio is not None else ():
        ratio = getattr(order.ranking, f"ratio{end}")
        yield CitableNumber(f"{key}/published_ratio{end}", ratio, "times", 1)
    for level in order.levels:
        values = rank_values(order, level)
        position = f"{key}={_plain(level)}"
        for name in ("rank", "rank_low", "rank_high"):
            yield CitableNumber(f"{position}/{name}", float(values[name] or 0), "rank", 0)


def _plain(level: str) -> str:
    return level_key(level).replace(" ", "_")


def _effect(results: StudyResults, record: Mapping[Any, Any], key: str) -> Iterator[CitableNumber]:
    unit, decimals = record["unit"], results.decimals(record["outcome"])
    factor = formatting.scale(unit)
    for name in _EFFECT:
        yield CitableNumber(f"{key}/{name}", factor * record[name], unit, decimals)
    yield CitableNumber(f"{key}/p_value", record["p_value"], "", 3)
