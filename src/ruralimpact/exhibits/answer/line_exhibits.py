"""Which tables and figures show the numbers that a line of the answer prints, or that a document states."""

from collections.abc import Iterator, Sequence

from ruralimpact.exhibits.document import AnswerBox, HeadlineLine, Statement
from ruralimpact.exhibits.model import Table, TablesOfExhibit
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.exhibits.results import StudyResults


def with_exhibits(
    box: AnswerBox, results: StudyResults, tables: Sequence[TablesOfExhibit], kinds: Kinds
) -> AnswerBox:
    """Return the answer with the anchors of the exhibits that show what its lines cite.

    Parameters
    ----------
    box : AnswerBox
    results : StudyResults
        With its findings.
    tables : sequence of TablesOfExhibit
    kinds : Kinds
    """

    def linked(line: HeadlineLine) -> HeadlineLine:
        shown_in = exhibits_showing(line.cites, results, tables, kinds)
        return line.model_copy(update={"shown_in": shown_in})

    return box.model_copy(
        update={
            "verdict": linked(box.verdict) if box.verdict else None,
            "lines": tuple(map(linked, box.lines)),
            "against": tuple(map(linked, box.against)),
            "further": tuple(map(linked, box.further)),
        }
    )


def statements_of_exhibits(
    results: StudyResults, tables: Sequence[TablesOfExhibit], kinds: Kinds
) -> dict[str, list[Statement]]:
    """Return what documents state of the numbers that each exhibit shows, by its anchor.

    Parameters
    ----------
    results : StudyResults
        With its findings.
    tables : sequence of TablesOfExhibit
    kinds : Kinds
    """
    statements: dict[str, list[Statement]] = {}
    for finding, named in results.statements.items():
        stated = [Statement(label=label, text=text) for label, text in named]
        for anchor in exhibits_showing((finding,), results, tables, kinds):
            own = statements.setdefault(anchor, [])
            own += [statement for statement in stated if statement not in own]
    return statements


def exhibits_showing(
    cited: Sequence[str], results: StudyResults, tables: Sequence[TablesOfExhibit], kinds: Kinds
) -> tuple[str, ...]:
    """Return the anchors of the exhibits that show findings, tables first."""
    return (*_tables(cited, results, tables), *_figures(cited, results, kinds))


def _tables(
    keys: Sequence[str], results: StudyResults, tables: Sequence[TablesOfExhibit]
) -> Iterator[str]:
    """Yield the tables that hold the first number that is cited; whole numbers stand in too many."""
    cited = [results.findings[key].value for key in keys if key in results.findings]
    telling = [value for value in cited if value != int(value)]
    for exhibit in tables if telling else ():
        if any(_holds(table, telling[0]) for table in exhibit.tables):
            yield f"table-{exhibit.name}"


def _holds(table: Table, value: float) -> bool:
    return any(value in (row.record or {}).values() for row in table.rows)


def _figures(keys: Sequence[str], results: StudyResults, kinds: Kinds) -> Iterator[str]:
    """Yield the figures of whole samples that draw the estimates which are cited."""
    parts = [set(key.split("/")) for key in keys]
    for figure in results.study.exhibits.figures:
        options = kinds.figures[figure.kind].options_of(figure)
        if not isinstance(options, OfEstimates) or hasattr(options, "subgroup"):
            continue
        outcomes = options.outcomes or results.outcomes_of(list(options.analyses))
        if any(own & set(options.analyses) and own & set(outcomes) for own in parts):
            yield f"figure-{figure.name}"
