"""What leaves before anybody is counted by arm: rows that a filter keeps out, and units of no known arm."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from ruralimpact.design.flow import TOLERATED
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.analysis import BeforeAfter
from ruralimpact.schema.source import Source


@dataclass(frozen=True)
class LeftOut:
    """Rows of a file, or units of a sample, that are in no arm.

    Attributes
    ----------
    of : str
        Label of the file; empty for units.
    count, among : int
        Those left out, and all.
    reasons : tuple of str
        In words.
    """

    of: str
    count: int
    among: int
    reasons: tuple[str, ...]


def filtered_files(results: StudyResults, sample: str) -> Iterator[tuple[str, LeftOut]]:
    """Yield the files of a sample of which filters keep out more than a tenth, by the name of a source.

    Parameters
    ----------
    results : StudyResults
    sample : str
        What other sources of the study have of the same file is not kept out.
    """
    asked = results.study.samples[sample]
    samples = results.study.samples
    named = {*asked.sources, *(name for other in asked.referred for name in samples[other].sources)}
    files: dict[tuple[str, str | None], list[Source]] = {}
    for source in results.study.sources:
        if source.item is None:
            files.setdefault((source.path, source.sheet), []).append(source)
    for sources in files.values():
        own = [source for source in sources if source.name in named]
        if own:
            lost = _left_out(results, sources, own)
            if lost.among and lost.count / lost.among > TOLERATED:
                yield own[0].name, lost


def _left_out(results: StudyResults, sources: Sequence[Source], own: Sequence[Source]) -> LeftOut:
    kept = {source.name: results.quality[source.name].rows_kept for source in sources}
    first, *_ = filtered = [_filtered(results, source) for source in own]
    elsewhere = sum(kept.values()) - kept[own[0].name]
    count = max(sum(first.values()) - elsewhere, 0)
    reasons = dict.fromkeys(reason for counts in filtered for reason in counts)
    words = [results.with_labels(translated(reason)) for reason in reasons]
    return LeftOut(own[0].label or own[0].name, count, count + sum(kept.values()), tuple(words))


def _filtered(results: StudyResults, source: Source) -> dict[str, int]:
    """Return the rows that each filter of a source keeps out."""
    asked = {condition.reason for condition in source.keep}
    counts: dict[str, int] = {}
    for excluded in results.quality[source.name].excluded:
        if excluded.reason in asked:
            counts[excluded.reason] = counts.get(excluded.reason, 0) + excluded.rows
    return counts


def units_of_no_arm(results: StudyResults, analysis: str, spec_id: str) -> LeftOut | None:
    """Return the units of which the arm is not known, where they are more than a tenth of a sample.

    Parameters
    ----------
    results : StudyResults
        With the tables ``exclusions`` and ``sample_flow``.
    analysis, spec_id : str
        The estimate and its analysis. A treatment that the study builds may leave out whom it likes.
    """
    asked = results.analysis(analysis)
    described = {row.variable for row in results.study.codebook}
    if isinstance(asked, BeforeAfter) or getattr(asked, "treatment", None) not in described:
        return None
    table, flow = results["exclusions"], results["sample_flow"]
    excluded = table[(table["stage"] == "design") & (table["scope"] == analysis)]
    flow = flow[(flow["spec_id"] == spec_id) & (flow["step"] == "comparison")]
    if excluded.empty or flow["suppressed"].astype(bool).any():
        return None
    known = flow.groupby("reason")["n_lost"].sum().reindex(excluded["reason"]).fillna(0)
    unknown = pd.Series(excluded["rows"].to_numpy() - known.to_numpy(), index=excluded["reason"])
    unknown = unknown[unknown > 0]
    among = int(excluded["rows_before"].max())
    if unknown.sum() / among <= TOLERATED:
        return None
    reasons = tuple(results.with_labels(str(reason)) for reason in unknown.index)
    return LeftOut("", int(unknown.sum()), among, reasons)
