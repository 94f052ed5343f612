"""Values of outcomes against the unit that is declared for them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError
from ruralimpact.schema.study import Study

SHARES = "percentage points"
_PERCENTS = ("percent", "per cent", "%", "porcentaje", "por ciento")


def refuse_percents_as_shares(study: Study, outcomes: Mapping[str, pd.DataFrame]) -> None:
    """Refuse percents that are declared as shares, which are stored as fractions, and the reverse.

    Parameters
    ----------
    study : Study
    outcomes : mapping of str to DataFrame
        By sample.

    Raises
    ------
    DataError
        Of the values of an outcome in percentage points that are not zero, more than half are beyond 1; or
        those of an outcome in percent are 0 and 1.
    """
    for sample, table in outcomes.items():
        for name, outcome in study.outcomes.items():
            if name not in table:
                continue
            values = table[name].to_numpy(float)
            values = values[np.isfinite(values) & (values != 0)]
            problem, hint = _not_of_unit(outcome.unit, values)
            if problem:
                within = f"sample {sample}"
                raise DataError(problem, within=within, column=name, hint=hint)


def _not_of_unit(unit: str, values: NDArray[np.float64]) -> tuple[str, str]:
    """Say why values that are not zero cannot be in a unit, and what to do; empty where they can."""
    if not len(values):
        return "", ""
    size = np.abs(values)
    if unit == SHARES and np.median(size) > 1:
        problem = (
            f"the outcome is in {SHARES}, so its values must be shares (0.25 for 25 percent), and they go "
            f"up to {size.max():g}."
        )
        return (
            problem,
            "Make shares of them (`build: ratio`, `times: 100`), or declare another unit.",
        )
    if unit.casefold() in _PERCENTS and (values == 1).all():
        problem = f"the outcome is in {unit}, and its values are 0 and 1, which are shares."
        return problem, f"Declare the unit `{SHARES}`."
    return "", ""
