"""Rates of return: which amounts are invested and earned, by whom they count, and what may change them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ruralimpact.schema.analysis import Description
from ruralimpact.schema.base import (
    DistinctEntries,
    Entries,
    Name,
    Names,
    NotNegative,
    Number,
    Positive,
    Settings,
    SomeEntries,
    Text,
    fault,
)

Share = Annotated[Number, Field(ge=0, le=1)]


class Account(Settings):
    """Whose costs and benefits are counted: those of society, or of the producers alone."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    investment: Names
    """Outcomes that are invested, such as what each source paid and the cost of project management."""
    benefits: Names
    """Outcomes that are earned because of it; below zero where less was earned than before."""
    costs: DistinctEntries[str] = ()
    """Outcomes that are spent year by year to earn the benefits."""
    conversion: dict[str, NotNegative] = Field(default_factory=dict)
    """What one unit of money of an outcome is worth in this account, by outcome (a shadow price); 1 where
    nothing is said."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Every outcome of the account."""
        return (*self.investment, *self.benefits, *self.costs)

    @model_validator(mode="after")
    def _counts_no_line_twice(self) -> Self:
        for position, name in enumerate(self.lines):
            if name in self.lines[:position]:
                raise fault(f"'{name}' is counted twice.")
        for name in self.conversion:
            if name not in self.lines:
                raise fault(f"'{name}' is no outcome of the account.", "conversion", name)
        return self


class Scenario(Settings):
    """Something that may come otherwise."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    lines: Names | None = None
    """Outcomes that change; benefits and costs of every account when not given."""
    factor: NotNegative = 1
    """What they are multiplied by."""
    by: str | None = None
    """Variable whose values have factors of their own, such as the product."""
    factors: dict[str | int, NotNegative] = Field(default_factory=dict)
    """Factor by value of that variable; others keep `factor`."""
    delay: Annotated[int, Field(ge=0, le=100)] = 0
    """Years by which benefits and costs come later."""

    @model_validator(mode="after")
    def _says_whose_factors(self) -> Self:
        if (self.by is None) != (not self.factors):
            raise fault("give `by` and `factors` together.", "by" if self.by else "factors")
        return self


class PriceTable(Settings):
    """A table of prices, as a file."""

    file: Text
    """File of the study's folder, `.csv` or `.xlsx`, with a row a scenario and value of `by`. Its columns are
    `scenario`, the label; the variable, under its name; and `relative_price`, the price in the scenario over
    that of the record, such as 0.7. What a scenario does not name keeps its price."""
    by: str
    """Variable whose values have the prices, such as the product."""
    lines: Names
    """Outcomes that go with the price, such as the revenue."""


class Driver(Settings):
    """Amounts that rise and fall together."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    lines: Names
    """Outcomes that are multiplied by one factor."""
    by: str | None = None
    """Variable each of whose values has a factor of its own, such as the product of a price."""
    swing: Annotated[Positive, Field(lt=1)] = 0.2
    """Share by which they are raised and lowered in turn; 0.2 when not given."""
    variation: NotNegative = 0
    """Coefficient of variation of the factor in the simulation (lognormal, with a mean of 1); held fixed
    when not given."""


class Delay(Settings):
    """Benefits and costs that come later than they were recorded."""

    label: Text
    """Label shown in tables and figures."""
    probabilities: Annotated[SomeEntries[Share], Field(min_length=2)]
    """Probability of no delay, of one year, of two, and so on; they sum to 1."""

    @model_validator(mode="after")
    def _is_a_distribution(self) -> Self:
        total = sum(map(float, self.probabilities))
        if abs(total - 1) > 1e-9:
            raise fault(f"the probabilities sum to {total:g}, not to 1.", "probabilities")
        return self


class RateOfReturn(Description, title="Rates of return"):
    """`method: rate_of_return`, of a sample with one row a unit and year (its wave).

    Its `outcomes` are the lines of the cash flow. Year 0 of a unit is the first in which one of them is not
    zero. Units that lack a year or an amount are excluded and counted.
    """

    method: Literal["rate_of_return"]
    outcomes: Names
    """Outcomes that are lines of the cash flow: what was invested, earned and spent. Those of `accounts` when
    not given."""
    accounts: SomeEntries[Account]
    """Accounts, each with rates of its own."""
    horizon: Annotated[int, Field(ge=1, le=100)] = 10
    """Years after year 0 that are counted; 10 when not given."""
    discount_rate: Annotated[Number, Field(gt=0, lt=1)] = 0.12
    """Rate at which flows are discounted, and which a rate of return should exceed; 0.12 when not given."""
    beyond: Literal["repeat"] | None = None
    """What benefits and costs are after the last year recorded: `repeat` that year's up to the horizon.
    Without it units whose record ends before the horizon are excluded and counted."""
    members: str | None = None
    """Variable or outcome that holds how many families a unit has."""
    by: DistinctEntries[str] = ()
    """Variables, such as the product, by whose values results are shown as well."""
    currency: str | None = None
    """Variable that holds the currency of each row; rows in several are refused."""
    scenarios: Entries[Scenario] = ()
    """Scenarios whose rates are shown beside those of the record."""
    prices: PriceTable | None = None
    """A file with more scenarios: prices by product, say."""
    drivers: Entries[Driver] = ()
    """What is raised and lowered in turn, and drawn in the simulation."""
    delay: Delay | None = None
    """Delays drawn in the simulation; one year is also tried by itself."""
    draws: Annotated[int, Field(ge=100, le=1_000_000)] = 1000
    """Draws of the simulation; 1,000 when not given."""
    public_counts: bool = False
    """Small counts may be printed: which units have a net present value above zero is public. Otherwise
    counts of one or two units are hidden."""

    @model_validator(mode="after")
    def _names_what_it_has(self) -> Self:
        for key in ("accounts", "scenarios", "drivers"):
            names = [entry.name for entry in getattr(self, key)]
            for position, name in enumerate(names):
                if name in names[:position]:
                    raise fault(f"the name '{name}' stands twice.", key, position)
        for key, entries in self._lines():
            for position, lines in enumerate(entries):
                unknown = [name for name in lines if name not in self.outcomes]
                if unknown:
                    raise fault(f"'{unknown[0]}' is not among the outcomes.", key, position)
        return self

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables of the sample that it reads."""
        named = (self.members, self.currency)
        return (*self.outcomes, *self.by, *(name for name in named if name is not None))

    @property
    def numbers(self) -> dict[str, tuple[str, ...]]:
        """Return the variable that counts families."""
        return {"members": (self.members,) if self.members is not None else ()}

    def _lines(self) -> tuple[tuple[str, list[tuple[str, ...]]], ...]:
        return (
            ("accounts", [account.lines for account in self.accounts]),
            ("scenarios", [scenario.lines or () for scenario in self.scenarios]),
            ("prices", [self.prices.lines] if self.prices is not None else []),
            ("drivers", [driver.lines for driver in self.drivers]),
        )
