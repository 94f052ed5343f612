"""From an entry of `subgroups:` to the level of every unit of a comparison."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.levels import level_texts
from ruralimpact.design.comparison import Comparison
from ruralimpact.errors import DesignError
from ruralimpact.heterogeneity.strata import predict_without_treatment, quantile_classes
from ruralimpact.inference.clustered import group_codes
from ruralimpact.schema.questions import Subgroups

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

REALISED_WARNING = (
    "strata of the realised outcome: treatment moves units between them, so differences between "
    "strata are no evidence on whom the project helps"
)


@dataclass(frozen=True)
class Subgrouping:
    """Levels of a subgroup variable.

    Attributes
    ----------
    name, label : str
    basis : {"declared", "baseline", "predicted", "realised"}
        A category; quantiles of a variable measured before; of the outcome predicted without
        treatment; of the realised outcome, which is shown as a warning only.
    codes : ndarray of int, shape (n,)
        -1 where the variable is missing.
    levels : tuple of str, length L
    low, high : ndarray, shape (L,)
        Range of the variable in each quantile class, NaN for categories.
    """

    name: str
    label: str
    basis: str
    codes: IntArray
    levels: tuple[str, ...]
    low: FloatArray
    high: FloatArray


def make_subgrouping(
    entry: Subgroups,
    comparison: Comparison,
    outcome: Callable[[str], FloatArray],
    labels_in_order: Mapping[str, list[str]],
) -> Subgrouping:
    """Place every unit of a comparison in a level.

    Parameters
    ----------
    entry : Subgroups
    comparison : Comparison, n units
    outcome : callable
        From an outcome's name to its values, shape (n,).
    labels_in_order : mapping of str to list of str
        Values of categories in the codebook's order.

    Returns
    -------
    Subgrouping

    Raises
    ------
    DesignError
        A value has no label under ``levels``, or quantiles cannot be cut.
    """
    try:
        return _subgrouping(entry, comparison, outcome, labels_in_order)
    except DesignError as problem:
        named = f"{comparison.name}: subgroup '{entry.name}': {problem}"
        raise DesignError(named) from None


def _subgrouping(
    entry: Subgroups,
    comparison: Comparison,
    outcome: Callable[[str], FloatArray],
    labels_in_order: Mapping[str, list[str]],
) -> Subgrouping:
    if entry.predicted is not None:
        values = predict_without_treatment(
            outcome(entry.predicted),
            comparison.treatment,
            comparison.covariates,
            group_codes(comparison.units["group"]),
        )
        return _quantiles(entry, "predicted", values)
    if entry.realised is not None:
        return _quantiles(entry, "realised", outcome(entry.realised))
    variable = str(entry.variable)
    column = comparison.units[variable]
    if entry.quantiles is not None:
        return _quantiles(entry, "baseline", column.to_numpy(float))
    return _declared(entry, column, labels_in_order.get(variable, []))


def _quantiles(entry: Subgroups, basis: str, values: FloatArray) -> Subgrouping:
    count = int(entry.quantiles or 0)
    classes = quantile_classes(values, count)
    levels = [str(position) for position in range(1, count + 1)]
    levels[0], levels[-1] = f"{levels[0]} (lowest)", f"{levels[-1]} (highest)"
    return Subgrouping(
        entry.name, entry.label, basis, classes.codes, tuple(levels), classes.low, classes.high
    )


def _declared(entry: Subgroups, column: pd.Series, known: list[str]) -> Subgrouping:
    texts = level_texts(column)
    named = {str(value): str(label) for value, label in (entry.levels or {}).items()}
    present = sorted(set(texts.dropna()))
    unnamed = [value for value in present if named and value not in named]
    if unnamed:
        raise DesignError(
            f"the value '{unnamed[0]}' of '{entry.variable}' has no label under levels."
        )
    order = [value for value in (named or dict.fromkeys([*known, *present])) if value in present]
    position = {value: code for code, value in enumerate(order)}
    nothing = np.full(len(order), np.nan)
    return Subgrouping(
        entry.name,
        entry.label,
        "declared",
        np.array([position.get(text, -1) for text in texts], dtype=np.int64),
        tuple(named.get(value, value) for value in order),
        nothing,
        nothing,
    )
