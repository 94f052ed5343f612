"""What an entry of exhibits.yaml may say, whatever its kind; kinds add keys of their own."""

from typing import TYPE_CHECKING

from ruralimpact.schema.base import Name, Names, Settings, Text

if TYPE_CHECKING:
    import pandas as pd


class Exhibit(Settings):
    """A table or figure."""

    name: Name
    """Name of the files."""
    kind: str
    """What is shown."""
    title: str
    """Title, in words."""
    source: str | None = None
    """Source line under the exhibit; the study's citation when not given."""


class OfAnalyses(Exhibit):
    """A table or figure of some analyses."""

    analyses: Names
    """Analyses shown, by name, in this order."""


class OfEstimates(OfAnalyses):
    """A table or figure of the estimates of some analyses."""

    outcomes: Names | None = None
    """Outcomes shown; all of the analyses' when not given."""

    def wanted(self, outcomes: "pd.Series[str]") -> "pd.Series[bool]":
        """Whether each outcome is among those shown."""
        return outcomes.isin(outcomes if self.outcomes is None else self.outcomes)


class OfSubgroup(OfEstimates):
    """A table or figure of effects by level of a subgroup variable."""

    subgroup: Text
    """Subgroup variable shown, the name of an entry of `subgroups:` in study.yaml."""
