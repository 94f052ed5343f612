"""Balance tables: every covariate before and after each strategy."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.design.methods import MATCHED
from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.analysed_outcomes import SHOWN_FOR, analysed_outcomes, behind
from ruralimpact.exhibits.infeasible import infeasible_notes
from ruralimpact.exhibits.marks import UNBALANCED
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked


def _far(values: Sequence[Any]) -> str:
    smd, fails = values
    return UNBALANCED if fails and (pd.isna(smd) or abs(smd) >= 0.1) else ""


def _apart(values: Sequence[Any]) -> str:
    ratio, fails, binary = values
    return UNBALANCED if fails and not binary and not 0.5 <= ratio <= 2 else ""


_STATISTICS = (
    columns.number(marked("SMD"), width=0.8, of="smd", decimals=2).marked(_far, "fails"),
    columns.number(marked("VR"), width=0.8, of="variance_ratio", decimals=2).marked(
        _apart, "fails", "binary"
    ),
    columns.number(marked("KS"), width=0.8, of="ks", decimals=2),
)
_BEFORE = "before"


def balance_tables(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build balance tables; analyses that share their strategies share a table."""

    def matched(analysis: str) -> tuple[str, ...]:
        return tuple(results.matched_strategies(analysis))

    for strategies, analyses in headings.alike(exhibit.analyses, matched):
        yield _table(results, exhibit, analyses, strategies)


def _table(
    results: StudyResults,
    exhibit: OfAnalyses,
    analyses: Sequence[str],
    strategies: Sequence[str],
) -> Table:
    groups = {_BEFORE: gettext("Before matching")}
    groups |= {name: results.strategy_label(name) for name in strategies}
    shown = [
        statistic.within(name, group) for name, group in groups.items() for statistic in _STATISTICS
    ]

    def rows(analysis: str) -> Iterator[Row]:
        yield from _covariate_rows(results, results.of("balance", analysis), shown)
        yield from _foot_rows(results, analysis, strategies)
        yield from _analysed_rows(results, analysis, strategies, shown)

    return table_of(
        results,
        exhibit,
        stub=gettext("Covariate"),
        columns=shown,
        rows=headings.by_analysis(results, analyses, rows, alone=True),
        interpretation=(_sentence(results, analysis, strategies) for analysis in analyses),
        notes=_notes(results, analyses),
    )


def _covariate_rows(
    results: StudyResults, frame: pd.DataFrame, shown: Sequence[Shown], outcome: str = ""
) -> Iterator[Row]:
    for covariate, own in frame.groupby("covariate", sort=False):
        parts = {
            record["strategy"] or _BEFORE: {
                **record,
                "fails": bool(record["strategy"]) and not record["balanced"],
            }
            for record in own.to_dict("records")
        }
        first = own.iloc[0]
        record = {
            "analysis": first["analysis"],
            "covariate": covariate,
            "outcome": outcome,
            **parts,
        }
        yield columns.row_of(results, shown, record, str(first["label"]), keys=_KEYS)


_KEYS = ("analysis", "covariate", "outcome")


def _size_row(
    results: StudyResults,
    label: str,
    keys: Mapping[str, str],
    sizes: Mapping[str, float | None],
    before: float | None = None,
    decimals: int = 0,
) -> Row:
    """Return a row of how many units there are before matching, where that is said, and by strategy."""
    first, kept = (columns.BLANK, _KEYS) if before is None else (_N_BEFORE, (*_KEYS, "n_before"))
    after = [columns.size("", of=f"n_{name}", decimals=decimals) for name in sizes]
    record = {**keys, "covariate": label, "n_before": before}
    record |= {f"n_{name}": value for name, value in sizes.items()}
    shown = [size.across(len(_STATISTICS)) for size in (first, *after)]
    return columns.row_of(results, shown, record, label, keys=kept, kind="foot")


_N_BEFORE = columns.count("", of="n_before")


def _foot_rows(results: StudyResults, analysis: str, strategies: Sequence[str]) -> Iterator[Row]:
    designs = results.of("designs", analysis).set_index("strategy")
    if designs.empty:
        return
    first, keys = designs.iloc[0], {"analysis": analysis, "outcome": ""}
    for label, before, column, decimals in (
        (gettext("Treated units"), first["n_treated"], "n_treated_matched", 0),
        (gettext("Controls"), first["n_control"], "n_control_matched", 0),
        (gettext("Effective number of controls"), first["n_control"], "effective_controls", 1),
    ):
        sizes = {name: designs[column].get(name) for name in strategies}
        yield _size_row(results, label, keys, sizes, before, decimals)


def _analysed_rows(
    results: StudyResults, analysis: str, strategies: Sequence[str], shown: Sequence[Shown]
) -> Iterator[Row]:
    """Balance and sizes of the units behind the estimates on each outcome that many lack."""
    for outcome in analysed_outcomes(results, analysis):
        frame = results.of("analysed_balance", analysis, outcome=outcome)
        yield heading(behind(results, [outcome]), "group")
        yield from _covariate_rows(results, frame, shown, outcome)
        estimates = results.estimates_of(analysis, outcome).set_index("strategy")
        keys = {"analysis": analysis, "outcome": outcome}
        for label, column, decimals in (
            (gettext("Treated units"), "n_treated", 0),
            (gettext("Controls"), "n_control", 0),
            (gettext("Effective number of controls"), "ess", 1),
        ):
            known = estimates[column].mask(estimates["suppressed"])
            sizes = {name: known.get(name) for name in strategies}
            yield _size_row(results, label, keys, sizes, decimals=decimals)


def _sentence(results: StudyResults, analysis: str, strategies: Sequence[str]) -> str:
    designs = results.of("designs", analysis)
    designs = designs[designs["strategy"].isin(strategies)]
    passing = int(designs["balanced"].sum())
    label = results.analysis(analysis).label
    if designs["infeasible"].all():
        return gettext("{label}: no strategy is estimable.").format(label=label)
    verb = gettext("leaves") if passing < 2 else gettext("leave")
    spread = designs.loc[~designs["suppressed"], "max_abs_smd"].dropna()
    text = gettext("{label}: {share} {verb} every covariate balanced").format(
        label=label, share=formatting.share_of(passing, len(designs), "strategy"), verb=verb
    )
    if spread.empty:
        return f"{text}."
    low, high = formatting.number(spread.min(), 2), formatting.number(spread.max(), 2)
    return gettext(
        "{text}; the largest standardised difference left is between {low} and {high}."
    ).format(text=text, low=low, high=high)


def _notes(results: StudyResults, analyses: Sequence[str]) -> tuple[str, ...]:
    notes = [
        gettext(
            "SMD = standardised mean difference, treated less controls, over the "
            "standard deviation of the treated before matching; VR = variance ratio, "
            "treated over controls; KS = largest distance between the weighted "
            "distribution functions."
        ),
        gettext(
            "The effective number of controls is Kish's: the square of the sum of "
            "weights over the sum of their squares."
        ),
        gettext(
            "{unbalanced} Outside the bounds: an absolute SMD of 0.1 or more, or, for "
            "covariates with more than two values, a variance ratio outside 0.5 to 2. "
            "Marks go by unrounded values."
        ).format(unbalanced=UNBALANCED),
        gettext("{dash} = not defined, as for a covariate without variation in an arm.").format(
            dash=formatting.DASH
        ),
    ]
    if any(analysed_outcomes(results, name) for name in analyses):
        notes.append(
            gettext(
                "Behind the estimates: the same of the units whose outcome is known, over "
                "the same standard deviation; {shown_for}."
            ).format(shown_for=gettext(SHOWN_FOR))
        )
    return (*notes, *infeasible_notes(results, analyses))


KIND = kinds.TableKind(
    kind="balance",
    shows="covariates before and after matching",
    section=kinds.BALANCE,
    rank=20,
    needs=("balance", "designs", "analysed_balance", "analysed_balance_summary", "estimates"),
    options=OfAnalyses,
    methods="balance.md",
    annex=True,
    of_methods=MATCHED,
    build=balance_tables,
)
