"""Rows of the table of a portfolio (`ruralimpact.contracts.portfolio`)."""

from dataclasses import dataclass

from ruralimpact.result_rows import MISSING


@dataclass(frozen=True, kw_only=True)
class PortfolioQuantity:
    """What a row tells: a measure of a quantity, with its words, unit and decimals."""

    part: str
    name: str
    label: str
    measure: str
    unit: str = ""
    decimals: int = 0


@dataclass(frozen=True, kw_only=True)
class PortfolioRow(PortfolioQuantity):
    """A number, or word, of a project or of all: contract ``portfolio``."""

    analysis: str
    project: str = ""
    project_label: str = ""
    by: str = ""
    value: float = MISSING
    share: float = MISSING
    words: str = ""
    printed: float = MISSING
    agreement: str = ""
