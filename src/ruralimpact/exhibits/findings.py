"""Every number that a report may cite, under an identifier that stays the same between runs."""

import math
from collections.abc import Mapping
from itertools import chain
from typing import Any

from ruralimpact.exhibits import effective_groups, formatting
from ruralimpact.exhibits.answer.further_numbers import answer_numbers
from ruralimpact.exhibits.detail_findings import detail_numbers
from ruralimpact.exhibits.document import Finding
from ruralimpact.exhibits.gains_rows import gains_numbers
from ruralimpact.exhibits.model import Value
from ruralimpact.exhibits.over_time_findings import over_time_numbers
from ruralimpact.exhibits.portfolio_findings import portfolio_numbers
from ruralimpact.exhibits.responses_rows import responses_numbers
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_findings import returns_numbers
from ruralimpact.exhibits.survival_rows import survival_numbers
from ruralimpact.exhibits.tables import benchmark, impact

_EFFECTS = (
    *("estimate", "std_error", "conf_low", "conf_high"),
    *("treated_mean", "control_mean", "counterfactual_mean"),
)
_PERCENTS = ("percent", "percent_low", "percent_high")
_COUNTS = ("n_treated", "n_control", "n_clusters", "dropped")


def findings(results: StudyResults) -> dict[str, Finding]:
    """Collect the numbers of a study.

    Returns
    -------
    dict of str to Finding
        By identifier, such as ``"<analysis>/<strategy>/<outcome>/estimate"``, spaces as underscores. Missing
        and suppressed numbers have none.
    """
    numbers: dict[str, Finding] = {}
    for record in results["estimates"].to_dict("records"):
        numbers |= _estimate_findings(results, record)
    numbers |= _benchmark_findings(results)
    for record in results["designs"][~results["designs"]["suppressed"]].to_dict("records"):
        key = f"balance/{record['analysis']}/{record['strategy']}"
        numbers |= _finding(f"{key}/max_abs_smd", record["max_abs_smd"], "standard deviations", 2)
        numbers |= _finding(f"{key}/dropped", record["n_dropped"], results.study.unit_label, 0)
    lists = (
        detail_numbers,
        over_time_numbers,
        portfolio_numbers,
        returns_numbers,
        survival_numbers,
        gains_numbers,
        responses_numbers,
        answer_numbers,
    )
    for key, value, unit, decimals in chain.from_iterable(list_of(results) for list_of in lists):
        numbers |= _finding(key, value, unit, decimals)
    for name, report in results.quality.items():
        numbers |= _finding(f"sample/{name}/rows_read", report.rows_read, "rows", 0)
    return numbers


def _finding(key: str, value: Value, unit: str, decimals: int) -> dict[str, Finding]:
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return {}
    plain = int(value) if isinstance(value, int) else float(value)
    identifier = key.replace(" ", "_")
    is_test = identifier.endswith("p_value")
    text = formatting.p_value(plain) if is_test else formatting.number(value, decimals)
    return {identifier: Finding(value=plain, unit=unit, text=text)}


def _estimate_findings(results: StudyResults, record: Mapping[Any, Any]) -> dict[str, Finding]:
    values = impact.printed_values(record)
    key, unit, decimals = record["spec_id"], record["unit"], results.decimals(record["outcome"])
    numbers: dict[str, Finding] = {}
    for name in _EFFECTS:
        numbers |= _finding(f"{key}/{name}", values[name], unit, decimals)
    alone = record["method"] == "before_after"
    base = (
        "percent of the mean before, not attributable" if alone else "percent of the counterfactual"
    )
    for name in _PERCENTS:
        numbers |= _finding(f"{key}/{name}", values[name], base, 0)
    for name in (f"percent_control{end}" for end in ("", "_low", "_high")):
        numbers |= _finding(f"{key}/{name}", values[name], "percent of the matched control mean", 0)
    for name in _COUNTS:
        numbers |= _finding(f"{key}/{name}", values[name], "", 0)
    for name in effective_groups.NAMES:
        decimals = effective_groups.decimals(record[name])
        numbers |= _finding(f"{key}/{name}", values[name], "", decimals)
    return numbers | _finding(f"{key}/p_value", values["p_value"], "", 3)


def _benchmark_findings(results: StudyResults) -> dict[str, Finding]:
    numbers: dict[str, Finding] = {}
    for exhibit in benchmark.KIND.entries(results.study):
        for analysis in exhibit.analyses:
            for outcome in results.outcomes_of([analysis]):
                unit, decimals = results.unit(outcome), results.decimals(outcome)
                factor = formatting.scale(unit)
                for gap in benchmark.differences(results, exhibit.benchmark, analysis, outcome):
                    key = f"benchmark/{gap.spec_id}"
                    numbers |= _finding(f"{key}/difference", factor * gap.estimate, unit, decimals)
                    numbers |= _finding(f"{key}/std_error", factor * gap.std_error, unit, decimals)
                    numbers |= _finding(f"{key}/p_value", gap.p_value, "", 3)
    return numbers
