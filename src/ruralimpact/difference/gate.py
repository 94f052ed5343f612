"""What a panel must hold before changes can be compared; each refusal says what can be done instead."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.propensity import refuse_empty_arm, refuse_single_group
from ruralimpact.errors import DesignError, NoComparisonError
from ruralimpact.schema.analysis import AnyOverTime, BeforeAfter, Staggered

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
StrArray = NDArray[np.object_]

_ARMS = {1: "treated", 0: "control"}
_LEVELS = "a difference in levels after treatment ('matching' or 'difference_in_means')"
_ALONE = "the change of the treated alone ('before_after', not attributable)"


def refuse_unobserved_arms(
    analysis: str,
    observed: BoolArray,
    arm: FloatArray,
    waves: Sequence[str],
    before: Sequence[str],
) -> None:
    """Refuse a comparison of changes with an arm that some wave did not ask.

    Parameters
    ----------
    analysis : str
    observed : ndarray of bool, shape (n, waves)
    arm : ndarray, shape (n,)
        1, 0, or NaN where it is not known.
    waves, before : sequence of str
        All waves needed, and those before treatment.

    Raises
    ------
    NoComparisonError
    """
    for value, word in _ARMS.items():
        members = observed[arm == value]
        if len(members) == 0:
            instead = _ALONE if value == 0 else "nothing: there is no treatment to study"
            raise NoComparisonError(
                f"{analysis}: no unit of the data is a {word} unit.{_of_no_arm(arm)} What can be estimated "
                f"instead is {instead}."
            )
        for position, wave in enumerate(waves):
            if members[:, position].any():
                continue
            when = "before" if wave in before else "after"
            instead = f"{_LEVELS}, or {_ALONE}" if value == 0 else _LEVELS
            if when == "after":
                instead = "a comparison over waves in which both arms were asked"
            raise NoComparisonError(
                f"{analysis}: no {word} unit was observed in wave {wave} ({when} treatment), so its "
                f"change is not known. What can be estimated instead is {instead}."
            )


def _of_no_arm(arm: FloatArray) -> str:
    """Say of how many units the arm is not known: they may be those of the arm that nobody is in."""
    unknown = int(np.isnan(arm).sum())
    if not unknown:
        return ""
    return (
        f" The arm of {unknown:,} of {len(arm):,} units is not known; if a blank means no, say so by the "
        "edit `fill_blank`, or by the label `(blank)=0` in the codebook."
    )


def refuse_treated_before(
    analysis: str, status: FloatArray, arm: FloatArray, name: str, before: Sequence[str]
) -> None:
    """Refuse waves "before" in which every treated unit is treated already.

    Parameters
    ----------
    analysis : str
    status : ndarray, shape (n, waves before)
    arm : ndarray, shape (n,)
    name : str
        Variable of the status.
    before : sequence of str

    Raises
    ------
    DesignError
    """
    treated = status[arm == 1]
    known = np.isfinite(treated)
    if known.any() and (treated[known] == 1).all():
        raise DesignError(
            f"{analysis}: every treated unit has {name} = 1 already in wave "
            f"{', '.join(before)}, so nothing was measured before treatment. If '{name}' is the arm "
            "and not the status by wave, say `fixed: true`; otherwise what can be estimated is "
            f"{_LEVELS}."
        )


def refuse_begun_before(analysis: str, begun: BoolArray, treated: BoolArray, wave: str) -> None:
    """Refuse a fixed arm of which every unit was treated by the last wave before.

    Parameters
    ----------
    analysis : str
    begun, treated : ndarray of bool, shape (n,)
        Treated units whose treatment had begun by `wave`, and all treated units.
    wave : str

    Raises
    ------
    DesignError
    """
    if treated.any() and begun[treated].all():
        raise DesignError(
            f"{analysis}: treatment of every treated unit had begun by wave {wave}, so nothing was "
            f"measured before it. What can be estimated instead is {_LEVELS}."
        )


def refuse_no_controls(
    analysis: str, first_treated: FloatArray, control: str, why: str = ""
) -> None:
    """Refuse a staggered comparison that has nobody to compare with.

    Parameters
    ----------
    analysis : str
    first_treated : ndarray, shape (n,)
        ``inf`` for never.
    control : {"never_treated", "not_yet_treated"}
    why : str
        Sentence on who was excluded, with a space before it.

    Raises
    ------
    NoComparisonError
    """
    cohorts = np.unique(first_treated[np.isfinite(first_treated)])
    if np.isinf(first_treated).any():
        return
    if control == "never_treated":
        more = (
            "`control: not_yet_treated` compares with units that are treated later."
            if len(cohorts) > 1
            else f"What can be estimated instead is {_ALONE}."
        )
        raise NoComparisonError(
            f"{analysis}: no unit stays untreated to the last wave.{why} {more}"
        )
    if len(cohorts) < 2:
        raise NoComparisonError(
            f"{analysis}: all units are treated from the same wave on, so none serves as control.{why} "
            f"What can be estimated instead is {_ALONE}."
        )


def refuse_empty_cells(
    analysis: str, treatment: NDArray[np.int8], eligible: NDArray[np.int8]
) -> None:
    """Refuse a triple difference that lacks one of its four kinds of units.

    Parameters
    ----------
    analysis : str
    treatment, eligible : ndarray of {0, 1}, shape (n,)

    Raises
    ------
    NoComparisonError
    """
    for value, word in _ARMS.items():
        for level, kind in ((1, "eligible"), (0, "ineligible")):
            if not ((treatment == value) & (eligible == level)).any():
                raise NoComparisonError(
                    f"{analysis}: there are no {kind} {word} units, so there is no third difference. "
                    "What can be estimated instead is 'difference_in_differences'."
                )


def refuse_empty_arms(
    analysis: AnyOverTime,
    treatment: NDArray[np.int8],
    first_treated: FloatArray,
    groups: StrArray,
    why: str,
) -> None:
    """Refuse arms without units, or of a single group where there are others.

    Parameters
    ----------
    analysis : AnyOverTime
    treatment : ndarray of {0, 1}, shape (n,)
    first_treated : ndarray, shape (n,)
        First wave with treatment; ``inf`` for never.
    groups : ndarray of str, shape (n,)
    why : str
        What emptied an arm, to be said with it.

    Raises
    ------
    NoComparisonError, DesignError
    """
    name = analysis.name
    if isinstance(analysis, BeforeAfter):
        if not len(treatment):
            raise NoComparisonError(f"{name}: no treated unit was observed in every wave.{why}")
        return
    if isinstance(analysis, Staggered) and treatment.any():
        refuse_no_controls(name, first_treated, analysis.control, why)
        if treatment.all():  # units treated later are the controls
            return
    refuse_empty_arm(treatment, name, why)
    refuse_single_group(treatment, groups, name)


def of_unknown_arm(
    shown: FloatArray,
    excluded: Sequence[tuple[str, int, int]],
    reasons: Sequence[tuple[str, BoolArray]],
) -> str:
    """Say how many units may belong to an empty arm since theirs is not known, and why it is not.

    Parameters
    ----------
    shown : ndarray, shape (n,)
        The arm of each unit; NaN where it is not known.
    excluded : sequence of (reason, units, units before)
    reasons : sequence of (reason, ndarray of bool)
    """
    unknown = np.isnan(shown)
    if not unknown.any():
        return ""
    named = {reason for reason, _, _ in excluded}
    listed = ", ".join(
        f"{reason} ({int((applies & unknown).sum()):,})"
        for reason, applies in reasons
        if reason in named and (applies & unknown).any()
    )
    return f" The arm of {int(unknown.sum()):,} units is not known: {listed}."
