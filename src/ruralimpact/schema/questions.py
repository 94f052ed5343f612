"""What an analysis asks beyond its estimates: subgroups, decomposition, associations."""

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, model_validator

from ruralimpact.schema.base import Entries, Name, Names, Settings, SomeEntries, Text, fault
from ruralimpact.schema.construction import Money, Value


class Subgroups(Settings):
    """Effects by the levels of one variable."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    variable: str | None = None
    """Variable measured before treatment; its values are the levels, unless `quantiles` is given."""
    predicted: str | None = None
    """Outcome that is predicted without treatment from the covariates of the controls, leaving the
    unit's own group out, instead of `variable`."""
    realised: str | None = None
    """Outcome whose realised values make the classes, instead of `variable`. Shown as a warning only,
    without tests."""
    levels: Annotated[dict[str | int, str], Field(min_length=2)] | None = None
    """Label of each value of `variable`, in the order shown."""
    quantiles: Annotated[int, Field(ge=2, le=10)] | None = None
    """Number of classes of equal size over both arms, 5 for quintiles."""
    strategies: Names | None = None
    """Strategies it is done for; all of the analysis when not given."""
    outcomes: Names | None = None
    """Outcomes it is done for; all of the analysis when not given."""

    @property
    def numbers(self) -> dict[str, tuple[str, ...]]:
        """Return the variable whose quantiles are the classes, if it is that."""
        cut = self.variable is not None and self.quantiles is not None
        return {"variable": (str(self.variable),) if cut else ()}

    @model_validator(mode="after")
    def _are_of_one_thing(self) -> Self:
        given = {name: getattr(self, name) for name in ("variable", "predicted", "realised")}
        named = [name for name, value in given.items() if value is not None]
        if len(named) != 1:
            raise fault("give one of variable, predicted and realised.")
        if named != ["variable"] and self.quantiles is None:
            raise fault(f"'{named[0]}' needs quantiles: the number of classes.")
        if self.levels is not None and (named != ["variable"] or self.quantiles is not None):
            raise fault("labels are for the values of a category.", "levels")
        return self


class Grade(Settings):
    """A grade of a product."""

    name: Name
    """A name of small letters, digits and underscores."""
    quantity: str
    """Outcome that holds the quantity of the grade."""
    value: str
    """Outcome that holds its value."""


class Product(Settings):
    """A product with the outcomes that hold its accounts."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    quantity: str | None = None
    """Outcome that holds the quantity produced; zero where none was."""
    value: str | None = None
    """Outcome that holds its value, sales and own consumption."""
    cost: str
    """Outcome that holds its cash costs."""
    grades: Annotated[SomeEntries[Grade], Field(min_length=2)] | None = None
    """Grades, each with its own quantity and value, instead of `quantity` and `value`."""

    @model_validator(mode="after")
    def _is_whole_or_in_grades(self) -> Self:
        whole = [name for name in (self.quantity, self.value) if name is not None]
        if len(whole) == 1 or (self.grades is not None) == (len(whole) == 2):
            raise fault("give quantity and value, or grades that have both.")
        return self

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Outcomes that hold quantity and value, of each grade where there are any."""
        if self.grades is not None:
            return tuple((grade.quantity, grade.value) for grade in self.grades)
        return ((str(self.quantity), str(self.value)),)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Outcomes that hold its accounts: its costs, then quantity and value of each line."""
        return (self.cost, *(name for line in self.lines for name in line))


class SoldProduct(Settings):
    """A product whose accounts are added up from the rows of a source."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    values: SomeEntries[Value] | None = None
    """Values of the variable `by` that are this product; its name when not given."""


class SoldGrade(Settings):
    """A grade of all products, with what is sold or eaten of it."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    sales: SomeEntries[Money]
    """Quantities with their prices, added up."""

    @model_validator(mode="after")
    def _has_quantities(self) -> Self:
        for number, part in enumerate(self.sales):
            if part.quantity is None:
                raise fault("a grade is of quantities with their prices.", "sales", number)
        return self


class Accounts(Settings):
    """Accounts of all products, added up from the rows of a source."""

    rows: str
    """Source with several rows a unit (see its `item`)."""
    by: str
    """Variable of its rows that tells the product."""
    products: SomeEntries[SoldProduct]
    """Products."""
    grades: SomeEntries[SoldGrade]
    """Grades; one where products have none."""
    costs: SomeEntries[str]
    """Variables of its rows with cash costs, added up."""
    unit: str
    """Unit of measure of values and costs."""
    quantity_unit: str
    """Unit of measure of quantities."""

    @model_validator(mode="after")
    def _names_nothing_twice(self) -> Self:
        refuse_name_twice(self.products, "products")
        refuse_name_twice(self.grades, "grades")
        return self


class Decomposition(Settings):
    """Split of the effect on net income into volume, mix, quality, price and cost."""

    outcome: str
    """Outcome that is split, one of the analysis."""
    products: Entries[Product] = ()
    """Products, each with the outcomes that hold its accounts."""
    accounts: Accounts | None = None
    """Accounts that are added up from rows, instead of `products`: they are outcomes then, called
    `<product>_<grade>_quantity`, `<product>_<grade>_value` and `<product>_cost`."""

    @model_validator(mode="after")
    def _has_accounts_of_products(self) -> Self:
        refuse_name_twice(self.products, "products")
        if bool(self.products) == (self.accounts is not None):
            raise fault("give products with their accounts, or accounts of rows.", "products")
        return self


class Association(Settings):
    """What goes with an outcome among the treated."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    variables: Names
    """Variables whose coefficients are shown, such as services received."""
    covariates: Names = ()
    """Variables held fixed."""
    dummies: Names = ()
    """Those of `covariates` that enter as one dummy a value although they are numbers."""
    outcomes: Names
    """Outcomes, one regression each."""


def refuse_name_twice(
    entries: Iterable[Subgroups | Product | SoldProduct | SoldGrade | Association], key: str
) -> None:
    """Raise a fault where two entries have one name."""
    names = [entry.name for entry in entries]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise fault(f"the name '{name}' stands twice.", key, position)


class Randomisation(Settings):
    """A test of no effect on anyone, that permutes treatment over groups and matches anew for each draw.

    The test with the match held fixed is made of every estimate; this one takes a thousand matches.
    """

    draws: Annotated[int, Field(ge=19, le=1_000_000)] = 999
    """Permutations."""
    strategies: Names | None = None
    """Strategies of the analysis; all of them when not given."""
    outcomes: Names | None = None
    """Outcomes of the analysis; all of them when not given."""

    def about(self, strategy: str, outcome: str) -> bool:
        """Whether the effect on an outcome under a strategy is tested."""
        of_strategy = self.strategies is None or strategy in self.strategies
        return of_strategy and (self.outcomes is None or outcome in self.outcomes)
