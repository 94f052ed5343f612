"""Few units that tables of descriptions would tell by subtraction: totals less the parts that are shown."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cash_flow_records import many, study_with
from exhibit_entries import entry
from study_models import study_of
from test_exhibits_gains import results_of as gains_of
from test_exhibits_returns import ASKED as RETURNS
from test_exhibits_survival import results_of as survival_of
from test_survival import ASKED as LASTING

from ruralimpact.contracts.complements import FEWEST_UNITS
from ruralimpact.description.records import RecordedStudy, exclusions_of
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.model import Table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.gains import gains_tables
from ruralimpact.exhibits.tables.responses import responses_tables
from ruralimpact.exhibits.tables.returns_by_level import returns_by_level_table
from ruralimpact.exhibits.tables.scenario_crossings import scenario_crossings_table
from ruralimpact.exhibits.tables.survival import survival_tables
from ruralimpact.responses.study import responses_study
from ruralimpact.returns.study import returns_study, returns_uncertainty

Sizes = tuple[int, int, int]
LEVELS = ("a", "b", "c")
# Small beside large, small beside just enough, two small, none small, one nearly all.
SIZES: list[Sizes] = [(9, 30, 12), (9, 10, 11), (4, 5, 40), (12, 13, 14), (1, 40, 10), (3, 9, 30)]


def levels_of(sizes: Sizes) -> list[str]:
    return [level for level, size in zip(LEVELS, sizes, strict=True) for _ in range(size)]


def of_gains(sizes: Sizes) -> list[Table]:
    return list(gains_tables(gains_of(*sizes), entry("gains", analyses=["gains"])))[:1]


def of_survival(sizes: Sizes) -> list[Table]:
    place = np.arange(sum(sizes))
    ids = [f"u{number:02d}" for number in place]
    records = pd.DataFrame(
        {"unit_id": ids, "id": ids, "group": ids, "begun": 2000.0, "seen": 2005.0}
    )
    ended = place % 3 == 0
    records["left"] = np.where(ended, 2002.0, np.nan)
    records["how"] = np.where(ended, "new", None)
    records["came"] = 1.0
    records["region"] = levels_of(sizes)
    asked = {**LASTING, "label": "Buyer", "ends": {"new": "New"}, "by": ["region"]}
    study = study_of(
        analyses=[{**asked, "answered": "came"}], samples={"all": {}}, unit_label="alliances"
    )
    results = survival_of(study, ({"all": records}, {"all": records[["unit_id"]]}))
    return list(survival_tables(results, entry("survival", analyses=["buyer"])))


def of_returns(sizes: Sizes) -> list[Table]:
    units, outcomes = many(sum(sizes))
    levels = dict(zip(sorted(units["id"].unique()), levels_of(sizes), strict=True))
    frames = {"flows": units.assign(product=units["id"].map(levels))}, {"flows": outcomes}
    by_product = {"by": "product", "factors": {"a": 0.7, "b": 0.9, "c": 1.1}}
    prices = {"name": "prices", "label": "Prices", "lines": ["sales"], **by_product}
    recorded = RecordedStudy(study_with(**{**RETURNS, "scenarios": [prices]}), *frames)
    made = returns_study(recorded)
    tables = {
        **made.tables,
        **returns_uncertainty(recorded, seed=1),
        "exclusions": exclusions_of(made.excluded),
    }
    results = StudyResults(recorded.study, suppressed_tables(tables), quality={})
    return [
        *scenario_crossings_table(results, entry("scenario_crossings", analyses=["efa"])),
        *returns_by_level_table(results, entry("returns_by_level", analyses=["efa"])),
    ]


def of_responses(sizes: Sizes) -> list[Table]:
    ids = [f"u{place:02d}" for place in range(sum(sizes))]
    records = pd.DataFrame({"unit_id": ids, "id": ids, "group": ids, "region": levels_of(sizes)})
    records["buyer"] = [("same", "new", "same")[place % 3] for place in range(len(ids))]
    answers = {"same": "Same", "new": "New"}
    buyer = {"name": "buyer", "label": "Buyer", "variable": "buyer", "answers": answers}
    asked = {"name": "asked", "label": "Asked", "sample": "all", "method": "responses"}
    study = study_of(
        analyses=[{**asked, "by": ["region"], "questions": [buyer]}], samples={"all": {}}
    )
    made = responses_study(RecordedStudy(study, {"all": records}, {"all": records[["unit_id"]]}))
    tables = {**made.tables, "exclusions": exclusions_of(made.excluded)}
    results = StudyResults(study, suppressed_tables(tables), quality={})
    return list(responses_tables(results, entry("responses", analyses=["asked"])))


def totals_and_parts(table: Table) -> Iterator[tuple[float, list[float]]]:
    """Yield each number of units that is printed of all, with those of the levels that it is made of."""
    of_all: dict[tuple[Any, ...], float] = {}
    parts: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    for record in (row.record for row in table.rows if row.record):
        for name, level, value in counts(record):
            other = {"by", "level", "n_units", *(key for key in record if key.startswith("units"))}
            of = tuple(str(record[key]) for key in KEYS if key in record and key not in other)
            if level:
                parts[(name, *of)].append(number(value))
            else:
                of_all[(name, *of)] = number(value)
    for key, own in parts.items():
        yield of_all.get(key, math.nan), own


KEYS = ("analysis", "outcome", "account", "scenario", "state", "answer")


def counts(record: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield what counts units in a row of a CSV file: of what, of which level, and the count."""
    for name, value in record.items():
        if name == "n_units" or name.startswith("units"):
            yield name, str(record.get("level", "")), value
        elif name == "count" or name.startswith("count_"):
            yield "count", name.removeprefix("count").removeprefix("_"), value


def number(value: Any) -> float:
    """Return a count as it is printed; what is coarse or hidden is not known."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def left_over(tables: Iterable[Table]) -> Iterator[float]:
    """Yield what is left of a total when the parts shown are taken away, where others are hidden."""
    for table in tables:
        for total, parts in totals_and_parts(table):
            shown = [part for part in parts if not math.isnan(part)]
            if len(shown) < len(parts) and not math.isnan(total):
                yield total - sum(shown)


@pytest.mark.parametrize("tables_of", [of_gains, of_survival, of_returns, of_responses])
def test_no_total_less_the_parts_shown_tells_a_few_units(tables_of: Any) -> None:
    tried = 0
    for sizes in SIZES:
        tables = tables_of(sizes)
        for rest in left_over(tables):
            assert rest == 0 or rest >= FEWEST_UNITS, (sizes, rest)
            tried += 1
        shown = [part for table in tables for _, parts in totals_and_parts(table) for part in parts]
        assert shown
        assert not [part for part in shown if 0 < part < FEWEST_UNITS], sizes
    assert tried, "nothing is hidden, so nothing is tried"
