"""When the treatment of each unit began: as declared, or as its status by wave shows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.gate import refuse_begun_before
from ruralimpact.difference.periods import UnitWaves, are_numbers
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
# Why a unit is excluded, and the units it applies to.
Reasons = list[tuple[str, BoolArray]]

_CHANGES = "first treated in one wave's data at another time (or never) than in another's."


def declared_start(name: str, panel: UnitWaves, periods: FloatArray) -> tuple[FloatArray, Reasons]:
    """First wave with treatment from a declared time: the first wave that is not before it.

    Parameters
    ----------
    name : str
        Variable of the time, 0 for never.
    panel : UnitWaves
    periods : ndarray, shape (T,)
        Its waves as numbers.

    Returns
    -------
    first_treated : ndarray, shape (n,)
        ``inf`` for never, or after the last wave; NaN where it is not known.
    reasons : list of (str, ndarray of bool)

    Raises
    ------
    DataError
        A unit has several times.
    DesignError
        The waves are no numbers.
    """
    declared = panel.constant(name, panel.waves, _CHANGES)
    _refuse_words(name, panel)
    position = np.searchsorted(periods, np.nan_to_num(declared))
    known = np.append(periods, np.inf)
    first = np.where(declared == 0, np.inf, known[position])
    first = np.where(np.isnan(declared), np.nan, first)
    return first, [(f"{name} is missing", np.isnan(declared))]


def observed_start(name: str, panel: UnitWaves, periods: FloatArray) -> tuple[FloatArray, Reasons]:
    """First wave with treatment from a 0/1 status by wave.

    Parameters
    ----------
    name : str
        Variable of the status.
    panel : UnitWaves
    periods : ndarray, shape (T,)
        Its waves as numbers.

    Returns
    -------
    first_treated : ndarray, shape (n,)
        ``inf`` for never.
    reasons : list of (str, ndarray of bool)

    Raises
    ------
    DataError
        Values other than 0 and 1.
    """
    status = panel.indicator(name, panel.waves)
    ever = (status == 1).any(axis=1)
    first = np.where(ever, periods[np.argmax(status == 1, axis=1)], np.inf)
    left = np.any(np.diff(status, axis=1) < 0, axis=1)
    reasons: Reasons = [
        (f"{name} missing in some wave", np.any(np.isnan(status), axis=1)),
        (f"{name} begins and ends again", left),
    ]
    return first, reasons


def begun_elsewhere(
    name: str | None,
    panel: UnitWaves,
    arm: FloatArray,
    before: Sequence[str],
    after: Sequence[str],
) -> Reasons:
    """Treated units whose treatment did not begin between the waves before and those after.

    Parameters
    ----------
    name : str or None
        Variable of the time in which treatment began; None where the sample has none.
    panel : UnitWaves
    arm : ndarray, shape (n,)
        1 for treated units, whatever the wave.
    before, after : sequence of str
        Waves, in order.

    Returns
    -------
    list of (str, ndarray of bool)
        A unit of which the time is not known stays.

    Raises
    ------
    DataError
        A unit has several times.
    DesignError
        Treatment of every treated unit of which it is known had begun by the waves before; or the waves are
        no numbers.
    """
    if name is None:
        return []
    _refuse_words(name, panel)
    began = panel.constant(name, panel.waves, _CHANGES)
    treated = arm == 1
    early = treated & (began > 0) & (began <= float(before[-1]))
    late = treated & (began > float(after[0]))
    refuse_begun_before(panel.analysis, early, treated & np.isfinite(began), before[-1])
    return [
        (f"treated already in wave {before[-1]}", early),
        (f"treated, but not yet in wave {after[0]}", late),
        ("never treated", treated & (began == 0)),
    ]


def _refuse_words(name: str, panel: UnitWaves) -> None:
    """Refuse waves that no time can be compared with."""
    if not are_numbers(panel.waves):
        raise DesignError(
            f"{panel.analysis}: '{name}' holds times, but the waves ({', '.join(panel.waves)}) are "
            "no numbers to compare them with."
        )
