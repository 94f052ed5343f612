"""What is asked about the estimates of a study: their sensitivity, losses of units, the next wave."""

from typing import Annotated, Literal

from pydantic import Field

from ruralimpact.schema.base import (
    DistinctEntries,
    Name,
    Names,
    Number,
    Settings,
    SomeDistinctEntries,
    Text,
)

Correlation = Annotated[Number, Field(ge=-1, le=1)]
Share = Annotated[Number, Field(gt=0, lt=1)]


class Sensitivity(Settings):
    """How the matched estimates are tested beyond what is always done."""

    leave_out: str | None = None
    """Variable of the units, such as a region, of which each value is excluded in turn, to match and
    estimate anew; samples that lack it are passed over."""
    analyses: DistinctEntries[str] | None = None
    """Matched analyses that are tested: all when not given, none when the list is empty."""


class Autocorrelation(Settings):
    """Correlation of an outcome with itself at the baseline."""

    unit: Correlation
    """Of units' deviations from their group."""
    group: Correlation
    """Of the groups' own parts."""


class Power(Settings):
    """What the next wave could detect."""

    analysis: str
    """Analysis whose units, covariates and treatment the variances are taken from."""
    outcomes: Names
    """Outcomes of that analysis."""
    groups: SomeDistinctEntries[Annotated[int, Field(ge=4)]]
    """Numbers of groups of the next wave, both arms together."""
    group_size: Annotated[Number, Field(ge=1)] | None = None
    """Units interviewed a group, before attrition; the present wave's mean when not given."""
    size_cv: Annotated[Number, Field(ge=0)] | None = None
    """Coefficient of variation of group sizes; the present wave's when not given."""
    attrition: Annotated[Number, Field(ge=0, lt=1)] = 0
    """Share of units not found again; none when not given."""
    treated_share: Share | None = None
    """Share of groups that are treated; the present wave's when not given."""
    designs: SomeDistinctEntries[Literal["cross_section", "ancova", "difference"]] | None = None
    """`cross_section`: the next wave alone; `ancova`: adjusted for the outcome at the baseline;
    `difference`: change since the baseline. All three when not given."""
    autocorrelation: Autocorrelation | None = None
    """Correlation of an outcome with itself at the baseline, assumed. Needed by `ancova` and
    `difference` where the sample has no baseline of the outcome to estimate it from."""
    power: Annotated[Number, Field(ge=0.5, lt=1)] = 0.8
    """Probability of finding the effect; 0.8 when not given."""
    level: Share = 0.05
    """Level of significance of the two-sided test; 0.05 when not given."""


class Attrition(Settings):
    """A follow-up whose losses are accounted for."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    baseline: str
    """Sample of the units that were to be found again, one row a unit."""
    followup: str
    """Sample of the units that were found, one row a unit."""
    compared: str | None = None
    """Sample of those found that are still compared, where some are not (controls treated since); all
    of the follow-up when not given. Others are not lost: they and groups of which only such units
    were found are excluded from effects, and counted."""
    treatment: str
    """Treatment variable of the baseline."""
    covariates: DistinctEntries[str] = ()
    """Covariates of the baseline for tests and weights of response and for regression."""
    cells: DistinctEntries[str] = ()
    """Categories of the baseline within whose cells bounds are computed a second time."""
    outcomes: Names
    """Outcomes of the follow-up."""
    strategies: DistinctEntries[str] = ()
    """Strategies by which those found again are compared on the covariates, as they were found and with
    weights for response that multiply the sampling weights."""
    changes: bool = False
    """Compare changes of the outcomes since the baseline."""
