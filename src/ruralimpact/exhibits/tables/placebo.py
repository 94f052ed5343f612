"""One treated group among groups treated as if: where its estimate ranks, and what chance would give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_COLUMNS = (
    columns.amount(),
    columns.error(width=1.0),
    columns.number("t", width=0.8, of="statistic", decimals=1).kept_as("t"),
    columns.number(marked("Treated"), marked("Units"), 0.9, of="n_treated"),
    columns.number(marked("Rank by size"), of="rank_by_size"),
    columns.number(marked("Rank by t"), of="rank_by_t"),
)
_NOTE = marked(
    "Treatment was given to one group, so its standard error cannot be known "
    "from the data: errors by unit take it that nothing else sets the group "
    "apart. Instead each other group is treated as if it had been, with the "
    "treated one excluded. If the treated group were any of them, its rank would "
    "be any place with equal chance: p is the share of groups whose estimate, or "
    "t, is at least as large in absolute value (Fisher 1935; Conley & Taber "
    "2011). It cannot be smaller than one over the number of groups."
)


@dataclass(frozen=True)
class Placebo:
    """Where the treated group stands among the placebos.

    Attributes
    ----------
    groups : int
        The treated group and the placebos.
    rank_size, rank_t : int
        Place by absolute estimate, and by absolute t, the largest first.
    """

    groups: int
    rank_size: int
    rank_t: int

    @property
    def p_size(self) -> float:
        """Share of groups with at least as large an estimate."""
        return self.rank_size / self.groups

    @property
    def p_t(self) -> float:
        """Share of groups with at least as large a t."""
        return self.rank_t / self.groups


def placebo(estimates: Sequence[float], statistics: Sequence[float]) -> Placebo:
    """Rank the first of several groups.

    Parameters
    ----------
    estimates, statistics : sequence of float
        Estimate and t of each group, the treated one first.

    Returns
    -------
    Placebo
        Ties count against the treated group.
    """
    size, t = np.abs(np.asarray(estimates, float)), np.abs(np.asarray(statistics, float))
    return Placebo(len(size), int((size >= size[0]).sum()), int((t >= t[0]).sum()))


def placebo_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of the treated group and the placebos, by outcome.

    The first analysis is the treated group's, the others are placebos. Suppressed placebos have no rank.
    """
    rows: list[Row] = []
    lines: list[str] = []
    for outcome in results.outcomes_of(exhibit.analyses[:1]):
        records = _records(results, exhibit.analyses, outcome)
        rows.append(heading(results.outcome_title(outcome), "group"))
        rows += [_row(results, record, records) for record in records]
        lines.append(placebo_sentence(results, exhibit.analyses, outcome))
    yield table_of(
        results,
        exhibit,
        stub=gettext("Treated, or treated as if"),
        columns=_COLUMNS,
        rows=rows,
        interpretation=lines,
        notes=(gettext(_NOTE),),
    )


def ranked(results: StudyResults, analyses: Sequence[str], outcome: str) -> Placebo | None:
    """Rank the first of several analyses by its first estimate on an outcome; None: it is suppressed."""
    records = _records(results, analyses, outcome)
    if not records or records[0]["suppressed"]:
        return None
    shown = _shown(records)
    return placebo([own["estimate"] for own in shown], [own["statistic"] for own in shown])


def placebo_sentence(results: StudyResults, analyses: Sequence[str], outcome: str) -> str:
    """Say where the treated group ranks, in words."""
    ranks = ranked(results, analyses, outcome)
    if ranks is None:
        return gettext("{outcome}: suppressed.").format(outcome=results.outcome_label(outcome))
    return gettext(
        "{outcome}: of {groups} groups treated, or treated as if, the treated one is "
        "number {rank_size} by the size of the estimate (p = {p_size}) and number "
        "{rank_t} by t (p = {p_t})."
    ).format(
        outcome=results.outcome_label(outcome),
        groups=formatting.word(ranks.groups),
        rank_size=ranks.rank_size,
        p_size=formatting.number(ranks.p_size, 2),
        rank_t=ranks.rank_t,
        p_t=formatting.number(ranks.p_t, 2),
    )


def _records(results: StudyResults, analyses: Sequence[str], outcome: str) -> list[Record]:
    """Return the first estimate of each analysis on an outcome."""
    estimates = [results.estimates_of(name, outcome).to_dict("records")[:1] for name in analyses]
    return [record for records in estimates for record in records]


def _shown(records: Sequence[Record]) -> list[Record]:
    return [record for record in records if not record["suppressed"]]


def _row(results: StudyResults, record: Record, records: Sequence[Record]) -> Row:
    label = results.analysis(record["analysis"]).label
    others = [own for own in _shown(records) if own["analysis"] != record["analysis"]]
    rank = placebo(
        [record["estimate"], *(own["estimate"] for own in others)],
        [record["statistic"], *(own["statistic"] for own in others)],
    )
    ranks = {"rank_by_size": rank.rank_size, "rank_by_t": rank.rank_t}
    return columns.row_of(results, _COLUMNS, {**record, **ranks}, label)


KIND = kinds.TableKind(
    kind="placebo",
    shows="one treated group among groups treated as if (the first analysis is the treated one's)",
    section=kinds.ESTIMATES,
    rank=30,
    needs=("estimates",),
    options=OfEstimates,
    methods="inference.md",
    build=placebo_table,
)
