"""Balance of each strategy in one line, with the numbers that evaluators know from pstest."""

from collections.abc import Iterator, Sequence

import pandas as pd

from ruralimpact.design.balance_summary import RUBIN_B_LIMIT, RUBIN_R_RANGE
from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.analysed_outcomes import SHOWN_FOR, analysed_outcomes, behind
from ruralimpact.exhibits.infeasible import infeasible_notes
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_BIAS, _REFITTED, _RUBIN, _UNITS = (
    marked("|Bias|, percent"),
    marked("Refitted score"),
    marked("Rubin's"),
    marked("Units"),
)


def _fails_b(values: Sequence[float]) -> str:
    return "†" if values[0] >= RUBIN_B_LIMIT else ""


def _fails_r(values: Sequence[float]) -> str:
    low, high = RUBIN_R_RANGE
    return "†" if values[0] < low or values[0] > high else ""


_COLUMNS = (
    columns.number(marked("Mean"), _BIAS, 0.8, of="mean_bias", decimals=1),
    columns.number(marked("Median"), _BIAS, 0.9, of="median_bias", decimals=1),
    columns.number(marked("Pseudo-R2"), _REFITTED, 1.0, of="pseudo_r2", decimals=3),
    columns.number(marked("LR chi2"), _REFITTED, 0.9, of="lr_statistic", decimals=1).keeping(
        "lr_df"
    ),
    columns.p_value(_REFITTED, 0.8, of="lr_p_value"),
    columns.number("B", _RUBIN, 0.8, of="rubin_b", decimals=1).marked(_fails_b),
    columns.number("R", _RUBIN, 0.8, of="rubin_r", decimals=2).marked(_fails_r),
    columns.number(marked("Largest |SMD|"), width=1.1, of="max_abs_smd", decimals=2),
    columns.number(marked("Controls"), _UNITS, 0.9, of="n_control_matched"),
    columns.number(marked("Effective"), _UNITS, 0.9, of="effective_controls"),
)
_KEYS = ("analysis", "outcome", "strategy")
_OF_DESIGN = ("max_abs_smd", "n_control_matched", "effective_controls")


def balance_summary_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table, one row a strategy and one before matching."""
    designs = results["designs"].set_index(["analysis", "strategy"])

    def rows(analysis: str) -> Iterator[Row]:
        for record in results.of("balance_summary", analysis).to_dict("records"):
            yield _row(results, record, designs)
        for outcome in analysed_outcomes(results, analysis):
            yield heading(behind(results, [outcome]), "group")
            yield from _analysed_rows(results, analysis, outcome)

    yield table_of(
        results,
        exhibit,
        stub=gettext("Strategy"),
        columns=_COLUMNS,
        rows=headings.by_analysis(results, exhibit.analyses, rows, alone=True),
        notes=(*_notes(results, exhibit), *infeasible_notes(results, exhibit.analyses)),
    )


def _row(results: StudyResults, record: Record, designs: pd.DataFrame) -> Row:
    strategy = record["strategy"]
    known = designs.loc[(record["analysis"], strategy)].to_dict() if strategy else {}
    own = {**record, "outcome": "", **{name: known.get(name) for name in _OF_DESIGN}}
    return columns.row_of(results, _COLUMNS, own, _label(results, strategy), keys=_KEYS)


def _analysed_rows(results: StudyResults, analysis: str, outcome: str) -> Iterator[Row]:
    """Yield the same of the units behind the estimates on an outcome."""
    balance = results.of("analysed_balance", analysis, outcome=outcome)
    matched = balance[balance["strategy"] != ""]
    estimates = results.estimates_of(analysis, outcome).set_index("strategy")
    known = estimates[~estimates["suppressed"]]
    of_units = {
        "max_abs_smd": matched["smd"].abs().groupby(matched["strategy"]).max(),
        "n_control_matched": known["n_control"],
        "effective_controls": known["ess"],
    }
    table = results.of("analysed_balance_summary", analysis, outcome=outcome)
    for record in table.to_dict("records"):
        strategy = record["strategy"]
        sizes = {name: values.get(strategy) for name, values in of_units.items()}
        own: Record = {**record, **sizes}
        yield columns.row_of(results, _COLUMNS, own, _label(results, strategy), keys=_KEYS)


def _label(results: StudyResults, strategy: str) -> str:
    return results.strategy_label(strategy) if strategy else gettext("Before")


def _notes(results: StudyResults, exhibit: OfAnalyses) -> tuple[str, ...]:
    summaries = results["balance_summary"]
    overlaps = [
        f"{results.analysis(name).label} {formatting.number(value, 2)}"
        for name in exhibit.analyses
        for value in summaries[(summaries["analysis"] == name) & (summaries["strategy"] == "")][
            "overlap"
        ]
    ]
    notes = (
        gettext(
            "Biases are differences in means over the root of the mean of the arms' "
            "variances before matching, as pstest has it (the balance table divides by "
            "the treated standard deviation). The propensity score is refitted, by "
            "probit, with the weights of the strategy; its pseudo-R2 and "
            "likelihood-ratio test (chi2 and p) say what the covariates still tell about "
            "treatment. Rubin's B (percent) should be below 25 and his R between 0.5 and "
            "2; † marks those that are not. Effective is Kish's number of controls."
        ),
        gettext("Overlap coefficient of the scores before matching: {overlaps}.").format(
            overlaps="; ".join(overlaps)
        ),
    )
    if any(analysed_outcomes(results, name) for name in exhibit.analyses):
        return (
            *notes,
            gettext(
                "Behind the estimates: the same of the units whose outcome is known, over "
                "the same variances; {shown_for}."
            ).format(shown_for=gettext(SHOWN_FOR)),
        )
    return notes


KIND = kinds.TableKind(
    kind="balance_summary",
    shows="one line a strategy, as pstest",
    section=kinds.BALANCE,
    rank=20,
    needs=(
        "balance_summary",
        "designs",
        "analysed_balance",
        "analysed_balance_summary",
        "estimates",
    ),
    options=OfAnalyses,
    methods="balance.md",
    build=balance_summary_table,
)
