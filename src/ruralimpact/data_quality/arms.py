"""The arm of each row of a survey table, as the samples have it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from ruralimpact.schema.study import Study


def treatments_of(study: Study) -> tuple[str, ...]:
    """Return the variables that say who is treated."""
    described = [row.variable for row in study.codebook if row.role == "treatment"]
    constructed = [
        name for name, variable in study.variables.items() if variable.role == "treatment"
    ]
    arms = [sample.arm for sample in study.samples.values() if sample.arm is not None]
    return tuple(dict.fromkeys([*described, *constructed, *arms]))


def arm_of_rows(
    survey: pd.DataFrame, study: Study, source: str, units: Mapping[str, pd.DataFrame]
) -> NDArray[np.float64]:
    """Return whether the unit of each row is treated.

    Parameters
    ----------
    survey : DataFrame, n rows
        Table of the source, with ``id``.
    study : Study
    source : str
    units : mapping of str to DataFrame
        Units of each sample.

    Returns
    -------
    ndarray, shape (n,)
        1 for units that any treatment has reached in a sample of this source or one that refers to it, 0 for
        those that none has; NaN for units that are in no such sample or whose arm is not known.
    """
    known: list[pd.Series] = []
    for name, sample in study.samples.items():
        table = units[name]
        of_source = [sample for sample, asked in study.samples.items() if source in asked.sources]
        if not {name, *sample.referred} & {*of_source} or "id" not in table:
            continue
        columns = [treatment for treatment in treatments_of(study) if treatment in table]
        columns = [column for column in columns if is_numeric_dtype(table[column])]
        if columns:
            known.append(table[columns].max(axis=1).astype(float).groupby(table["id"]).max())
    if not known:
        return np.full(len(survey), np.nan)
    arm = pd.concat(known).groupby(level=0).max()
    return survey["id"].map(arm).to_numpy(float)
