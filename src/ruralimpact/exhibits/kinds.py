"""What a kind of table or figure declares about itself, and the sections of the report."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ruralimpact.exhibits.model import Table
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import marked
from ruralimpact.schema.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

O = TypeVar("O", bound=Exhibit)  # noqa: E741


@dataclass(frozen=True)
class Section:
    """A section of the report that holds exhibits.

    Attributes
    ----------
    anchor, heading : str
    layout : str
        Its page in print: ``"wide"`` lies on its side.
    always : bool
        It is there even if it holds nothing.
    opens_with_table : bool
        Its first table stands before all else.
    turn : int or None
        Its turn where the main part of the report is filled, the lowest first; None: it is all annex.
    per_turn : int
        How many exhibits it puts in at a turn.
    """

    anchor: str
    heading: str
    layout: str = "wide"
    always: bool = False
    opens_with_table: bool = False
    turn: int | None = None
    per_turn: int = 1


DESCRIPTION = Section("description", marked("What the records show"), turn=2, per_turn=2)
ESTIMATES = Section(
    "estimates", marked("Estimates"), always=True, opens_with_table=True, turn=1, per_turn=2
)
DETAIL = Section("detail", marked("For whom, and through what"), turn=9)
RETURNS = Section("returns", marked("Did it return more than it cost?"), turn=3, per_turn=2)
TRUTH = Section("truth", marked("Do the estimates find what was planted?"), turn=5)
TRENDS = Section("trends", marked("Would trends have been parallel?"), turn=6)
TRUST = Section("trust", marked("How far can the estimates be trusted?"), turn=4)
WAVES = Section("waves", marked("From wave to wave"), turn=10)
NEXT = Section("next", marked("What could the next wave find?"), turn=11)
SAMPLE = Section("sample", marked("From raw files to samples"), always=True, turn=8)
BALANCE = Section("balance", marked("Are the arms alike?"), layout="tall", turn=7)
ERRORS = Section("errors", marked("Other standard errors"))
QUALITY = Section("quality", marked("What the raw data are like"))
SECTIONS = (
    DESCRIPTION,
    ESTIMATES,
    RETURNS,
    DETAIL,
    TRUTH,
    TRENDS,
    TRUST,
    WAVES,
    NEXT,
    SAMPLE,
    BALANCE,
    ERRORS,
    QUALITY,
)


def _nothing_to_check(_: Study, __: Any) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[O]):
    """A kind of exhibit.

    Attributes
    ----------
    kind : str
        Its name in exhibits.yaml.
    shows : str
        What it shows, in a few words.
    section : Section
        Section of the report that it stands in.
    rank : int
        Its place there, the lowest first; those of one rank stand as exhibits.yaml lists them, figures
        before tables.
    needs : tuple of str
        Result tables that it reads; others cannot be read while it is made.
    options : type
        What its entries may say.
    methods : str
        Page of docs/methods that describes the numbers; empty where nothing is computed.
    of_methods : tuple of str
        Methods of the analyses that it can show; any when empty.
    asks : str
        Key of study.yaml that these analyses must have, such as ``"decomposition"``.
    annex : bool
        It stands in the annex of the report unless a study names it for the main part.
    alone : bool
        It can show changes of the treated alone without making them look like effects.
    check : callable
        Takes the study and options before anything runs; raises a `ConfigError` with the key of the entry
        that is wrong.
    """

    kind: str
    shows: str
    section: Section
    rank: int
    needs: tuple[str, ...]
    options: type[O]
    methods: str
    of_methods: tuple[str, ...] = ()
    asks: str = ""
    annex: bool = False
    alone: bool = False
    check: Callable[[Study, O], None] = _nothing_to_check

    def options_of(self, entry: Exhibit) -> O:
        """Return an entry of this kind as its options.

        Raises
        ------
        TypeError
            It is of another kind: a defect of this package.
        """
        if not isinstance(entry, self.options):
            raise TypeError(f"'{entry.name}' is no entry of the kind '{self.kind}'")
        # Not the model that one kind's entries are checked with: that is made anew in every process.
        return self.options.model_construct(_fields_set=entry.model_fields_set, **dict(entry))


@dataclass(frozen=True, kw_only=True)
class TableKind(Kind[O]):
    """A kind of table.

    Attributes
    ----------
    build : callable
        Takes results and options, yields the tables.
    with_tests : bool
        What it says in words rests on tests, which of synthetic data are no findings.
    """

    build: Callable[[StudyResults, O], Iterable[Table]]
    with_tests: bool = False

    def entries(self, study: Study) -> list[O]:
        """Return the entries of this kind in a study."""
        tables = study.exhibits.tables
        return [self.options_of(entry) for entry in tables if entry.kind == self.kind]


def _no_warnings(_: StudyResults, __: Any) -> list[str]:
    return []


@dataclass(frozen=True, kw_only=True)
class FigureKind(Kind[O]):
    """A kind of figure.

    Attributes
    ----------
    draw : callable
        Takes results and options, returns the figure.
    note : str
        How to read it.
    words : callable
        Takes results and options, returns what it shows, for readers who cannot see it.
    warnings : callable
        Takes results and options, returns sentences to follow the note.
    """

    draw: Callable[[StudyResults, O], "Figure"]
    note: str
    words: Callable[[StudyResults, O], str]
    warnings: Callable[[StudyResults, O], list[str]] = _no_warnings
