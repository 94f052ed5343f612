"""Attrition of every follow-up that a study declares: who responds, and what it may do to effects."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.attrition.effect_rows import effect_rows
from ruralimpact.attrition.population import follow_up
from ruralimpact.attrition.response_rows import response_rows
from ruralimpact.contracts.attrition import STRATEGY
from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.schema.study import Study
from ruralimpact.tables import empty_table


def attrition_study(
    study: Study,
    units: Mapping[str, pd.DataFrame],
    outcomes: Mapping[str, pd.DataFrame],
) -> dict[str, pd.DataFrame]:
    """Account for the units that a later wave did not find.

    Parameters
    ----------
    study : Study
    units, outcomes : mapping of str to DataFrame
        By sample; those that the entries name.

    Returns
    -------
    dict of str to DataFrame
        ``attrition`` and ``attrition_bounds``, under the contracts of these names.

    Raises
    ------
    DataError, ConfigError
        See `population.follow_up`.
    """
    responses: list[dict[str, Any]] = []
    effects: list[dict[str, Any]] = []
    known = strategies_by_name(study)
    for entry in study.attrition:
        strategies = {f"{STRATEGY}{name}": known[name] for name in entry.strategies}
        population = follow_up(entry, units, outcomes)
        common = {
            "attrition": entry.name,
            "label": entry.label,
            "wave": population.wave,
            "synthetic": study.synthetic,
        }
        responses += [{**common, **row} for row in response_rows(entry, population)]
        for outcome in entry.outcomes:
            named = {
                "outcome": outcome,
                "unit": study.outcomes[outcome].unit,
                "change": entry.changes,
            }
            effects += [
                {**common, **named, **row}
                for row in effect_rows(entry, population, outcome, strategies)
            ]
    return {
        "attrition": _frame(responses, "attrition"),
        "attrition_bounds": _frame(effects, "attrition_bounds"),
    }


def _frame(rows: list[dict[str, Any]], name: str) -> pd.DataFrame:
    return pd.DataFrame(rows) if rows else empty_table(name)
