"""Analyses: which comparison is made on which sample, and by what."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ruralimpact.schema.base import (
    Entries,
    Name,
    Names,
    NotNegative,
    Settings,
    SomeDistinctEntries,
    SomeEntries,
    Text,
    fault,
)
from ruralimpact.schema.gains import Gains
from ruralimpact.schema.questions import (
    Association,
    Decomposition,
    Randomisation,
    Subgroups,
    refuse_name_twice,
)
from ruralimpact.schema.sample import Wave, with_waves_in_order

ADJUSTED = ("doubly_robust", "regression", "weighting")


class OfSample(Settings):
    """What every entry of `analyses:` has, whether it compares arms or describes."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """Label shown in tables and figures."""
    sample: str
    """Sample that it is made on."""
    method: str
    """How it is analysed."""


class Description(OfSample, ABC):
    """An analysis that compares no arms: it describes the units of a sample, and estimates no effect."""

    by_design = ("label", "sample", "outcomes")

    @property
    @abstractmethod
    def variables(self) -> tuple[str, ...]:
        """Variables of the sample that it reads, built ones included."""

    @property
    def beside(self) -> dict[str, tuple[str, ...]]:
        """Variables that it reads of other samples."""
        return {}


class Analysis(OfSample):
    """What every analysis that compares has."""

    by_design = (
        *("label", "sample", "outcomes", "treatment", "covariates"),
        *("strategies", "estimators", "before", "after"),
    )
    later_keys = (
        *("treatment", "first_treated", "fixed", "eligible", "before", "after", "covariates"),
        *("second_order_balance", "exact", "control", "form", "base", "anticipation"),
        *("strategies", "estimators", "outcomes", "subgroups", "decomposition", "associations"),
        "randomisation",
    )
    method: str
    """`difference_in_means`: for a randomised comparison; `matching`: strategies applied to levels;
    `matched_difference`: strategies applied to changes between two periods; `panel`: regressions
    with effects for units and waves; `difference_in_differences`: changes of the treated less
    changes of controls; `triple_difference`: the same, less the difference among units that the
    programme is not for; `staggered`: effects by cohort and wave where treatment begins at several
    times; `before_after`: changes of the treated alone, not attributable."""
    outcomes: Names
    """Outcomes that effects are estimated on."""


class Asking(Analysis):
    """An analysis that may ask more than its estimates."""

    covariates: Names = ()
    """Covariates measured before the treatment."""
    subgroups: Entries[Subgroups] = ()
    """Effects by subgroup, with the test that they are equal: by a category, by quantiles of a variable
    measured before, or by quantiles of an outcome predicted without treatment."""
    decomposition: Decomposition | None = None
    """Split of the effect on net income into volume, mix, quality, price and cost; the products'
    values less costs must be the outcome, to the cent."""
    associations: Entries[Association] = ()
    """What goes with an outcome among the treated, by regression; no effects."""

    @model_validator(mode="after")
    def _names_no_question_twice(self) -> Self:
        refuse_name_twice(self.subgroups, "subgroups")
        refuse_name_twice(self.associations, "associations")
        return self


class DifferenceInMeans(Asking, title="Difference in means"):
    """`method: difference_in_means`."""

    method: Literal["difference_in_means"]
    treatment: str
    """Treatment, a variable of the sample that is 0 or 1."""


class Matching(Asking, title="Matching and weighting"):
    """`method: matching` or `method: matched_difference`."""

    method: Literal["matching", "matched_difference"]
    treatment: str
    """Treatment, a variable of the sample that is 0 or 1."""
    covariates: Names
    """Covariates measured before the treatment."""
    second_order_balance: bool = False
    """Check the balance of squares and products of covariates as well."""
    exact: Names = ()
    """Variables on which matches must agree exactly, whatever the strategy."""
    strategies: Names
    """Strategies of strategies.yaml, by name."""
    randomisation: Randomisation | None = None
    """Permute treatment over groups and match anew for each draw, where it was given to whole groups."""

    @model_validator(mode="after")
    def _compares_levels_to_decompose(self) -> Self:
        if self.method == "matched_difference" and self.decomposition is not None:
            problem = "changes between periods have no prices; decompose a comparison of levels."
            raise fault(problem, "decomposition")
        return self


class Panel(Analysis, title="Panel regressions"):
    """`method: panel`."""

    method: Literal["panel"]
    treatment: str
    """Treatment, a variable of the sample that is 0 or 1."""
    covariates: Names = ()
    """Covariates measured before the treatment."""
    estimators: SomeDistinctEntries[Literal["two_way_fixed_effects", "first_differences"]]
    """Estimators of the panel."""


Unbalanced = Literal["exclude", "keep"]


class OverTime(Analysis):
    """An analysis of changes of units over waves."""


class BetweenWaves(OverTime):
    """Changes from waves before treatment to waves after it."""

    before: SomeEntries[Wave]
    """Waves before."""
    after: SomeEntries[Wave]
    """Waves after."""

    _in_order = model_validator(mode="after")(with_waves_in_order)


class ComparedChanges(BetweenWaves):
    """Changes of the treated compared with those of controls."""

    treatment: str
    """Treatment, a variable of the sample that is 0 or 1."""
    fixed: bool = False
    """The treatment is the arm of a unit, the same in every wave, and not whether it is treated in the
    wave; a unit whose arm changes is then an error."""
    covariates: Names = ()
    """Covariates, with their values in the last wave before treatment."""


class DifferenceInDifferences(ComparedChanges, title="Difference in differences"):
    """`method: difference_in_differences`, of a sample with one row a unit and wave.

    Units that were not observed in every wave named (unless `unbalanced: keep`), or whose treatment neither
    begins between `before` and `after` nor stays away, are excluded and counted.
    """

    method: Literal["difference_in_differences"]
    estimators: SomeDistinctEntries[
        Literal["two_by_two", "ancova", "doubly_robust", "regression", "weighting"]
    ]
    """`two_by_two`: mean changes compared; `ancova`: regression on the outcome before, treatment and
    covariates; `doubly_robust`: given covariates, by tilting and regression; `regression`: by
    regression among controls; `weighting`: by the inverse propensity."""
    unbalanced: Unbalanced = "exclude"
    """Units that were not observed in every wave named: `exclude` them, or `keep` them and compare the arms'
    means before and after as repeated cross sections are compared, whoever was observed when. That takes
    an arm to be composed alike before and after, given the covariates, and needs `fixed: true`."""

    @model_validator(mode="after")
    def _keeps_units_only_where_theory_does(self) -> Self:
        if self.unbalanced == "keep" and not self.fixed:
            problem = "units that are not observed in every wave need an arm that is known whatever the wave"
            raise fault(f"{problem}: `fixed: true`.", "unbalanced")
        if self.unbalanced == "keep" and "ancova" in self.estimators:
            raise fault("'ancova' needs the outcome before of every unit.", "estimators")
        return self

    @model_validator(mode="after")
    def _has_covariates_to_adjust_for(self) -> Self:
        adjusted = [name for name in self.estimators if name in ADJUSTED]
        if adjusted and not self.covariates:
            problem = f"'{adjusted[0]}' adjusts for covariates, and none are given."
            raise fault(problem, "estimators")
        return self


class TripleDifference(ComparedChanges, title="Triple difference"):
    """`method: triple_difference`, as `difference_in_differences`."""

    method: Literal["triple_difference"]
    eligible: str
    """Indicator, in the last wave before, of units that the programme is for, in either arm."""


GroupTimeEstimator = Literal[
    "group_time_simple",
    "group_time_cohort",
    "group_time_calendar",
    "group_time_event",
    "two_way_fixed_effects",
]


class Staggered(OverTime, title="Treatment that begins at several times"):
    """`method: staggered`, of a sample with one row a unit and wave.

    Effects by cohort and wave, and their averages. Units that were not observed in every wave (unless
    `unbalanced: keep`), or treated already in the first, are excluded and counted.
    """

    method: Literal["staggered"]
    treatment: str | None = None
    """Indicator by wave, 1 from the first wave with treatment; units in which it ends again are
    excluded and counted. Or give `first_treated`."""
    first_treated: str | None = None
    """Variable with the role adoption: the year or wave in which treatment began, 0 for never. Units
    are treated from the first wave that is not before it."""
    covariates: Names = ()
    """Covariates, with their values in the first wave."""
    control: Literal["never_treated", "not_yet_treated"] = "never_treated"
    """Units compared with: those never treated up to the last wave, or in each wave all that are not
    treated yet."""
    form: Literal["doubly_robust", "regression", "weighting", "unconditional"] = "doubly_robust"
    """How a comparison adjusts for covariates."""
    base: Literal["universal", "varying"] = "universal"
    """What waves before treatment are compared with: `universal`, the last wave before it, as all
    others are; `varying`, the wave just before each, which leaves no sensitivity to parallel
    trends."""
    unbalanced: Unbalanced = "exclude"
    """Units that were not observed in every wave: `exclude` them, or `keep` them and compare the two waves of
    each effect as repeated cross sections, whoever was observed when. Needs `first_treated`, which is
    known whatever the wave."""
    anticipation: NotNegative = 0
    """Time before treatment, in the unit of the waves, in which it may already have effects."""
    estimators: SomeDistinctEntries[GroupTimeEstimator] | None = None
    """Averages of the effects by cohort and wave (`group_time_simple`: by cohort size;
    `group_time_cohort`, `group_time_calendar`, `group_time_event`: over cohorts, waves, times since
    treatment), and `two_way_fixed_effects` as a warning beside them; all when not given."""

    @model_validator(mode="after")
    def _knows_when_treatment_began(self) -> Self:
        if (self.treatment is None) == (self.first_treated is None):
            raise fault("give either treatment (0 or 1 by wave) or first_treated (when it began).")
        if self.covariates and self.form == "unconditional":
            raise fault("the form 'unconditional' takes no covariates.", "form")
        if self.unbalanced == "keep" and self.first_treated is None:
            problem = "units that are not observed in every wave need `first_treated` instead of `treatment`."
            raise fault(problem, "unbalanced")
        return self


class BeforeAfter(BetweenWaves, title="Before and after, without comparison"):
    """`method: before_after`, of a sample with one row a unit and wave.

    The change of treated units alone. It is not attributable to the project, and is labelled so
    wherever it stands.
    """

    covariates: ClassVar[tuple[str, ...]] = ()
    method: Literal["before_after"]
    treatment: str | None = None
    """Indicator of treated units, 1 in every wave after; all units when not given."""
    gains: Gains | None = None
    """Gains of each unit in percent of what it had before: averages, losses, what goes with them."""


AnyAnalysis = Annotated[
    DifferenceInMeans
    | Matching
    | Panel
    | DifferenceInDifferences
    | TripleDifference
    | Staggered
    | BeforeAfter,
    Field(discriminator="method"),
]

AnyOverTime = DifferenceInDifferences | TripleDifference | Staggered | BeforeAfter
