"""Attrition of every follow-up that a study declares: who responds, and what it may do to effects."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from ruralimpact.attrition.effect_rows import effect_rows
from ruralimpact.attrition.population import follow_up
from ruralimpact.attrition.response_rows import response_rows
from ruralimpact.attrition.rows import EffectRow, ResponseRow
from ruralimpact.contracts.attrition import STRATEGY
from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows


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
    responses: list[ResponseRow] = []
    effects: list[EffectRow] = []
    known = strategies_by_name(study)
    for entry in study.attrition:
        strategies = {f"{STRATEGY}{name}": known[name] for name in entry.strategies}
        population = follow_up(entry, units, outcomes)
        responses += [
            replace(
                row,
                attrition=entry.name,
                label=entry.label,
                wave=population.wave,
                synthetic=study.synthetic,
            )
            for row in response_rows(entry, population)
        ]
        effects += [
            replace(
                row,
                attrition=entry.name,
                label=entry.label,
                wave=population.wave,
                synthetic=study.synthetic,
                outcome=outcome,
                unit=study.outcomes[outcome].unit,
                change=entry.changes,
            )
            for outcome in entry.outcomes
            for row in effect_rows(entry, population, outcome, strategies)
        ]
    return {
        "attrition": table_of_rows("attrition", responses),
        "attrition_bounds": table_of_rows("attrition_bounds", effects),
    }
