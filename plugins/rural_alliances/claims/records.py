"""What the ledger is made from: claims, checks and printed tables, as read from `data/published`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tier = Literal["A", "B", "C"]
Scope = Literal["inside", "sources", "documents", "outside", "assumption"]
Bound = Literal["", ">", ">="]
Direction = Literal["", "above", "below"]

STATEMENTS = ("design", "parameter", "price", "account")
UNATTRIBUTED = ("before and after", "association among beneficiaries")


@dataclass(frozen=True)
class Claim:
    """A number, or a statement in place of one, that a report prints.

    Attributes
    ----------
    id : str
        Stable identifier; P for the assessment report, R for the review.
    document, place : str
        Document, and the paragraph, table or figure in it.
    quantity, population, unit, base, comparison, source : str
        What it measures, of whom, in which unit, in percent of what, compared with what, and the study it
        comes from. `comparison` also tells designs, parameters, prices and accounts from findings.
    value : str
        The number with the digits printed, without thousands separators; empty for statements.
    printed : str
        A statement or a range in few words where there is no plain number.
    tier : {"A", "B", "C"}
        A: impact and efficiency; B: workshops, survival, perceptions; C: costs and portfolio.
    direction : {"", "above", "below"}
        Side of zero that a claim without a number takes.
    computed_by : str
        ``"<study>:<finding>"``, or ``"lowest"`` or ``"highest"`` and several of them; empty when no study
        estimates it.
    note : str
    reason : str
        Why no study estimates what only micro-data could confirm.
    """

    id: str
    document: str
    place: str
    quantity: str
    population: str
    value: str
    printed: str
    unit: str
    base: str
    comparison: str
    source: str
    tier: Tier
    direction: Direction
    computed_by: str
    note: str
    reason: str

    @property
    def number(self) -> float | None:
        """The printed number."""
        return float(self.value) if self.value else None

    @property
    def decimals(self) -> int:
        """Decimals printed."""
        return len(self.value.partition(".")[2])


@dataclass(frozen=True)
class Check:
    """A printed number that can be recomputed from others.

    Attributes
    ----------
    id : str
    claims : tuple of str
        Claims that the result is charged to.
    place, what : str
        Where the numbers stand, and what they measure.
    printed, recomputed : str
        Formulas of `rural_alliances.claims.formula`.
    decimals : int
        Decimals printed; negative for numbers in round tens or thousands.
    bound : {"", ">", ">="}
        The report says "more than", or "at least", the printed number.
    margin : float
        How far rounding in the inputs can move the recomputed number.
    scope : {"inside", "sources", "documents", "outside", "assumption"}
        Both numbers stand in one report and speak of the same; in one report, from two studies or
        populations; in the two documents; one of them comes from outside; the formula needs an assumption
        of ours.
    settles : bool
        The recomputation covers the whole claim, not a part of it.
    note : str
    """

    id: str
    claims: tuple[str, ...]
    place: str
    what: str
    printed: str
    recomputed: str
    decimals: int
    bound: Bound
    margin: float
    scope: Scope
    settles: bool
    note: str


@dataclass(frozen=True)
class PrintedTable:
    """A table as a report prints it.

    Attributes
    ----------
    cells : mapping of str to mapping of str to str
        Row, then column, to the text printed; empty where nothing is.
    lines : tuple of str
        Rows that add up to the total: not totals, nor other groupings of the same units.
    """

    cells: Mapping[str, Mapping[str, str]]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Published:
    """Everything in `data/published`: claims and tables by name, checks in order."""

    claims: Mapping[str, Claim]
    checks: tuple[Check, ...]
    tables: Mapping[str, PrintedTable]
