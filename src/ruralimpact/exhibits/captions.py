"""Titles, captions and text alternatives of figures."""

from typing import Any

from ruralimpact.exhibits.document import ShownFigure
from ruralimpact.exhibits.infeasible import infeasible_notes
from ruralimpact.exhibits.kinds import BALANCE, ESTIMATES, FigureKind
from ruralimpact.exhibits.model import one_line, stamped
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext
from ruralimpact.schema.exhibit import Exhibit


def with_warning(results: StudyResults, title: str) -> str:
    """Return a title in one line, with the warning that synthetic data carry."""
    return stamped(one_line(title)) if results.synthetic else one_line(title)


def figure_words(
    results: StudyResults,
    kind: FigureKind[Any],
    entry: Exhibit,
    number: int,
    *,
    annex: bool = False,
) -> ShownFigure:
    """Return the name, kind, title, place, note and text alternative of a figure."""
    exhibit = kind.options_of(entry)
    own = results.for_exhibit(exhibit, kind.needs)
    return ShownFigure(
        name=exhibit.name,
        kind=exhibit.kind,
        title=with_warning(results, exhibit.title),
        number=number,
        annex=annex,
        note=" ".join(
            [gettext(kind.note), *kind.warnings(own, exhibit), *_left_out(results, kind, exhibit)]
        ),
        alt=kind.words(own, exhibit),
    )


def _left_out(results: StudyResults, kind: FigureKind[Any], exhibit: Exhibit) -> tuple[str, ...]:
    """Say which strategies a figure of strategies cannot show, and why."""
    if not isinstance(exhibit, OfAnalyses) or kind.section not in (BALANCE, ESTIMATES):
        return ()
    return infeasible_notes(results, exhibit.analyses) if "designs" in results.tables else ()
