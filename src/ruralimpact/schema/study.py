"""A study: what its files say, and what the stages work with once its waves are written out."""

from collections.abc import Collection
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from ruralimpact.schema.analysis import AnyAnalysis, Description, DifferenceInMeans, Matching
from ruralimpact.schema.answer import Answer
from ruralimpact.schema.base import (
    DistinctEntries,
    Entries,
    Name,
    Settings,
    SomeDistinctEntries,
    SomeEntries,
    fault,
)
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.construction import in_order_of_need
from ruralimpact.schema.definitions import AnyOutcome, AnyVariable
from ruralimpact.schema.exhibit import Exhibits
from ruralimpact.schema.followup import Attrition, Power, Sensitivity
from ruralimpact.schema.language import Language
from ruralimpact.schema.portfolio import Portfolio
from ruralimpact.schema.rate_of_return import RateOfReturn
from ruralimpact.schema.responses import DrawnSample, Responses
from ruralimpact.schema.sample import Design, Sample, Wave
from ruralimpact.schema.source import Generation, Prices, SecondCurrency, Source, SourceEntry
from ruralimpact.schema.strategy import StrategyEntry
from ruralimpact.schema.survival import Survival
from ruralimpact.schema.waves import wave_key

AnyDescription = Portfolio | RateOfReturn | Survival | Responses | DrawnSample
AnyEntry = Annotated[
    AnyAnalysis | AnyDescription,
    Field(discriminator="method"),
]

A = TypeVar("A")
_ORDERED = AfterValidator(in_order_of_need)


class Config(Settings):
    """What a run builds."""

    studies: SomeDistinctEntries[str]
    """Studies to build, in this order; each is a folder of config/studies/."""
    plugins: DistinctEntries[str] = ()
    """Folders of plug-ins, relative to the project's folder (docs/plugins.md)."""
    seed: Annotated[int, Field(ge=0)]
    """Seed of everything random; each specification derives its own stream from it."""


class StudyFile(Settings):
    """One evaluation, from its raw files to the analyses wanted."""

    by_design = ("unit_label", "group_label", "outcomes", "samples", "analyses")
    title: str
    """Title of the report."""
    subtitle: str | None = None
    """Second line of the title."""
    question: str | None = None
    """What the evaluation asks, in a sentence."""
    language: Language = "en"
    """Language of the report, its tables and figures and the marks of their numbers: `en` or `es`.
    Words of the study itself, such as labels, are printed as they stand."""
    synthetic: bool
    """Whether the data are simulated; every output then says so."""
    design: Design
    """What the data can bear. `cross_section`: one wave after treatment, so differences in levels
    only; `panel`: waves before and after, or units that enter and leave; `before_after`: treated
    units only; `descriptive`: no arms, so analyses that describe and none that compares."""
    unit_label: str
    """What the units are called, in the plural; `units` when not given."""
    group_label: str
    """What the groups that inference clusters on are called, in the plural; `groups` when not given."""
    currency: str | None = None
    """Currency and price year of money amounts."""
    currency_in: SecondCurrency | None = None
    """A second currency, in which the tables of impacts repeat money amounts."""
    citation: str | None = None
    """Where the data come from, as the report cites it."""
    sources: SomeEntries[SourceEntry]
    """Raw files, one entry each; a new wave is a new entry."""
    generate: Generation | None = None
    """Raw files made by a simulation instead of found in data/; only where `synthetic` is true."""
    wave_order: DistinctEntries[Wave] = ()
    """Waves of the study from the first to the last, all of them; needed where some are words, such as
    `[baseline, midline, endline]`. Waves that are numbers are in the order of their numbers."""
    prices: Prices | None = None
    """What nominal amounts are deflated by (`build` `deflate`)."""
    variables: Annotated[dict[Name, AnyVariable], _ORDERED] = Field(default_factory=dict)
    """Variables built from those of the codebook, by name."""
    outcomes: Annotated[dict[Name, AnyOutcome], _ORDERED] = Field(default_factory=dict)
    """Outcomes, by name; analyses that compare need one. When not given, one for each variable of the
    codebook with the role outcome."""
    samples: Annotated[dict[Name, Sample], Field(min_length=1)]
    """Analysis samples, by name. When not given, one of all sources (`all`), with the variable of the role
    group; of a `cross_section` the sources of the last wave, with those before it as its baseline; where the
    design is `descriptive` one of each source, under its name."""
    sensitivity: Sensitivity = Sensitivity()
    """How the matched estimates are tested beyond what is always done."""
    answer: Answer = Answer()
    """What the box of the report answers with."""
    power: Entries[Power] = ()
    """What the next wave could detect, with variances of the present one: an entry an analysis of a
    treatment given to whole groups."""
    attrition: Entries[Attrition] = ()
    """Follow-ups whose losses are accounted for: who was found again, what weights for response and
    bounds make of the effects. A unit of the baseline responds if the follow-up has it, by `id`."""
    analyses: SomeEntries[AnyEntry]
    """Comparisons to make, each estimated for every outcome by every strategy or estimator, and
    descriptions (`method: portfolio`, `method: rate_of_return`, `method: survival`,
    `method: responses`, `method: drawn_sample`). When not given
    comparisons follow from the design (docs/defaults.md), and so do most keys of those that are."""

    @property
    def comparisons(self) -> tuple[AnyAnalysis, ...]:
        """Analyses that compare arms or periods."""
        return tuple(
            analysis for analysis in self.analyses if not isinstance(analysis, Description)
        )

    def analyses_of(self, kind: type[A], names: Collection[str] | None = None) -> tuple[A, ...]:
        """Analyses of one kind, in order; of these, those named where there are names."""
        return tuple(
            analysis
            for analysis in self.analyses
            if isinstance(analysis, kind) and (names is None or analysis.name in names)
        )

    @property
    def in_one_period(self) -> tuple[DifferenceInMeans | Matching, ...]:
        """Analyses that compare units in one period, of which each has one row."""
        return tuple(
            analysis
            for analysis in self.comparisons
            if isinstance(analysis, DifferenceInMeans | Matching)
        )

    @property
    def descriptions(self) -> tuple[AnyDescription, ...]:
        """Analyses that only describe."""
        return tuple(analysis for analysis in self.analyses if isinstance(analysis, Description))

    @model_validator(mode="after")
    def _orders_waves_that_are_words(self) -> Self:
        waves = self.declared_waves
        if waves and all(wave_key(wave)[0] == 0 for wave in waves):
            raise fault("waves that are numbers are in the order of their numbers.", "wave_order")
        return self

    @property
    def declared_waves(self) -> tuple[str, ...]:
        """The order of the waves, as text; empty where none is declared."""
        return tuple(map(str, self.wave_order))


class PartOfStudyFile(StudyFile):
    """A part of study.yaml, such as what could be understood of it: nothing is required of it."""

    title: str = ""
    synthetic: bool = False
    design: Design = "cross_section"
    unit_label: str = ""
    group_label: str = ""
    sources: Entries[SourceEntry] = ()
    outcomes: dict[str, AnyOutcome] = Field(default_factory=dict)
    samples: dict[str, Sample] = Field(default_factory=dict)
    analyses: Entries[AnyEntry] = ()


class Study(PartOfStudyFile):
    """A study, or the part of it that a stage or a round is given; what it is not given is empty.

    Series of waves are written out: sources are files, samples and analyses are those of each wave.
    """

    name: str
    """The folder's name."""
    sources: Entries[Source] = ()
    codebook: Entries[CodebookRow] = ()
    """Rows of the codebook."""
    strategies: Entries[StrategyEntry] = ()
    """Entries of strategies.yaml, each of the class of its method."""
    outcome_labels: dict[str, str] = Field(default_factory=dict)
    """Labels of outcomes, for a stage that must not know more about them."""
    exhibits: Exhibits = Exhibits()
    """Contents of exhibits.yaml, each entry of the class of its kind."""
    described: dict[str, Entries[str]] = Field(default_factory=dict)
    """Variables that descriptions read, by sample, for the stage that makes samples."""
    references: dict[str, Sample] = Field(default_factory=dict)
    """Samples of earlier rounds that samples of this one refer to."""
    ending: str = ""
    """End of the names of the round's rules; empty for the first round."""
    folder: str = ""
    """Folder of the round's tables under that of the study."""
