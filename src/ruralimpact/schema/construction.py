"""What variables and outcomes are built from, and how."""

from typing import Annotated, ClassVar, Literal, Self, TypeVar

from pydantic import Field, model_validator

from ruralimpact.schema.base import (
    Entries,
    Number,
    Positive,
    Settings,
    SomeEntries,
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
    """How it is made. `variable`: as it stands; `log`: natural logarithm; `exp`: its inverse;
    `positive`: 1 above zero, else 0; `winsorise`: extremes set to a percentile; `rank`: place among
    all, from 0 to 1; `indicator`: 1 where a variable has one of the values; `below`: 1 under a line; `sum`:
    the total of variables; `mean`, `count`: the average of the rows of a unit, or how many they are;
    `first_of`: the first of several that is not missing, such as one
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
            name
            for value in values
            if value is not None
            for name in ([value] if isinstance(value, str) else value)
        )


class OfOne(Construction, title="A variable, a function of it, or whether it is positive"):
    """`build: variable`, `build: log`, `build: exp` or `build: positive`."""

    build: Literal["variable", "log", "exp", "positive"]
    of: str
    """Variable that it is made from."""


class OfAllUnits(Construction):
    """What depends on the values of all units of a sample."""

    naming = ("of", "by")
    of: str
    """Variable that it is made from."""
    by: str | None = None
    """Variable, such as the area, within whose values units are compared. It is always within the wave,
    and both arms together: what depends on the arm would take part of the effect away."""


class Winsorise(OfAllUnits, title="A variable with its extremes set to a percentile"):
    """`build: winsorise`."""

    build: Literal["winsorise"]
    lower: Annotated[Number, Field(gt=0, lt=50)] | None = None
    """Percentile that lower values are set to; none when not given."""
    upper: Annotated[Number, Field(gt=50, lt=100)] | None = None
    """Percentile that higher values are set to; none when not given."""

    @model_validator(mode="after")
    def _sets_something(self) -> Self:
        if self.lower is None and self.upper is None:
            raise fault("needs `lower` or `upper`, a percentile such as 1 or 99.")
        return self


class Rank(OfAllUnits, title="Place among all units"):
    """`build: rank`."""

    build: Literal["rank"]


def is_itself(name: str, definition: Construction) -> bool:
    """Tell whether an outcome is a variable of the codebook as it stands, under the same name."""
    return (
        isinstance(definition, OfOne) and definition.build == "variable" and definition.of == name
    )


C = TypeVar("C", bound=Construction)


def in_order_of_need(definitions: dict[str, C]) -> dict[str, C]:
    """Return definitions with each behind those that it is made of, else in the order of the file.

    Parameters
    ----------
    definitions : dict of str to Construction
        By name.

    Raises
    ------
    PydanticCustomError
        Some are made of each other.
    """
    waiting, ordered = dict(definitions), dict[str, C]()
    while waiting:
        ready = [
            name
            for name, definition in waiting.items()
            if not set(definition.inputs) & (waiting.keys() - {name})
        ]
        if not ready:
            names = " and ".join(f"'{name}'" for name in waiting)
            raise fault(f"{names} are made of each other.")
        ordered[ready[0]] = waiting.pop(ready[0])
    return ordered


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
    are then those of its rows."""
    without_rows: Literal["missing", "zero"] = "missing"
    """What a unit without any row is: `zero` where every unit was asked, so that it has none of them."""
    where: Where = Field(default_factory=dict)
    """Only rows with these values count: lists of values by variable."""

    @model_validator(mode="after")
    def _has_rows(self) -> Self:
        for key in ("where", "without_rows"):
            if self.rows is None and key in self.model_fields_set:
                raise fault("is about the rows of a source; give `rows` too.", key)
        return self


class OfSeveral(OfRows, title="Sum, or the first that is known"):
    """`build: sum` or `build: first_of`."""

    naming = ("of", "where")

    build: Literal["sum", "first_of"]
    of: SomeEntries[str]
    """Variables that are added, or of which the first that is known is taken."""

    @model_validator(mode="after")
    def _adds_up_rows(self) -> Self:
        if self.build == "first_of" and self.rows is not None:
            raise fault("does not apply to `build: first_of`.", "rows")
        return self


class Mean(OfRows, title="Average of the rows of a unit"):
    """`build: mean`."""

    naming = ("of", "where")

    build: Literal["mean"]
    rows: str
    of: str
    """Variable of the rows that is averaged. It is missing where no row counts."""
    without_rows: Literal["missing"] = "missing"


class Count(OfRows, title="Number of rows of a unit"):
    """`build: count`."""

    naming = ("where",)

    build: Literal["count"]
    rows: str


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
        named = [
            (entry.quantity, entry.price, entry.amount) for entry in (*self.sales, *self.costs)
        ]
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
