"""What the brief of a study shows: its answer, one table, two figures, and limits."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ruralimpact.exhibits.citation import how_to_cite
from ruralimpact.exhibits.document import (
    FindingsDocument,
    HeadlineLine,
    ShownFigure,
    ShownTable,
    StudyWords,
)
from ruralimpact.exhibits.model import TablesOfExhibit, stamped
from ruralimpact.exhibits.printed_report import answer_lines
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.exhibits.report_parts import report_parts
from ruralimpact.language import gettext, marked
from ruralimpact.schema.exhibit import FIGURES_OF_BRIEF

_IDENTIFIERS = marked("Every number here has an identifier in exhibits/findings.json.")
MOST_LINES = 34  # of a table that leaves room for the answer on one page
_BOX = re.compile(rb'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class ExhibitsOfBrief:
    """The exhibits that a brief shows.

    Attributes
    ----------
    table : ShownTable or None
        None where the report's main part has no table.
    figures : tuple of ShownFigure
    """

    table: ShownTable | None
    figures: tuple[ShownFigure, ...]


@dataclass(frozen=True)
class PrintedBrief:
    """A brief in the order in which it is read.

    Attributes
    ----------
    title : str
        Marked where the data are synthetic.
    opening : tuple of str
        What stands under the title.
    answer, against, limits : tuple of HeadlineLine
        What the box holds, what speaks against it, and what finds no room there.
    table : TablesOfExhibit or None
    figures : tuple of ShownFigure
    cite : tuple of str
        How to cite.
    """

    title: str
    opening: tuple[str, ...]
    answer: tuple[HeadlineLine, ...]
    against: tuple[HeadlineLine, ...]
    table: TablesOfExhibit | None
    figures: tuple[ShownFigure, ...]
    limits: tuple[HeadlineLine, ...]
    cite: tuple[str, ...]


def exhibits_of_brief(
    document: FindingsDocument,
    kinds: Kinds,
    lines: Mapping[str, int],
    drawings: Mapping[str, bytes],
) -> ExhibitsOfBrief:
    """Choose the exhibits of a brief: those that the study chose.

    Where it chose none: the headline estimates, or else the first table of the report's main part that
    leaves room for the answer; and the first two figures of the main part, those first that are not taller
    than wide, which would be small on half a page, and of these those that draw what the answer cites.

    Parameters
    ----------
    document : FindingsDocument
    kinds : Kinds
        Those that the study may have: they say what stands in which section.
    lines : mapping of str to int
        Printed rows of each table, by name.
    drawings : mapping of str to bytes
        SVG files of the figures, by name.
    """
    parts = [part for part in report_parts(document, kinds) if not part.annex]
    main = [own for part in parts for own in part.shown]
    return ExhibitsOfBrief(
        _table_of_brief(document, main, lines),
        tuple(_figures_of_brief(document, main, drawings)),
    )


def printed_brief(
    document: FindingsDocument,
    exhibits: Sequence[TablesOfExhibit],
    kinds: Kinds,
    drawings: Mapping[str, bytes],
) -> PrintedBrief:
    """Put together what a printed brief says.

    Parameters
    ----------
    document : FindingsDocument
    exhibits : sequence of TablesOfExhibit
    kinds : Kinds
    drawings : mapping of str to bytes
        SVG files of the figures, by name.
    """
    study, box = document.study, document.answer
    lines = {exhibit.name: exhibit.lines for exhibit in exhibits}
    chosen = exhibits_of_brief(document, kinds, lines, drawings)
    title = gettext("Brief: {title}").format(title=study.title)
    return PrintedBrief(
        title=stamped(title) if study.synthetic else title,
        opening=tuple(_opening(study)),
        answer=answer_lines(box),
        table=next(
            (own for own in exhibits if own.name == getattr(chosen.table, "name", "")), None
        ),
        figures=chosen.figures,
        against=box.against,
        limits=box.further,
        cite=(*how_to_cite(document), gettext(_IDENTIFIERS)),
    )


def _opening(study: StudyWords) -> Iterator[str]:
    if study.synthetic:
        yield gettext(
            "Synthetic stand-in: the data are simulated, and no number here describes real producers."
        )
    yield from filter(None, (study.subtitle, study.question))


def _table_of_brief(
    document: FindingsDocument, main: Sequence[ShownTable], lines: Mapping[str, int]
) -> ShownTable | None:
    """Return the chosen table, or the first that leaves room, or the shortest where none does."""
    for own in document.tables:
        if own.name == document.brief.table:
            return own
    tables = [own for own in main if not isinstance(own, ShownFigure)]
    short = [own for own in tables if lines[own.name] <= MOST_LINES]
    return next(iter(short), min(tables, key=lambda own: lines[own.name], default=None))


def _figures_of_brief(
    document: FindingsDocument, main: Sequence[ShownTable], drawings: Mapping[str, bytes]
) -> list[ShownFigure]:
    """Return the chosen figures, or those of the main part that fit best."""
    chosen = document.brief.figures
    if chosen is not None:
        named = {own.name: own for own in document.figures}
        return [named[name] for name in chosen]
    cited = {anchor for line in document.answer.lines for anchor in line.shown_in}
    figures = [own for own in main if isinstance(own, ShownFigure)]
    figures.sort(key=lambda own: (_is_tall(drawings[own.name]), own.anchor not in cited))
    return figures[:FIGURES_OF_BRIEF]


def _is_tall(drawing: bytes) -> bool:
    box = _BOX.search(drawing)
    return box is not None and float(box[2]) > float(box[1])
