"""The answer in short: which estimates answer the study's question, and which should be zero."""

from typing import Annotated

from pydantic import Field

from ruralimpact.schema.base import DistinctEntries, Entries, Settings

MOST_HEADLINES = 5


class HeadlineOutcome(Settings):
    """An estimate that answers the question of the study."""

    analysis: str
    """Analysis that it is of."""
    outcome: str
    """Outcome."""
    strategy: str | None = None
    """Strategy or estimator whose interval is printed; the first of the analysis when not given."""


class PlaceboTest(Settings):
    """Estimates that should be zero, if what the answer rests on holds."""

    analysis: str
    """Analysis that they are of."""
    outcomes: DistinctEntries[str] = ()
    """Outcomes; all of the analysis when not given."""


class Answer(Settings):
    """What the box of the report is made of. It is written before the estimates are known."""

    outcomes: Annotated[Entries[HeadlineOutcome], Field(max_length=MOST_HEADLINES)] = ()
    """Two to five estimates, the most important first. When not given: the first outcome of each analysis
    of the first table of impacts and of the first tables of panel estimators and of changes over time."""
    placebos: Entries[PlaceboTest] = ()
    """Comparisons that should be zero: before the treatment began, or of those that it cannot reach. The
    answer says where one is not."""
