"""Values of outcomes against the unit that is declared for them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.schema.study import Study

SHARES = "percentage points"


def refuse_percents_as_shares(study: Study, outcomes: Mapping[str, pd.DataFrame]) -> None:
    """Refuse an outcome in percentage points whose values are percents: shares are stored as fractions.

    Parameters
    ----------
    study : Study
    outcomes : mapping of str to DataFrame
        By sample.

    Raises
    ------
    DataError
        Of the values of such an outcome that are not zero, more than half are beyond 1.
    """
    shares = [name for name, outcome in study.outcomes.items() if outcome.unit == SHARES]
    for sample, table in outcomes.items():
        for name in shares:
            if name not in table:
                continue
            size = np.abs(table[name].to_numpy(float))
            size = size[np.isfinite(size) & (size > 0)]
            if len(size) and np.median(size) > 1:
                raise DataError(
                    f"the outcome is in {SHARES}, so its values must be shares (0.25 for 25 percent), and "
                    f"they go up to {size.max():g}.",
                    within=f"sample {sample}",
                    column=name,
                    hint="Make shares of them (`build: ratio`, `times: 100`), or declare another unit.",
                )
