"""Sampling weights and strata as the data have them: what they must be, or an error that names the rows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError

FloatArray = NDArray[np.float64]
ObjectArray = NDArray[np.object_]
_NAMES = {1: "treated units", 0: "controls"}
_NEGLIGIBLE = 1e-4
_STRATA_SHOWN = 3


def check_weights(
    weights: FloatArray,
    treatment: FloatArray,
    rows: Sequence[str] | Sequence[object],
    *,
    column: str,
    file: str | None = None,
    within: str | None = None,
) -> None:
    """Refuse sampling weights that no sample has.

    Parameters
    ----------
    weights : ndarray, shape (n,)
        NaN where missing.
    treatment : ndarray, shape (n,)
        0, 1, or NaN where missing; weights of units without a treatment are not looked at.
    rows : sequence, length n
        Rows of the file, or units of the sample, for the message.
    column, file, within : str
        Where the weights are from, for the message; see `DataError`.

    Raises
    ------
    DataError
        A weight is missing, infinite or negative, all those of an arm are zero, or one unit has the weight of
        its arm but for a ten-thousandth.
    """
    compared = ~np.isnan(treatment)

    def refuse(wrong: NDArray[np.bool_], problem: str) -> None:
        if wrong.any():
            named = [row for row, here in zip(rows, wrong, strict=True) if here]
            raise _of_rows(problem, named, column, file, within)

    refuse(compared & np.isnan(weights), "the sampling weight is missing.")
    refuse(compared & np.isinf(weights), "the sampling weight is infinite.")
    refuse(compared & (weights < 0), "the sampling weight is negative.")
    for arm, name in _NAMES.items():
        inside = treatment == arm
        if not inside.any():
            continue  # an arm without units is told of with the reason
        if not (weights[inside] > 0).any():
            refuse(inside, f"all sampling weights of the {name} are zero.")
        own = np.where(inside, weights, 0.0)
        heaviest = np.arange(len(own)) == np.argmax(own)
        others = float(own[~heaviest].sum())
        if 0 < others < _NEGLIGIBLE * own.max():
            problem = (
                f"the sampling weight of one of the {name} leaves next to nothing to the others."
            )
            refuse(heaviest, problem)


def _of_rows(
    problem: str, rows: Sequence[object], column: str, file: str | None, within: str | None
) -> DataError:
    """An error about rows of a file, or units of a sample."""
    if within is None:
        return DataError(problem, file=file, column=column, rows=rows)
    return DataError(problem, within=within, column=column, units=[str(unit) for unit in rows])


def of_mean_one(weights: FloatArray) -> FloatArray:
    """Scale sampling weights, of which only the proportions count, to a mean of one.

    Parameters
    ----------
    weights : ndarray, shape (n,)
        Positive; however large or small.

    Returns
    -------
    ndarray, shape (n,)
    """
    proportions = weights / weights.max()
    return np.asarray(proportions / proportions.mean())


def strata_codes(
    strata: ObjectArray,
    groups: ObjectArray,
    rows: Sequence[object],
    *,
    column: str,
    file: str | None = None,
    within: str | None = None,
) -> NDArray[np.int64]:
    """Number the strata that groups were drawn from.

    Parameters
    ----------
    strata, groups : ndarray of str, shape (n,)
        Labels of each unit's stratum and group.
    rows : sequence, length n
    column, file, within : str
        For the message; see `check_weights`.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    DataError
        A group is in two strata.
    """
    (codes, names), (position, drawn) = _by_text(strata), _by_text(groups)
    pairs = np.unique(position * len(names) + codes)
    pairs = np.column_stack([pairs // len(names), pairs % len(names)])
    split = np.flatnonzero(np.bincount(pairs[:, 0], minlength=len(drawn)) > 1)
    if len(split):
        own = [f"'{names[code]}'" for group, code in pairs if group == split[0]]
        more = f" and {len(own) - _STRATA_SHOWN:,} more" if len(own) > _STRATA_SHOWN else ""
        theirs = ", ".join(own[:_STRATA_SHOWN]) + more
        groups_are = "a group is" if len(split) == 1 else f"{len(split):,} groups are"
        problem = (
            f"{groups_are} in more than one stratum, such as '{drawn[split[0]]}' in {theirs}; a group is "
            "drawn from one."
        )
        inside = np.isin(position, split)
        named = [row for row, here in zip(rows, inside, strict=True) if here]
        raise _of_rows(problem, named, column, file, within)
    return codes


def _by_text(labels: ObjectArray) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Codes of labels, and their texts in order."""
    codes, distinct = pd.factorize(labels, use_na_sentinel=False)
    texts, position = np.unique([str(label) for label in distinct], return_inverse=True)
    return position.ravel()[codes].astype(np.int64), texts
