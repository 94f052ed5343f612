"""What a report says as one printed document, whatever lays its pages: Word or PDF."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.citation import how_to_cite
from ruralimpact.exhibits.document import (
    AnswerBox,
    FindingsDocument,
    HeadlineLine,
    RawFile,
    ShownFigure,
    StudyWords,
    Term,
)
from ruralimpact.exhibits.model import TablesOfExhibit, stamped
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.exhibits.report_parts import report_parts
from ruralimpact.language import gettext, ngettext


@dataclass(frozen=True)
class PrintedPart:
    """A section of the report that holds something.

    Attributes
    ----------
    heading : str
    shown : tuple of TablesOfExhibit or ShownFigure
    """

    heading: str
    shown: tuple[TablesOfExhibit | ShownFigure, ...]


@dataclass(frozen=True)
class PrintedReport:
    """A report in the order in which it is read.

    Attributes
    ----------
    study : StudyWords
    answer, against, further : tuple of HeadlineLine
        The answer in short with how it is read, what speaks against it, and what finds no room there.
    parts : tuple of PrintedPart
    conventions : tuple of Term
    files : tuple of str
        How many rows of each raw file were read.
    cite : tuple of str
        How to cite.
    wide : bool
        It has a table that needs pages on their side.
    """

    study: StudyWords
    answer: tuple[HeadlineLine, ...]
    against: tuple[HeadlineLine, ...]
    further: tuple[HeadlineLine, ...]
    parts: tuple[PrintedPart, ...]
    conventions: tuple[Term, ...]
    files: tuple[str, ...]
    cite: tuple[str, ...]
    wide: bool

    @property
    def title(self) -> str:
        """The title of the study, marked where its data are synthetic."""
        return stamped(self.study.title) if self.study.synthetic else self.study.title

    @property
    def opening(self) -> tuple[str, ...]:
        """What stands under the title."""
        return tuple(filter(None, (self.study.subtitle, self.study.question)))


def printed_report(
    document: FindingsDocument, exhibits: Sequence[TablesOfExhibit], kinds: Kinds
) -> PrintedReport:
    """Put together what a printed report says.

    Parameters
    ----------
    document : FindingsDocument
    exhibits : sequence of TablesOfExhibit
    kinds : Kinds
        Those that the study may have: they say what stands in which section.
    """
    box = document.answer
    return PrintedReport(
        study=document.study,
        answer=answer_lines(box),
        against=box.against,
        further=box.further,
        parts=tuple(_parts(document, exhibits, kinds)),
        conventions=document.conventions,
        files=tuple(map(_rows_read, document.data)),
        cite=how_to_cite(document),
        wide=any(table.wide for exhibit in exhibits for table in exhibit.tables),
    )


def answer_lines(box: AnswerBox) -> tuple[HeadlineLine, ...]:
    """Return the answer in short: the verdict, the estimates, and how they are read."""
    verdict = [] if box.verdict is None else [HeadlineLine(label="", text=box.verdict.text)]
    reading = [HeadlineLine(label="", text=box.reading)] if box.reading else []
    return (*verdict, *box.lines, *reading)


def _parts(
    document: FindingsDocument, exhibits: Sequence[TablesOfExhibit], kinds: Kinds
) -> Iterator[PrintedPart]:
    by_name = {exhibit.name: exhibit for exhibit in exhibits}
    for part in report_parts(document, kinds):
        if part.shown:
            annex = gettext("Annex: {heading}").format(heading=part.heading)
            shown = (
                listed if isinstance(listed, ShownFigure) else by_name[listed.name]
                for listed in part.shown
            )
            yield PrintedPart(annex if part.annex else part.heading, tuple(shown))


def _rows_read(file: RawFile) -> str:
    sentence = ngettext("{label}: {rows} row read", "{label}: {rows} rows read", file.rows)
    return sentence.format(label=file.label, rows=formatting.count(file.rows))
