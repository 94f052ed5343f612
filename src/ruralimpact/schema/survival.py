"""`method: survival`: how long something lasts, and how it ends."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ruralimpact.schema.analysis import Description
from ruralimpact.schema.base import Entries, Names, NotNegative, SomeEntries, Text, fault


class Survival(Description, title="Survival"):
    """`method: survival`, of a sample with one row for each thing that may end, such as an alliance.

    Times are numbers on one scale (years, or days of dates). What has no ending lasts until it was last
    observed, and is censored there. What ended without a time at which it ended is excluded and counted.
    """

    method: Literal["survival"]
    start: str
    """Variable with the time at which it begins."""
    observed: str
    """Variable with the time at which it was last observed."""
    ended: str
    """Variable with the time at which it ended; blank while it lasts."""
    ended_after: str | None = None
    """Variable with the last time at which what ended was seen to last, where its state is known at visits
    only: it ended after that time and by `ended`. Blank: it was not seen since the start."""
    ending: str
    """Variable with how it ended; blank while it lasts."""
    ends: Annotated[dict[str, Text], Field(min_length=1)]
    """Ways to end that compete: words by value of `ending`."""
    times: SomeEntries[NotNegative]
    """Times since the start that tables show."""
    time_unit: Text = "time"
    """Unit of the times, in the singular, as tables and the answer name it, such as `year`."""
    by: Names = ()
    """Variables, such as region, product or cohort, by whose values curves are shown as well."""
    answered: str | None = None
    """Indicator of those that were found or came, 0 for the absent. Curves are then of those who answered,
    and the share that lasts is bounded by counting all absent as ended, or none."""
    hazard: Names = ()
    """Variables on which the hazard of ending, in any way, is regressed: categories against their first,
    numbers by one unit. Periods end at `times`."""
    reasons: Entries[str] = ()
    """Indicators of reasons for which it ended; several may hold."""
    public_counts: bool = False
    """Small counts may be printed: what lasts or ends is public, as of registers of organisations. Otherwise
    levels are hidden in which one or two ended in some way, or last."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables of the sample that it reads."""
        named = [self.start, self.observed, self.ended, self.ending, *self.by, *self.reasons]
        optional = [name for name in (self.answered, self.ended_after) if name is not None]
        return tuple(dict.fromkeys([*named, *optional, *self.hazard]))

    @property
    def numbers(self) -> dict[str, tuple[str, ...]]:
        """Return the times and indicators among its variables."""
        keys = ("start", "observed", "ended", "ended_after", "answered")
        named = {key: getattr(self, key) for key in keys}
        times = {key: (name,) for key, name in named.items() if name is not None}
        return {**times, "reasons": tuple(self.reasons)}

    @model_validator(mode="after")
    def _has_times_in_order(self) -> Self:
        times = [float(time) for time in self.times]
        if times != sorted(set(times)):
            raise fault("times must rise.", "times")
        return self
