"""Columns of result tables, as they are declared: type, range, unit and meaning.

Light on purpose: the workflow reads the registry whenever it starts, and pandera costs more to import than
most stages.
"""

from dataclasses import dataclass

OUTCOME = "the outcome's"  # unit; shares are kept as fractions


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result table.

    Attributes
    ----------
    kind : {str, int, float, bool}
    meaning : str
    unit : str
        Empty where the values have none.
    choices : tuple of str
        The values that are allowed; any when empty.
    low, high : float or None
        Bounds, both included.
    above : bool
        The lower bound itself is not allowed.
    missing : bool
        Values may be missing.
    unique : bool
        No value stands twice.
    coerce : bool
        Other types are converted on writing.
    """

    kind: type
    meaning: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    above: bool = False
    missing: bool = False
    unique: bool = False
    coerce: bool = False


def text(meaning: str, *choices: str, unique: bool = False) -> ResultColumn:
    """Return a column of words."""
    return ResultColumn(str, meaning, choices=choices, unique=unique)


def flag(meaning: str) -> ResultColumn:
    """Return a column of true and false."""
    return ResultColumn(bool, meaning)


def whole(meaning: str, unit: str = "", *, low: float | None = None) -> ResultColumn:
    """Return a column of whole numbers."""
    return ResultColumn(int, meaning, unit, low=low)


def count(meaning: str, unit: str, *, low: float = 0, coerce: bool = False) -> ResultColumn:
    """Return a column of counts of units, groups, rows or draws."""
    return ResultColumn(int, meaning, unit, low=low, coerce=coerce)


def number(
    meaning: str,
    unit: str = "",
    *,
    low: float | None = None,
    high: float | None = None,
    missing: bool = True,
) -> ResultColumn:
    """Return a column of numbers; what cannot be known is missing."""
    return ResultColumn(float, meaning, unit, low=low, high=high, missing=missing, coerce=True)


def share(meaning: str, unit: str = "fraction", *, missing: bool = True) -> ResultColumn:
    """Return a column of numbers from 0 to 1."""
    return number(meaning, unit, low=0, high=1, missing=missing)


def std_error(
    meaning: str = "standard error, clustered by group", unit: str = OUTCOME
) -> ResultColumn:
    """Return the column of a standard error."""
    return number(meaning, unit, low=0)


def interval_columns(unit: str) -> dict[str, ResultColumn]:
    """Return the columns of a number that is described, with its standard error and interval."""
    return {
        "estimate": number("the number", unit),
        "std_error": number("standard error, clustered by group; none of a median", unit, low=0),
        "df": number("degrees of freedom of t, Satterthwaite's"),
        "conf_low": number("95 percent interval, lower end", unit),
        "conf_high": number("95 percent interval, upper end", unit),
        "n_clusters": count("groups that standard errors cluster on", "groups"),
    }


ANALYSIS = text("analysis, by its name in study.yaml")
STRATEGY = text("matching strategy, or estimator")
OUTCOME_NAME = text("outcome, by its name in study.yaml")
UNIT = text("unit of amounts in the row; shares are kept as fractions")
SPEC_ID = text("the estimate: analysis/strategy/outcome")
SYNTHETIC = flag("the data are a synthetic stand-in")
PUBLIC_COUNTS = flag("small counts may be printed")
P_VALUE = share("p-value, two-sided", "")
CONF_LOW = number("95 percent interval, lower end", OUTCOME)
CONF_HIGH = number("95 percent interval, upper end", OUTCOME)
N_TREATED = count("treated units", "units")
N_CONTROL = count("controls", "units")
N_GROUPS = count("groups", "groups")
TREATED_GROUPS = number("treated groups with a weight", "groups")
CONTROL_GROUPS = number("control groups with a weight", "groups")
EFFECTIVE_TREATED = number("groups of equal weight that the treated groups amount to", "groups")
EFFECTIVE_CONTROL = number("groups of equal weight that the control groups amount to", "groups")
