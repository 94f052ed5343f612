"""The page on recovery, docs/methods/recovery.md, from the stored draws of the stand-in.

python tests/simulation/recovery_page.py     (make recovery runs it last)
"""

import json

import numpy as np
import pandas as pd
from bolivia_recovery import DOCS, PROCESSES, SAMPLED, SELECTED
from coverage_page import HIGH, LOW, markdown

OUTCOMES = {
    "net_income": "net productive income",
    "alliance_income": "income from the alliance product",
    "agricultural_sales": "agricultural sales",
    "labour_income": "household labour income",
    "moderate_poverty": "moderate poverty",
    "extreme_poverty": "extreme poverty",
}
STRATEGIES = {
    "nn1": "nearest 1",
    "nn5": "nearest 5",
    "kernel": "kernel",
    "mahalanobis": "Mahalanobis",
}
TABLES = {
    "all": "all producers",
    "product_group": "by product",
    "quintile": "by quintile of income before",
    "region": "by region",
    "part": "parts of the gain",
}
BARRED = (SAMPLED, SELECTED)
TEXT = """# Recovery of the stand-in's planted truth

Draws of the raw files of `bolivia_par`, each of which goes the whole way of the study (mistakes, edits,
outcomes, matching, subgroups, parts of the gain); made on {date} by `make recovery`. The processes, and
what is not within the bars and why, are in [stand_in.md](stand_in.md); every number is in
[bolivia_recovery.csv](bolivia_recovery.csv).

{draws}

Intervals promise their coverage for the two processes whose effects are left to chance, of the mean
truth over draws. In the others the effect is planted exactly in every sample; there the truth of the
draw itself is meant.

## Effects on all producers

Percent of 95 percent intervals that cover; **bold** outside {low:.0f} to {high:.0f}, in brackets where
the bias is a tenth of the estimate's standard deviation or more.

{covered}

## Bias

In standard errors of the estimate.

{biased}

## How few groups carry an estimate

Median number of effective control groups, of 130.

{effective}

## By product, quintile, region and part of the gain

Lowest, median and highest coverage over cells and strategies, percents and amounts alike.

{parts}
"""


def percent_covered(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the coverage that a process promises, in percent, and whether its estimate is biased."""
    promised = rows["coverage"].where(~rows["process"].isin(BARRED), rows["coverage_of_mean_truth"])
    centred = rows["bias"].abs() < 0.1 * rows["sd_of_estimate"]
    return rows.assign(percent=100 * promised, unbiased=centred)


def shown_coverage(row: pd.Series) -> str:
    text = f"{row['percent']:.1f}"
    if not row["unbiased"]:
        return f"({text})"
    return text if LOW <= row["percent"] <= HIGH else f"**{text}**"


def by_process(rows: pd.DataFrame, shown: "pd.Series[str]") -> str:
    """One row an outcome and strategy, one column a process."""
    part = rows.assign(shown=shown, outcome=rows["outcome"].map(OUTCOMES))
    part["strategy"] = part["strategy"].map(STRATEGIES)
    table = part.pivot_table(
        index=["outcome", "strategy"],
        columns="process",
        values="shown",
        aggfunc="first",
        sort=False,
    )
    return markdown(table[list(PROCESSES)].reset_index())


def effective(rows: pd.DataFrame) -> str:
    part = rows[rows["outcome"] == "net_income"]
    table = part.pivot_table(
        index="strategy", columns="process", values="effective_control_groups", sort=False
    ).rename(STRATEGIES)
    return markdown(table[list(PROCESSES)].map("{:.0f}".format).reset_index())


def parts(rows: pd.DataFrame) -> str:
    table = []
    for name, label in TABLES.items():
        of_table = rows[rows["table"] == name]
        row = {
            "table": label,
            "cells": of_table[["outcome", "level", "strategy"]].drop_duplicates().shape[0],
        }
        for process in PROCESSES:
            covered = of_table[of_table["process"] == process]["percent"]
            row[process] = f"{covered.min():.0f} / {covered.median():.0f} / {covered.max():.0f}"
        table.append(row)
    return markdown(pd.DataFrame(table))


def draws_by_process(rows: pd.DataFrame) -> str:
    """Return a table of what the draws of each process can tell."""
    counts = rows.groupby("process")["draws"].max()
    table = []
    for process in PROCESSES:
        margin = 1.96 / np.sqrt(counts[process])
        share = 100 * np.sqrt(0.0475) * margin
        table.append(
            {
                "process": process,
                "draws": counts[process],
                "a share of 95 percent is told from one off by": f"{share:.0f} points",
                "a bias is told from zero beyond": f"{margin:.2f} standard errors",
            }
        )
    return markdown(pd.DataFrame(table))


def page(rows: pd.DataFrame, date: str) -> str:
    rows = percent_covered(rows.assign(level=rows["level"].fillna("")))
    overall = rows[(rows["table"] == "all") & rows["outcome"].isin(OUTCOMES)]
    return TEXT.format(
        draws=draws_by_process(overall),
        date=date,
        low=LOW,
        high=HIGH,
        covered=by_process(overall, overall.apply(shown_coverage, axis=1)),
        biased=by_process(overall, overall["bias_over_se"].map("{:.2f}".format)),
        effective=effective(overall),
        parts=parts(rows),
    )


def main() -> None:
    about = json.loads((DOCS / "bolivia_recovery.json").read_text(encoding="utf-8"))
    rows = pd.read_csv(DOCS / "bolivia_recovery.csv")
    text = page(rows, about["date"])
    (DOCS / "recovery.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
