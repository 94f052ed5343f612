"""Notes below tables of descriptions: how many records are excluded from their numbers, and why."""

from collections.abc import Iterator, Sequence

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.disclosure import FEWEST_GROUPS, FEWEST_UNITS
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext


def too_few(results: StudyResults) -> str:
    """Say of how few units or groups no number is printed."""
    study = results.study
    return gettext("fewer than {units} {unit_label} or {groups} {group_label} can be used").format(
        units=FEWEST_UNITS,
        unit_label=study.unit_label,
        groups=FEWEST_GROUPS,
        group_label=study.group_label,
    )


def exclusion_notes(
    results: StudyResults,
    analyses: Sequence[str],
    about: Sequence[str] | None = None,
    *,
    shown: pd.DataFrame | None = None,
) -> Iterator[str]:
    """Yield a note an analysis from which records are excluded, and whether too few are left.

    Parameters
    ----------
    results : StudyResults
        With the table ``exclusions``.
    analyses : sequence of str
    about : sequence of str, optional
        What of the analyses is shown (`ExcludedRecords.about`); all when not given.
    shown : DataFrame, optional
        Rows of the table, with ``suppressed``.
    """
    if shown is not None and len(shown) and shown["suppressed"].all():
        yield gettext("No number is printed: {too_few}.").format(too_few=too_few(results))
    table = results["exclusions"]
    estimated = table[table["stage"] != "construct"]
    for analysis in analyses:
        listed = list(_of_sample(results, results.analysis(analysis).sample))
        for row in estimated.to_dict("records"):
            of, _, part = row["scope"].partition("/")
            if of == analysis and (about is None or part in about):
                reason = results.with_labels(row["reason"])
                named = part if about is None or len(about) > 1 else ""
                listed.append(_counted(row["rows"], row["rows_before"], named, reason))
        if listed:
            label = results.analysis(analysis).label
            own = gettext("Excluded: {listed}.").format(listed="; ".join(listed))
            yield f"{label}. {own}" if len(analyses) > 1 else own


def _of_sample(results: StudyResults, sample: str) -> Iterator[str]:
    """Yield what leaves the sample itself, before any analysis."""
    table = results["exclusions"]
    for row in table[(table["stage"] == "construct") & (table["scope"] == sample)].to_dict(
        "records"
    ):
        yield gettext("{rows} of {before} rows of the sample, {reason}").format(
            rows=formatting.count(row["rows"]),
            before=formatting.count(row["rows_before"]),
            reason=results.with_labels(row["reason"]),
        )


def _counted(rows: int, before: int, part: str, reason: str) -> str:
    where = f"{part.replace('_', ' ')}: " if part else ""
    return where + gettext("{rows} of {before}, {reason}").format(
        rows=formatting.count(rows), before=formatting.count(before), reason=reason
    )
