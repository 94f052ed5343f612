"""`method: portfolio`: a register of projects, what each was to reach, what it reached and what it cost."""

from typing import Annotated, Literal

from pydantic import Field

from ruralimpact.schema.analysis import Description
from ruralimpact.schema.base import Entries, Name, Names, Positive, Settings, Text


class Reach(Settings):
    """Something that projects count, with what was aimed at."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    target: str
    """Variable with the target."""
    actual: str
    """Variable with what was reached."""


class PortfolioRatio(Settings):
    """One amount of a project over another."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    unit: Text
    """Unit of the ratio, in words."""
    of: str
    """Variable above the line."""
    over: str
    """Variable under the line; a ratio over zero is missing."""
    times: Positive = 1
    """Factor, such as 1000000 where amounts are in millions."""
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    """Decimals printed."""


class Parts(Settings):
    """Amounts that add up to the total of a project."""

    label: Text
    """What they are parts of."""
    unit: Text
    """Unit of the amounts, in words."""
    of: Names
    """Variables that hold a part each; a blank part is none."""
    total: str | None = None
    """Variable with the total as it was recorded: a project whose parts add up to another is marked."""
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    """Decimals that amounts were recorded with."""


class Printed(Settings):
    """What a document prints of the numbers that are computed here, a row a number."""

    sample: str
    """Sample with these rows. Their identifiers are those of the numbers: `reach/<name>/actual/total`,
    `ratio/<name>/<project>`, `parts/<variable>/total`."""
    value: str
    """Variable with the number printed."""
    decimals: str
    """Variable with its decimals; below zero for numbers rounded to tens or more."""
    sense: str | None = None
    """Variable that is `at least`, where the document says no more than that, and otherwise `equal`."""


class Portfolio(Description, title="Portfolio of projects"):
    """`method: portfolio`, of a sample with one row a project."""

    method: Literal["portfolio"]
    project: str
    """Variable with the name of the project."""
    by: str | None = None
    """Variable that projects stand together by, such as the country."""
    start: str | None = None
    """Variable with the year in which it begins."""
    end: str | None = None
    """Variable with the year in which it ends."""
    reach: Entries[Reach] = ()
    """What projects count: targets against what was reached."""
    ratios: Entries[PortfolioRatio] = ()
    """Ratios by project, and of the sums over projects that have both numbers."""
    financing: Parts | None = None
    """Amounts by source of financing."""
    products: Parts | None = None
    """Groups by product; the shares give the Herfindahl-Hirschman index of each project."""
    focus: Names = ()
    """Variables with the weight that the design gives to a theme, from 1."""
    words: Names = ()
    """Variables that tables print as they are."""
    status: str | None = None
    """Variable by whose values projects are counted."""
    printed: Printed | None = None
    """What a document prints of these numbers, to be set beside them."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables of the sample that it reads."""
        named = [self.project, self.by, self.start, self.end, self.status]
        named += [name for reach in self.reach for name in (reach.target, reach.actual)]
        named += [name for ratio in self.ratios for name in (ratio.of, ratio.over)]
        for parts in (self.financing, self.products):
            named += [*parts.of, parts.total] if parts is not None else []
        return tuple(dict.fromkeys(n for n in [*named, *self.focus, *self.words] if n is not None))

    @property
    def beside(self) -> dict[str, tuple[str, ...]]:
        """Variables that it reads of other samples."""
        if self.printed is None:
            return {}
        named = (self.printed.value, self.printed.decimals, self.printed.sense)
        return {self.printed.sample: tuple(name for name in named if name is not None)}
