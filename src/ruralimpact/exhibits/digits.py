"""Decimals of an outcome: as declared, unless standard errors are so small that nothing would be left."""

import math

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.schema.study import Study

_MOST = 12


def digits_of(study: Study, estimates: pd.DataFrame) -> dict[str, int]:
    """Return the decimals that each outcome is printed with.

    Parameters
    ----------
    study : Study
    estimates : DataFrame
        Contract ``estimates``.

    Returns
    -------
    dict of str to int
        The decimals that are declared, where the typical (median) standard error does not round to zero with
        them; else, and where none are declared, as many as leave it two digits, and none where it is 10 or
        more.
    """
    return {
        name: _digits(
            outcome.decimals if "decimals" in outcome.model_fields_set else None,
            _typical_error(estimates, name, outcome.unit),
        )
        for name, outcome in study.outcomes.items()
    }


def _typical_error(estimates: pd.DataFrame, outcome: str, unit: str) -> float:
    """Median standard error in printed units; 0 where there is none."""
    errors = estimates.loc[estimates["outcome"] == outcome, "std_error"].dropna()
    errors = errors[errors > 0]
    return formatting.scale(unit) * float(errors.median()) if len(errors) else 0.0


def _digits(declared: int | None, error: float) -> int:
    if not error or (declared is not None and error >= 0.5 * 10.0**-declared):
        return declared or 0
    return min(max(1 - math.floor(math.log10(error)), 0), _MOST)
