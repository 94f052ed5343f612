"""Variables and outcomes: what each is built from, and how."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ruralimpact.schema.base import (
    Entries,
    Number,
    Positive,
    Settings,
    SomeEntries,
    Text,
    fault,
)

Value = str | Number
Where = Annotated[dict[str, SomeEntries[Value]], Field(min_length=1)]


class Money(Settings):
    """A part of net income: an amount, or a quantity with its price."""

    quantity: str | None = None
    """Variable that holds a quantity; give its `price` too."""
    price: str | None = None
    """Variable that holds the price of the quantity."""
    amount: str | None = None
    """Variable that holds an amount of money, instead of quantity and price."""

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.quantity is None) != (self.price is None):
            raise fault("a quantity and its price must be given together.")
        if (self.quantity is None) == (self.amount is None):
            raise fault("a part of net income is an amount, or a quantity with its price.")
        return self


class Construction(Settings):
    """How a variable or an outcome is made of others."""

    build: str
    """How it is made. `variable`: as it stands; `log`: natural logarithm; `positive`: 1 above zero,
    else 0; `indicator`: 1 where a variable has one of the values; `below`: 1 under a line; `sum`:
    the total of variables; `first_of`: the first of several that is not missing, such as one
    question asked in two ways by wave; `net_income`: sales less costs; `restore_zero`: a stand-in
    value put back to zero where the recorded total shows it; `difference`, `ratio`: of two
    variables; `deflate`: at the prices of one year; `poverty`: contribution to a
    Foster-Greer-Thorbecke index. Where something it needs is missing, so is the result."""
    naming: ClassVar[tuple[str, ...]] = ("of",)
    """Keys that name what it is made of."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Variables and outcomes that it is made of."""
        values = (getattr(self, key) for key in self.naming)
        return tuple(
            item
            for value in values
            if value is not None
            for item in ([value] if isinstance(value, str) else value)
        )


class OfOne(Construction, title="A variable, its logarithm, or whether it is positive"):
    """`build: variable`, `build: log` or `build: positive`."""

    build: Literal["variable", "log", "positive"]
    of: str
    """Variable that it is made from."""


def is_itself(name: str, built: Construction) -> bool:
    """Tell whether an outcome is a variable of the codebook as it stands, under the same name."""
    return isinstance(built, OfOne) and built.build == "variable" and built.of == name


class Indicator(Construction, title="Indicator"):
    """`build: indicator`."""

    build: Literal["indicator"]
    of: str
    """Variable that it is made from."""
    values: SomeEntries[Value]
    """Values for which the indicator is 1; it is 0 for others."""
    exclude: Entries[Value] = ()
    """Values for which it is missing, so that the unit is excluded."""


class Below(Construction, title="Whether a variable is under a line"):
    """`build: below`."""

    build: Literal["below"]
    of: str
    """Variable that it is made from."""
    line: Number
    """The line, in the variable's unit."""


class OfRows(Construction):
    """What may be added up over the rows of a unit."""

    rows: str | None = None
    """Source with several rows a unit (see its `item`) whose rows are added up; the variables named
    are then those of its rows. A unit without rows is missing."""
    where: Where = Field(default_factory=dict)
    """Only rows with these values count: lists of values by variable."""


class OfSeveral(OfRows, title="Sum, or the first that is known"):
    """`build: sum` or `build: first_of`."""

    naming = ("of", "where")

    build: Literal["sum", "first_of"]
    of: SomeEntries[str]
    """Variables that are added, or of which the first that is known is taken."""


class NetIncome(OfRows, title="Net income"):
    """`build: net_income`."""

    build: Literal["net_income"]
    sales: SomeEntries[Money]
    """What is earned, the sum of the entries."""
    costs: Entries[Money]
    """What is spent, the sum of the entries."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Variables and outcomes that it is made of."""
        named = [(item.quantity, item.price, item.amount) for item in (*self.sales, *self.costs)]
        return (*(name for names in named for name in names if name is not None), *self.where)

    @model_validator(mode="after")
    def _lists_nothing_twice(self) -> Self:
        for key, parts in (("sales", self.sales), ("costs", self.costs)):
            names = [part.amount or part.quantity for part in parts]
            for position, name in enumerate(names):
                if name in names[:position]:
                    raise fault(f"'{name}' is listed twice.", key, position)
        return self


class RestoreZero(Construction, title="Stored zeros restored"):
    """`build: restore_zero`."""

    naming = ("of", "total", "parts")
    build: Literal["restore_zero"]
    of: str
    """Variable that it is made from."""
    total: str
    """Variable that holds the recorded total."""
    parts: Annotated[Entries[str], Field(min_length=2)]
    """Variables that add up to the total."""
    stored_as: Number
    """Value that a zero was stored as."""


class Difference(Construction, title="Difference of two variables"):
    """`build: difference`."""

    naming = ("of", "less")
    build: Literal["difference"]
    of: str
    """Variable that it is made from."""
    less: str
    """Variable that is subtracted."""


class Ratio(Construction, title="Ratio of two variables"):
    """`build: ratio`."""

    naming = ("of", "over")
    build: Literal["ratio"]
    of: str
    """Variable that is divided."""
    over: str | None = None
    """Variable that it is divided by, such as the members of a household; `times` alone when not given."""
    times: Number = 1
    """Number that the divisor is multiplied by, such as 12 for months; 100 alone makes a share of a
    percent."""


class Deflate(Construction, title="At the prices of one year"):
    """`build: deflate`."""

    naming = ("of", "year")
    build: Literal["deflate"]
    of: str
    """Amount of money."""
    year: str
    """Variable that holds the year whose money it is."""


class Poverty(Construction, title="Poverty of a household"):
    """`build: poverty`."""

    naming = ("of", "by")
    build: Literal["poverty"]
    of: str
    """Income or consumption a head."""
    by: str
    """Variable whose values the lines are given for, such as the area."""
    lines: Annotated[dict[str | int, Positive], Field(min_length=1)]
    """Line by value of that variable, in the unit of the income."""
    order: Literal[0, 1, 2]
    """0: headcount; 1: gap as a share of the line; 2: severity, the gap squared."""


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


class VariableOfOne(OfOne, Variable, title="A variable, its logarithm, or whether it is positive"):
    """`build: variable`, `build: log` or `build: positive`."""

    build: Literal["variable", "log", "positive"]


class VariableIndicator(Indicator, Variable, title="Indicator"):
    """`build: indicator`."""

    build: Literal["indicator"]


class VariableBelow(Below, Variable, title="Whether a variable is under a line"):
    """`build: below`."""

    build: Literal["below"]


class VariableOfSeveral(OfSeveral, Variable, title="Sum, or the first that is known"):
    """`build: sum` or `build: first_of`."""

    build: Literal["sum", "first_of"]


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
    | VariableIndicator
    | VariableBelow
    | VariableOfSeveral
    | VariableNetIncome
    | VariableRestoreZero
    | VariableDifference
    | VariableRatio
    | VariableDeflate
    | VariablePoverty,
    Field(discriminator="build"),
]


class OutcomeOfOne(OfOne, Outcome, title="A variable, its logarithm, or whether it is positive"):
    """`build: variable`, `build: log` or `build: positive`."""

    build: Literal["variable", "log", "positive"]


class OutcomeIndicator(Indicator, Outcome, title="Indicator"):
    """`build: indicator`."""

    build: Literal["indicator"]


class OutcomeBelow(Below, Outcome, title="Whether a variable is under a line"):
    """`build: below`."""

    build: Literal["below"]


class OutcomeOfSeveral(OfSeveral, Outcome, title="Sum, or the first that is known"):
    """`build: sum` or `build: first_of`."""

    build: Literal["sum", "first_of"]


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
    | OutcomeIndicator
    | OutcomeBelow
    | OutcomeOfSeveral
    | OutcomeNetIncome
    | OutcomeRestoreZero
    | OutcomeDifference
    | OutcomeRatio
    | OutcomeDeflate
    | OutcomePoverty,
    Field(discriminator="build"),
]
