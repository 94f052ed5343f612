"""Analysis samples: of which sources they are made, and how their waves belong together."""

from typing import Annotated, Any, Literal, Protocol, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, model_validator

from ruralimpact.schema.base import DistinctEntries, Names, Settings, SomeEntries, Text, fault
from ruralimpact.schema.waves import not_later, wave_text

Design = Literal["cross_section", "panel", "before_after", "descriptive"]


def _as_text(wave: int | str) -> int | str:
    return wave_text(wave) if isinstance(wave, str) else wave


Wave = Annotated[int | str, AfterValidator(_as_text)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


P = TypeVar("P", bound="BeforeAndAfter")


class BeforeAndAfter(Protocol):
    """What names waves before and after."""

    before: tuple[Wave, ...]
    after: tuple[Wave, ...]


def with_waves_in_order(periods: P) -> P:
    """Raise a fault where a wave is on both sides, or a number after is not larger than one before."""
    before, after = list(map(str, periods.before)), list(map(str, periods.after))
    both = set(before) & set(after)
    if both:
        raise fault(f"wave {min(both)} is both before and after.")
    problem = not_later(before, after)
    if problem is not None:
        raise fault(problem, "after")
    return periods


class TwoPeriods(Settings):
    """Waves turned into one row a unit."""

    before: SomeEntries[Wave]
    """Waves before."""
    after: SomeEntries[Wave]
    """Waves after."""
    status: str
    """Indicator by wave: units with it before and not after are treated, units never with it are
    controls, others are excluded and counted."""
    treatment: str
    """Name of the treatment made."""
    covariates: DistinctEntries[str] = ()
    """Variables and outcomes whose means before are kept, under their name and `_before`."""

    _in_order = model_validator(mode="after")(with_waves_in_order)


class Sample(Settings):
    """An analysis sample."""

    label: Text
    """Label shown in tables and figures."""
    sources: Names
    """Sources whose rows make the sample."""
    group: str | None = None
    """Column that treatment is assigned by and standard errors cluster on; the unit when not given."""
    weight: Annotated[Names | None, BeforeValidator(_listed)] = None
    """Variable with the sampling weight, or several that are multiplied: with the size of the household
    beside the weight, shares are shares of persons."""
    strata: str | None = None
    """Variable of the strata that groups were drawn from: only differences within one are sampling error."""
    design: Design | None = None
    """What this sample can bear, where it is not what the study can (see `design` of the study)."""
    waves: Literal["each", "up_to"] | None = None
    """Make one sample a wave (`each`: `<name>_<wave>`), or one of all waves up to each (`up_to`:
    `<name>_to_<wave>`); analyses of the sample then exist for each. Without it all sources are one
    sample."""
    outcomes: Names | None = None
    """Outcomes that the sources can give, if not all."""
    baseline: str | None = None
    """Sample whose units were asked before: what these sources do not hold themselves (covariates, arm,
    group) is theirs, by `id`. Units that are not in it are excluded and counted."""
    restrict_to: str | None = None
    """Keep only units that are in that sample too, by `id`."""
    arm: str | None = None
    """Variable of the arm, which no unit may change between waves."""
    first_treated: str | None = None
    """Variable with the role adoption: the year (or wave) in which a unit's treatment began, 0 for
    never. A control whose treatment had begun by the wave is no control any more."""
    contaminated: Literal["exclude", "keep"] | None = None
    """What is done with controls whose treatment had begun by the wave: `exclude` them, or `keep` them
    to show what a naive comparison finds. Without it such controls are an error."""
    two_periods: TwoPeriods | None = None
    """Turn waves into one row a unit, the change from the earlier waves to the later ones."""

    @model_validator(mode="after")
    def _has_what_its_keys_need(self) -> Self:
        if self.first_treated is not None and self.arm is None:
            raise fault("'first_treated' needs 'arm' too.", "first_treated")
        if self.contaminated is not None and self.first_treated is None:
            raise fault("'contaminated' needs 'first_treated' too.", "contaminated")
        return self

    @property
    def numbers(self) -> dict[str, tuple[str, ...]]:
        """Return its sampling weights."""
        return {"weight": self.weight or ()}

    @property
    def referred(self) -> tuple[str, ...]:
        """Samples that this one refers to."""
        return tuple(name for name in (self.baseline, self.restrict_to) if name is not None)
