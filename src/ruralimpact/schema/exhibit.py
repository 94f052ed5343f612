"""Entries of exhibits.yaml, as far as they are known without knowing the kinds of exhibits that there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ruralimpact.schema.base import DistinctEntries, Entries, Name, Settings

MOST_IN_MAIN = 12  # exhibits of a report's main part
FIGURES_OF_BRIEF = 2


@dataclass(frozen=True)
class Reference:
    """Something of study.yaml that an exhibit names.

    Attributes
    ----------
    kind : str
        What it is the name of.
    name : str
    key : str
        Dotted key of the entry that names it.
    of : str
        Analysis that must know it; the study as a whole when empty.
    shown : bool
        Whether the exhibit shows the analysis, and does not only set others beside it.
    """

    kind: Literal["analysis", "outcome", "subgroup"]
    name: str
    key: str
    of: str = ""
    shown: bool = True


class Exhibit(Settings):
    """A table or figure."""

    by_design: ClassVar[tuple[str, ...]] = ("name", "title", "analyses")
    name: Name
    """Name of the files; that of its kind when not given."""
    kind: str
    """What is shown."""
    title: str
    """Title, in words."""
    source: str | None = None
    """Source line under the exhibit; the study's citation when not given."""

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        yield from ()


class ExhibitLists(Settings):
    """Tables and figures."""

    tables: Entries[Exhibit] = ()
    """Tables, in the order of the report; written as CSV, LaTeX, HTML, Word, and together as Excel."""
    figures: Entries[Exhibit] = ()
    """Figures, in the order of the report; each is drawn as PNG and SVG."""


class BriefExhibits(Settings):
    """What the brief of two pages shows."""

    table: Name | None = None
    """Name of its table. When not given: the first of the kind `answer`; where there is none, the first of
    the report's main part that leaves room for the answer."""
    figures: Annotated[DistinctEntries[str], Field(max_length=FIGURES_OF_BRIEF)] | None = None
    """Names of its figures, at most two. When not given: the first two of the report's main part that are not
    taller than wide."""


class Exhibits(ExhibitLists):
    """The tables and figures of a study."""

    main: DistinctEntries[str] | None = None
    """Names of the exhibits of the report's main part, at most twelve; the others are its annex. The
    sections of the report take turns when not given."""
    brief: BriefExhibits = BriefExhibits()
    """What the brief shows of them."""
