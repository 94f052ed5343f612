"""Who is excluded from the analyses over time of a study, before any outcome is read."""

from collections.abc import Mapping

import pandas as pd

from ruralimpact.design.records import exclusion_rows
from ruralimpact.difference.arms import Arms, arms_over_time
from ruralimpact.errors import NoComparisonError
from ruralimpact.schema.analysis import AnyOverTime, OverTime
from ruralimpact.schema.study import Study
from ruralimpact.tables import stacked


def arms_of(study: Study, analysis: AnyOverTime, units: pd.DataFrame) -> Arms:
    """Find the arms of an analysis over time of a study.

    Parameters
    ----------
    study : Study
    analysis : OverTime
    units : DataFrame
        Of its sample.

    Raises
    ------
    DataError, DesignError
        See `ruralimpact.difference.arms.arms_over_time`.
    """
    adoption = study.samples[analysis.sample].first_treated
    return arms_over_time(analysis, units, adoption=adoption, order=study.declared_waves)


def exclusions_over_time(study: Study, units: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Who is excluded from analyses over time, and the refusal of those that the data cannot bear.

    Parameters
    ----------
    study : Study
    units : mapping of str to DataFrame
        By sample. No outcome.

    Returns
    -------
    DataFrame
        Contract ``exclusions``.

    Raises
    ------
    DataError, DesignError
        See `ruralimpact.difference.arms.arms_over_time`.
    """
    frames = []
    for analysis in study.comparisons:
        if not isinstance(analysis, OverTime):
            continue
        try:
            excluded = arms_of(study, analysis, units[analysis.sample]).excluded
        except NoComparisonError as problem:  # its estimates are missing, with the reason
            excluded = problem.excluded
        frames.append(exclusion_rows(analysis.name, excluded))
    return stacked("exclusions", frames)
