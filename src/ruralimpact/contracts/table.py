"""What a result table declares about itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ruralimpact.contracts.columns import ResultColumn

if TYPE_CHECKING:
    import pandas as pd

# Stages that make result tables, and the folder of each under the results of a round.
FOLDERS = {
    "construct_samples": "analysis",
    "design_comparisons": "design",
    "estimate_impacts": "estimates",
    "analyse_sensitivity": "estimates",
}

Tables = Mapping[str, "pd.DataFrame"]


@dataclass(frozen=True)
class Suppressed:
    """Small cells are blanked before an exhibit sees the table.

    Attributes
    ----------
    rule : callable
        Takes the table, and those it follows as suppressed; returns the table with cells blanked.
    after : tuple of str
        Tables whose suppression it follows.
    """

    rule: Callable[["pd.DataFrame", Tables], "pd.DataFrame"]
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoCells:
    """No number of the table tells of producers, so nothing has to be blanked.

    Attributes
    ----------
    reason : str
    """

    reason: str


@dataclass(frozen=True)
class Withheld:
    """No exhibit may load the table.

    Attributes
    ----------
    reason : str
    """

    reason: str


@dataclass(frozen=True)
class ResultTable:
    """A table that a stage writes for the stages after it.

    Attributes
    ----------
    name : str
        Of its file and its contract.
    stages : tuple of str
        Rules that write it, each in its own folder.
    description : str
        What it holds, one sentence.
    row : str
        What one row is.
    columns : mapping of str to ResultColumn
    suppression : Suppressed, NoCells or Withheld
    by_sample : bool
        There is one file a sample.
    further : str
        What further columns it has, named after what the study declares; none when empty.
    pattern : mapping of str to ResultColumn
        Columns known by a regular expression only.
    """

    name: str
    stages: tuple[str, ...]
    description: str
    row: str
    columns: Mapping[str, ResultColumn]
    suppression: Suppressed | NoCells | Withheld
    by_sample: bool = False
    further: str = ""
    pattern: Mapping[str, ResultColumn] = field(default_factory=dict)

    def paths(self) -> dict[str, str]:
        """Return its file by stage, relative to a round's results, with ``{sample}`` if one a sample."""
        inside = f"{{sample}}/{self.name}" if self.by_sample else self.name
        return {stage: f"{FOLDERS[stage]}/{inside}.parquet" for stage in self.stages}
