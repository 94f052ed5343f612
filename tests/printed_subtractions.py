"""Subtractions that the printed numbers of a study allow, and the few units whose mean they tell.

Nothing of the package is used: this is what somebody does who has the published files. Means of an arm are
collected as they are printed, and as effect and base, effect and percent, or effect and e-value give them.
Two of nearly the same units tell the mean of those between them.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import NamedTuple

FEWEST = 10
# Strategies that give all their controls one weight, so that the mean of these is a plain one.
PLAIN = ("difference", "unweighted", "two_by_two", "nn1_pairs", "nn1_without_replacement")

Row = Mapping[str, str]
MeanOf = tuple[str, ...]


class PrintedMean(NamedTuple):
    """A plain mean that is printed, or follows from printed numbers, of so many units."""

    of: MeanOf
    units: float
    mean: float
    table: str


def printed_tables(folder: Path) -> dict[str, list[Row]]:
    """Return the rows of every table as CSV in a folder of exhibits, and findings as rows of effects."""
    tables: dict[str, list[Row]] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    document = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    effects: dict[str, dict[str, str]] = defaultdict(dict)
    for key, finding in document["findings"].items():
        spec_id, _, measure = key.rpartition("/")
        effects[spec_id][measure] = str(finding["value"])
    ratios = {
        row["spec_id"]: row["e_value"]
        for rows in tables.values()
        for row in rows
        if row.get("e_value")
    }
    cited = [
        {"spec_id": spec_id, "e_value": ratios.get(spec_id, ""), **values}
        for spec_id, values in effects.items()
        if "::" not in spec_id
    ]
    return {**tables, "findings": [row for row in cited if "n_treated" in row]}


def told_by_subtraction(tables: Mapping[str, list[Row]]) -> list[str]:
    """Return what tables tell of fewer than ten units, a sentence each.

    Parameters
    ----------
    tables : mapping of str to list of mapping
        Rows by table, as `printed_tables` returns them.
    """
    means = [fact for name, rows in tables.items() for row in rows for fact in _means(name, row)]
    means += [
        fact
        for name, rows in tables.items()
        for row in rows
        for fact in _other_arm(name, row, means)
    ]
    return [*_near(means), *_rests(tables), *_small_counts(tables)]


def _means(table: str, row: Row) -> Iterator[PrintedMean]:
    for arm in ("treated", "control"):
        if "variable" in row and f"mean_{arm}" in row:
            mean, units = row[f"mean_{arm}"], row[f"n_{arm}"]
            yield from _mean((row["variable"], arm), units, _number(mean), table)
    if _number(row.get("estimate")) is None or row.get("against"):
        return
    for value in _treated_means(row):
        yield from _mean((*_about(row), "treated"), row.get("n_treated"), value, table)
    if row.get("spec_id", "").split("/")[1:2] and row["spec_id"].split("/")[1] in PLAIN:
        for value in _control_means(row):
            yield from _mean((*_about(row), "control"), row.get("n_control"), value, table)


def _about(row: Row) -> MeanOf:
    outcome = row.get("outcome") or row.get("spec_id", "").rpartition("/")[2]
    level = row.get("level", "")
    return (outcome, row["subgroup"], level) if level and row.get("subgroup") else (outcome,)


def _treated_means(row: Row) -> Iterator[float | None]:
    """Yield the mean of the treated as it is printed, and as effect and base, or ratios, give it."""
    effect = float(row["estimate"])
    yield _number(row.get("treated_mean"))
    for base in ("counterfactual_mean", "control_mean"):
        yield _sum(_number(row.get(base)), effect)
    for percent in ("percent", "percent_control"):
        yield _sum(_base(effect, _number(row.get(percent))), effect)
    for ratio in _risk_ratios(_number(row.get("e_value"))):
        yield effect / (1 - 1 / ratio)


def _control_means(row: Row) -> Iterator[float | None]:
    effect = float(row["estimate"])
    yield _number(row.get("control_mean"))
    yield _sum(_number(row.get("treated_mean")), -effect)
    yield _base(effect, _number(row.get("percent_control")))


def _base(effect: float, percent: float | None) -> float | None:
    return 100 * effect / percent if percent else None


def _sum(base: float | None, effect: float) -> float | None:
    return None if base is None else base + effect


def _risk_ratios(e_value: float | None) -> Iterator[float]:
    if e_value is not None and e_value > 1:
        ratio = e_value**2 / (2 * e_value - 1)
        yield from (ratio, 1 / ratio)


def _other_arm(table: str, row: Row, means: Iterable[PrintedMean]) -> Iterator[PrintedMean]:
    """Yield means of one arm from an effect that is a plain difference and the other arm's mean elsewhere."""
    spec_id = row.get("spec_id", "").split("/")
    if len(spec_id) < 3 or spec_id[1] not in PLAIN or not _number(row.get("estimate")):
        return
    about, effect = _about(row), float(row["estimate"])
    for arm, other, sign in (("treated", "control", 1), ("control", "treated", -1)):
        for fact in means:
            if fact.of == (*about, other) and fact.units == _number(row.get(f"n_{other}")):
                value = fact.mean + sign * effect
                yield from _mean((*about, arm), row.get(f"n_{arm}"), value, table)


def _mean(of: MeanOf, units: str | None, mean: float | None, table: str) -> Iterator[PrintedMean]:
    size = _number(units)
    if size is not None and mean is not None:
        yield PrintedMean(of, size, mean, table)


def _near(means: Iterable[PrintedMean]) -> Iterator[str]:
    """Yield means of nearly the same units."""
    families: dict[MeanOf, dict[float, str]] = defaultdict(dict)
    for fact in means:
        families[fact.of].setdefault(fact.units, fact.table)
    for of, tables in sorted(families.items()):
        for fewer, more in pairwise(sorted(tables)):
            if more - fewer < FEWEST:
                yield (
                    f"{' '.join(of)}: {more:g} units in {tables[more]} and {fewer:g} in {tables[fewer]} "
                    f"tell the mean of {more - fewer:g}"
                )


def _rests(tables: Mapping[str, list[Row]]) -> Iterator[str]:
    """Yield what is left when means of levels are taken from the mean of everyone, in any strategy."""
    everyone: dict[MeanOf, set[float]] = defaultdict(set)
    for rows in tables.values():
        for row in rows:
            if row.get("spec_id", "").count("/") == 2 and not row.get("subgroup"):
                sizes = [fact.units for fact in _means("", row) if fact.of[-1] == "treated"]
                everyone[row["spec_id"].partition("/")[0], _about(row)[0]] |= set(sizes)
    for name, rows in tables.items():
        levels: dict[MeanOf, list[float]] = defaultdict(list)
        for row in rows:
            shown = (
                any(value is not None for value in _treated_means(row)) if _level(row) else False
            )
            if shown and _number(row.get("n_treated")) is not None:
                levels[row["spec_id"], row["subgroup"], _about(row)[0]].append(
                    float(row["n_treated"])
                )
        for (spec_id, subgroup, outcome), sizes in levels.items():
            for total in sorted(everyone[spec_id.partition("/")[0], outcome]):
                if 0 < abs(total - sum(sizes)) < FEWEST:
                    yield f"{name}: {spec_id} by {subgroup} leaves few of {total:g} units"


def _level(row: Row) -> bool:
    known = row.get("subgroup") and row.get("level") and not row.get("against")
    return bool(known) and _number(row.get("estimate")) is not None


_COUNTS = ("n_treated", "n_control", "n_treated_matched", "n_control_matched", "n_units")


def _small_counts(tables: Mapping[str, list[Row]]) -> Iterator[str]:
    for name, rows in tables.items():
        for row in rows:
            for column in _COUNTS:
                count = _number(row.get(column))
                if count is not None and 0 < count < FEWEST and _number(row.get("estimate")):
                    yield f"{name}: an effect on {count:g} units ({row.get('spec_id', row.get('row'))})"


# Columns that say which rows are about the same thing, and those that count units of it.
_SAME = ("panel", "analysis", "account", "scenario", "part", "state", "time")
_SIZES = ("n_units", "units")
_COUNTED = ("above_record", "negative_record", "above", "lost", "n_ended", "ended")


def told_of_levels(tables: Mapping[str, list[Row]]) -> list[str]:
    """Return small levels, and counts of one or two units, that printed rows of all units and of levels tell.

    Parameters
    ----------
    tables : mapping of str to list of mapping
        Rows with ``by`` (empty: all units) and ``level``, of studies whose small counts are not public.
    """
    facts = []
    for name, rows in tables.items():
        own = [row for row in rows if "by" in row and "level" in row]
        facts += [
            f"{name}: {column} of {row['by']} {row['level']} is one or two"
            for row in own
            for column in _COUNTED
            for size in _SIZES
            if _is_one_or_two(row, column, size)
        ]
        for column, fewest in [(size, FEWEST) for size in _SIZES] + [(own, 3) for own in _COUNTED]:
            facts += [f"{name}: {column}: {fact}" for fact in _left(own, column, fewest)]
    return facts


def _is_one_or_two(row: Row, column: str, size: str) -> bool:
    count, total = _number(row.get(column)), _number(row.get(size))
    return count is not None and total is not None and {count, total - count} & {1, 2} != set()


def _left(rows: Iterable[Row], column: str, fewest: int) -> Iterator[str]:
    """Yield what is left of all units when the levels that are shown are taken from them."""
    totals: dict[MeanOf, float] = {}
    levels: dict[MeanOf, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        value, key = _number(row.get(column)), tuple(row.get(name, "") for name in _SAME)
        if value is not None and row["by"]:
            levels[key][row["by"]].append(value)
        elif value is not None:
            totals[key] = value
    for key, total in totals.items():
        for by, shown in levels[key].items():
            if 0 < total - sum(shown) < fewest:
                yield f"{total - sum(shown):g} are left of {by} in {' '.join(filter(None, key))}"


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and -inf < value < inf else None
