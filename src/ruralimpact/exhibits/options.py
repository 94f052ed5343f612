"""What an entry of exhibits.yaml may say, whatever its kind; kinds add keys of their own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruralimpact.schema.base import Names, Text
from ruralimpact.schema.exhibit import Exhibit, Reference

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Benchmarked", "Exhibit", "OfAnalyses", "OfEstimates", "OfSubgroup"]


class OfAnalyses(Exhibit):
    """A table or figure of some analyses."""

    analyses: Names
    """Analyses shown, by name, in this order."""

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        for name in self.analyses:
            yield Reference("analysis", name, "analyses")


class OfEstimates(OfAnalyses):
    """A table or figure of the estimates of some analyses."""

    outcomes: Names | None = None
    """Outcomes shown; all of the analyses' when not given."""

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        yield from super().references()
        for name in self.outcomes or ():
            yield Reference("outcome", name, "outcomes")

    def wanted(self, outcomes: "pd.Series[str]") -> "pd.Series[bool]":
        """Whether each outcome is among those shown."""
        return outcomes.isin(outcomes if self.outcomes is None else self.outcomes)


class OfSubgroup(OfEstimates):
    """A table or figure of effects by level of a subgroup variable."""

    subgroup: Text
    """Subgroup variable shown, the name of an entry of `subgroups:` in study.yaml."""

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        yield from super().references()
        for analysis in self.analyses:
            yield Reference("subgroup", self.subgroup, "subgroup", of=analysis)


class Benchmarked(OfEstimates):
    """A table against a benchmark."""

    benchmark: Text
    """Analysis whose estimates the others are compared with."""

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        yield Reference("analysis", self.benchmark, "benchmark", shown=False)
        yield from super().references()
