"""Gains before and after: how they are summed up, what goes with them, and what they are set beside."""

from typing import Annotated

from pydantic import Field

from ruralimpact.schema.base import DistinctEntries, Entries, Name, Names, Number, Settings, Text


class Targeting(Settings):
    """Where the units are: in places that are well off, or in others."""

    place: str
    """Variable of the place, such as the municipality."""
    index: str
    """Variable by which places differ, the same for all units of a place."""
    above: Number | None = None
    """Places with more than this are the well-off ones; the median of the places when not given."""
    amounts: Names
    """Variables or outcomes whose totals are shared out, such as funds, from the wave before."""

    @property
    def numbers(self) -> dict[str, tuple[str, ...]]:
        """Return the variables that have to be numbers."""
        return {"index": (self.index,), "amounts": self.amounts}


class ComparedEffect(Settings):
    """An effect of the same programme that was estimated with a comparison, elsewhere."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    percent: Annotated[Number, Field(gt=-100)]
    """The effect in percent of what would have been without the programme."""
    source: Text
    """Where it stands."""


class Gains(Settings):
    """Gains of each unit in percent of what it had before; none is attributable to the project."""

    by: DistinctEntries[str] = ()
    """Variables, such as the product, by whose values gains are shown as well."""
    within: str | None = None
    """Variable whose share in the variance of gains is estimated: is it the product, or the group?"""
    targeting: Targeting | None = None
    """Which places the units are in."""
    effects: Entries[ComparedEffect] = ()
    """Effects that the gains are reconciled with, by the growth without the programme that both imply."""
