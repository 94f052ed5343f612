"""How many units two waves of a sample share: who was asked again, who left, who came."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from ruralimpact.schema.waves import in_order

COLUMNS = ("sample", "wave", "later", "n_both", "n_left", "n_came")


def wave_overlap(sample: str, units: pd.DataFrame, order: Sequence[str] = ()) -> pd.DataFrame:
    """Count the identifiers that each wave shares with the next, and the first with the last.

    Parameters
    ----------
    sample : str
    units : DataFrame
        Contract ``units``.
    order : sequence of str
        Waves from the first to the last, where the study declares them.

    Returns
    -------
    DataFrame
        `COLUMNS`; no rows for a sample of a single wave. Identifiers that are written in two ways would count
        as two units; they are refused before.
    """
    if "wave" not in units:
        return pd.DataFrame(columns=list(COLUMNS))
    ids = units["id"].astype(str).groupby(units["wave"].astype(str)).agg(set)
    waves = in_order(ids.index, order)
    pairs = [*pairwise(waves)]
    pairs += [(waves[0], waves[-1])] if len(waves) > 2 else []
    rows = [
        {
            "sample": sample,
            "wave": wave,
            "later": later,
            "n_both": len(ids[wave] & ids[later]),
            "n_left": len(ids[wave] - ids[later]),
            "n_came": len(ids[later] - ids[wave]),
        }
        for wave, later in pairs
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
