"""Covariates by arm with their difference, in the shape that evaluators know from iebaltab."""

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import pandas as pd

from ruralimpact.design.methods import MATCHED
from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.disclosure import FEWEST_UNITS
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked


class BalanceByArmOptions(OfAnalyses):
    """A table of covariates by arm."""

    spread: Literal["sd", "se"] = "sd"
    """What stands beside the mean of an arm: its standard deviation, or the mean's standard error."""


_SPREADS = {"sd": (marked("(SD)"), "sd"), "se": (marked("(SE)"), "std_error")}
_DIFFERENCE = marked("Difference")


def balance_by_arm_table(results: StudyResults, exhibit: BalanceByArmOptions) -> Iterator[Table]:
    """Build the table, a row a covariate with the arms side by side, and the joint test below.

    Parameters
    ----------
    results : StudyResults
    exhibit : BalanceByArmOptions

    Yields
    ------
    Table
    """
    shown = _columns(exhibit.spread)
    compared = [name for name in exhibit.analyses if len(results.of("balance_by_arm", name))]

    def rows(analysis: str) -> Iterator[Row]:
        covariates = results.of("balance_by_arm", analysis).to_dict("records")
        for record in covariates:
            printed = {**record, **_PRINTED}
            yield columns.row_of(results, shown, printed, str(record["label"]), keys=_KEYS)
        yield from _sizes(results, covariates[0])
        for record in results.of("joint_balance", analysis).to_dict("records"):
            yield _joint(results, record)

    yield table_of(
        results,
        exhibit,
        stub=gettext("Covariate"),
        columns=shown,
        rows=headings.by_analysis(results, compared, rows, alone=True),
        notes=_notes(results, exhibit),
    )


def _columns(spread: Literal["sd", "se"]) -> tuple[Shown, ...]:
    label, of = _SPREADS[spread]
    arms = (
        column
        for arm, group in (("treated", gettext("Treated")), ("control", gettext("Controls")))
        for column in (
            columns.amount(gettext("Mean"), group, of=f"{arm}_mean"),
            columns.error(group, of=f"{arm}_{of}", label=label),
        )
    )
    return (
        *arms,
        columns.amount(gettext("Estimate"), gettext(_DIFFERENCE), of="difference"),
        columns.error(gettext(_DIFFERENCE)),
        columns.p_value(gettext(_DIFFERENCE)),
        columns.number(
            gettext("Normalised"), gettext(_DIFFERENCE), 1.1, of="normalised_difference", decimals=2
        ),
    )


_KEYS = ("analysis", "covariate")
_PRINTED: Record = {"unit": "", "decimals": 2}


def _sizes(results: StudyResults, record: Record) -> Iterator[Row]:
    """Yield how many units, and groups where these are others, are in each arm and in both."""
    arms = [record["n_treated"], record["n_control"]]
    # In all they would tell an arm of few.
    known = {**record, "n_units": sum(arms) if min(arms) >= FEWEST_UNITS else math.nan}
    counts = [columns.count("", of=name) for name in ("n_treated", "n_control", "n_units")]
    yield _size_row(results, known, gettext("Units"), counts)
    if record["n_clusters"] < sum(arms):
        names = ("clusters_treated", "clusters_control", "n_clusters")
        groups = [columns.number("", of=name).staying() for name in names]
        yield _size_row(results, record, gettext("Groups"), groups)


def _size_row(results: StudyResults, record: Record, label: str, counts: Sequence[Shown]) -> Row:
    shown = [size.across(span) for size, span in zip(counts, _SPANS, strict=True)]
    own = {**record, "covariate": label}
    return columns.row_of(results, shown, own, label, keys=_KEYS, kind="foot")


_SPANS = (2, 2, 4)
_TEST = (
    columns.BLANK.across(4),
    columns.number("", of="f_statistic", decimals=2),
    columns.BLANK,
    columns.p_value(),
    columns.BLANK,
)


def _joint(results: StudyResults, record: Record) -> Row:
    label = gettext("F of all covariates")
    if pd.notna(record["df_numerator"]):
        df = (formatting.number(record[name]) for name in ("df_numerator", "df_denominator"))
        label += f" ({', '.join(df)})"
    own = {**record, "covariate": label}
    return columns.row_of(results, _TEST, own, label, keys=_KEYS, kind="foot")


def _notes(results: StudyResults, exhibit: BalanceByArmOptions) -> Iterator[str]:
    tests = results.of("joint_balance", *exhibit.analyses)
    beside = (
        gettext("SD = standard deviation of an arm; its")
        if exhibit.spread == "sd"
        else gettext("Its")
    )
    yield (
        gettext(
            "All units of the comparison, before matching. In the shape of iebaltab. "
            "{beside} means are compared by regressions on the arm; (SE) of these are "
            "clustered by group. The normalised difference is over the root of the mean "
            "of the arms' variances."
        ).format(beside=beside)
    )
    yield (
        gettext(
            "F is of a regression of the arm on all covariates, clustered by group, "
            "without those that the others imply. It rejects too often where there are "
            "few groups to a covariate."
        )
    )
    if tests["weighted"].any():
        yield gettext("Means, deviations and regressions are weighted by the sampling weights.")
    for record in tests[tests["reason"] != ""].to_dict("records"):
        yield gettext("{label}: no F, as {reason}.").format(
            label=results.analysis(record["analysis"]).label, reason=record["reason"]
        )
    compared = set(tests["analysis"])
    left_out = [results.analysis(name).label for name in exhibit.analyses if name not in compared]
    if left_out:
        yield gettext("Not shown, as they have no covariates of one period: {left_out}.").format(
            left_out="; ".join(left_out)
        )


KIND = kinds.TableKind(
    kind="balance_by_arm",
    shows="covariates by arm and whether they differ, as iebaltab",
    section=kinds.BALANCE,
    rank=10,
    needs=("balance_by_arm", "joint_balance"),
    options=BalanceByArmOptions,
    methods="balance.md",
    annex=True,
    of_methods=(*MATCHED, "difference_in_means"),
    build=balance_by_arm_table,
)
