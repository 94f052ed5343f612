"""Variables and outcomes of study.yaml: a construction, with what is said of its result."""

from typing import Annotated, Literal

from pydantic import Field

from ruralimpact.schema.base import Settings, Text
from ruralimpact.schema.construction import (
    Below,
    Count,
    Deflate,
    Difference,
    Indicator,
    Mean,
    NetIncome,
    OfOne,
    OfSeveral,
    Poverty,
    Rank,
    Ratio,
    RestoreZero,
    Winsorise,
)


class Variable(Settings):
    """What every variable built from others has."""

    label: Text
    """Label shown in tables and figures."""
    build: str
    role: Literal["covariate", "treatment", "adoption", "outcome", "input", "price"]
    """What the variable is for."""
    timing: Literal["pre", "post"] | None = None
    """Measured before the treatment (`pre`) or after it (`post`); only the former may be matched on."""


class Outcome(Settings):
    """What every outcome has."""

    label: Text
    """Label shown in tables and figures."""
    unit: str
    """Unit of measure; shares in `percentage points` are kept as fractions and shown in points."""
    family: str | None = None
    """Family of outcomes that multiple testing is corrected in."""
    build: str
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    """Decimals shown."""


class VariableOfOne(
    OfOne, Variable, title="A variable, a function of it, or whether it is positive"
):
    """`build: variable`, `build: log`, `build: exp` or `build: positive`."""

    build: Literal["variable", "log", "exp", "positive"]


class VariableWinsorise(
    Winsorise, Variable, title="A variable with its extremes set to a percentile"
):
    """`build: winsorise`."""

    build: Literal["winsorise"]


class VariableRank(Rank, Variable, title="Place among all units"):
    """`build: rank`."""

    build: Literal["rank"]


class VariableIndicator(Indicator, Variable, title="Indicator"):
    """`build: indicator`."""

    build: Literal["indicator"]


class VariableBelow(Below, Variable, title="Whether a variable is under a line"):
    """`build: below`."""

    build: Literal["below"]


class VariableOfSeveral(OfSeveral, Variable, title="Sum, or the first that is known"):
    """`build: sum` or `build: first_of`."""

    build: Literal["sum", "first_of"]


class VariableMean(Mean, Variable, title="Average of the rows of a unit"):
    """`build: mean`."""

    build: Literal["mean"]


class VariableCount(Count, Variable, title="Number of rows of a unit"):
    """`build: count`."""

    build: Literal["count"]


class VariableNetIncome(NetIncome, Variable, title="Net income"):
    """`build: net_income`."""

    build: Literal["net_income"]


class VariableRestoreZero(RestoreZero, Variable, title="Stored zeros restored"):
    """`build: restore_zero`."""

    build: Literal["restore_zero"]


class VariableDifference(Difference, Variable, title="Difference of two variables"):
    """`build: difference`."""

    build: Literal["difference"]


class VariableRatio(Ratio, Variable, title="Ratio of two variables"):
    """`build: ratio`."""

    build: Literal["ratio"]


class VariableDeflate(Deflate, Variable, title="At the prices of one year"):
    """`build: deflate`."""

    build: Literal["deflate"]


class VariablePoverty(Poverty, Variable, title="Poverty of a household"):
    """`build: poverty`."""

    build: Literal["poverty"]


AnyVariable = Annotated[
    VariableOfOne
    | VariableWinsorise
    | VariableRank
    | VariableIndicator
    | VariableBelow
    | VariableOfSeveral
    | VariableMean
    | VariableCount
    | VariableNetIncome
    | VariableRestoreZero
    | VariableDifference
    | VariableRatio
    | VariableDeflate
    | VariablePoverty,
    Field(discriminator="build"),
]


class OutcomeOfOne(OfOne, Outcome, title="A variable, a function of it, or whether it is positive"):
    """`build: variable`, `build: log`, `build: exp` or `build: positive`."""

    build: Literal["variable", "log", "exp", "positive"]


class OutcomeWinsorise(
    Winsorise, Outcome, title="A variable with its extremes set to a percentile"
):
    """`build: winsorise`."""

    build: Literal["winsorise"]


class OutcomeRank(Rank, Outcome, title="Place among all units"):
    """`build: rank`."""

    build: Literal["rank"]


class OutcomeIndicator(Indicator, Outcome, title="Indicator"):
    """`build: indicator`."""

    build: Literal["indicator"]


class OutcomeBelow(Below, Outcome, title="Whether a variable is under a line"):
    """`build: below`."""

    build: Literal["below"]


class OutcomeOfSeveral(OfSeveral, Outcome, title="Sum, or the first that is known"):
    """`build: sum` or `build: first_of`."""

    build: Literal["sum", "first_of"]


class OutcomeMean(Mean, Outcome, title="Average of the rows of a unit"):
    """`build: mean`."""

    build: Literal["mean"]


class OutcomeCount(Count, Outcome, title="Number of rows of a unit"):
    """`build: count`."""

    build: Literal["count"]


class OutcomeNetIncome(NetIncome, Outcome, title="Net income"):
    """`build: net_income`."""

    build: Literal["net_income"]


class OutcomeRestoreZero(RestoreZero, Outcome, title="Stored zeros restored"):
    """`build: restore_zero`."""

    build: Literal["restore_zero"]


class OutcomeDifference(Difference, Outcome, title="Difference of two variables"):
    """`build: difference`."""

    build: Literal["difference"]


class OutcomeRatio(Ratio, Outcome, title="Ratio of two variables"):
    """`build: ratio`."""

    build: Literal["ratio"]


class OutcomeDeflate(Deflate, Outcome, title="At the prices of one year"):
    """`build: deflate`."""

    build: Literal["deflate"]


class OutcomePoverty(Poverty, Outcome, title="Poverty of a household"):
    """`build: poverty`."""

    build: Literal["poverty"]


AnyOutcome = Annotated[
    OutcomeOfOne
    | OutcomeWinsorise
    | OutcomeRank
    | OutcomeIndicator
    | OutcomeBelow
    | OutcomeOfSeveral
    | OutcomeMean
    | OutcomeCount
    | OutcomeNetIncome
    | OutcomeRestoreZero
    | OutcomeDifference
    | OutcomeRatio
    | OutcomeDeflate
    | OutcomePoverty,
    Field(discriminator="build"),
]
