"""The page on coverage, docs/methods/coverage.md, and its figure, from the stored simulation.

python tests/simulation/coverage_page.py     (make simulation runs it last)
"""

import json
from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOCS = Path(__file__).parents[2] / "docs/methods"
KINDS = {
    "group": ("clustered by group, t", "#0b5a94", "o"),
    "bootstrap": ("bootstrap over groups", "#d55e00", "D"),
    "ai2006": ("Abadie-Imbens 2006", "#888888", "s"),
    "hc": ("robust, not clustered", "#bbbbbb", "^"),
    "pair": ("by matched set", "#5a5a5a", "v"),
}
TEXT = """# Coverage of the intervals

Surveys of producers in groups of 38, treatment assigned to whole groups, effects that differ between groups
(mean .5, standard deviation .25 of the outcome's, given covariates), four covariates that drive treatment
and outcome, one of them with a squared term; about half of the groups are treated. {draws:,} surveys a cell,
seed {seed}, made on {date} by `make simulation`; every number is in [coverage.csv](coverage.csv).

![Coverage of 95 percent intervals by strategy, number of groups and kind of standard error](coverage.png)

**What to take from it.** With an intra-group correlation of .1, intervals that do not
cluster by group are far too short whatever the estimator; the group-clustered interval and the bootstrap
are near 95 percent where the estimator is unbiased. Where coverage is low in spite of a right standard error
(`SE / sd` near 1), the *estimate* is biased: matching without replacement when half of the groups are treated
(candidates run out), bins that are too coarse, a kernel too wide, and nearest neighbours in four dimensions.
Their bias-adjusted versions mend it, and a study should prefer them (`bias_adjust: true`).

## The headline interval and the bootstrap, intra-group correlation .1

{table}

## All intra-group correlations, group-clustered interval

{by_icc}
"""


def markdown(frame: pd.DataFrame) -> str:
    head = "| " + " | ".join(map(str, frame.columns)) + " |"
    rule = "|" + "---|" * len(frame.columns)
    rows = ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join([head, rule, *rows])


def headline_table(rows: pd.DataFrame) -> str:
    part = rows[(rows["icc"] == 0.1) & rows["kind"].isin(["group", "bootstrap"])]
    lines = []
    for (groups, strategy), cell in part.groupby(["groups", "strategy"], sort=False):
        by = cell.set_index("kind")
        one = by.loc["group"]
        lines.append(
            {
                "groups": groups,
                "strategy": strategy,
                "bias / sd": f"{one['bias_over_sd']:.2f}",
                "SE / sd": f"{one['se_over_sd']:.2f}",
                "coverage, t": f"{100 * one['coverage']:.1f}",
                "coverage, bootstrap": f"{100 * by.loc['bootstrap', 'coverage']:.1f}",
            }
        )
    return markdown(pd.DataFrame(lines))


def icc_table(rows: pd.DataFrame) -> str:
    part = rows[rows["kind"] == "group"]
    wide = part.pivot_table(
        index=["groups", "strategy"], columns="icc", values="coverage", sort=False
    )
    shown = (100 * wide).map("{:.1f}".format).reset_index()
    return markdown(shown.rename(columns=str))


def draw(rows: pd.DataFrame, path: Path) -> None:
    groups = sorted(rows["groups"].unique())
    strategies = list(dict.fromkeys(rows["strategy"]))
    figure = Figure(figsize=(10, 0.32 * len(strategies) + 1.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for axis, count in zip(axes, groups, strict=True):
        part = rows[(rows["groups"] == count) & (rows["icc"] == 0.1)]
        axis.axvspan(93, 97, color="#e4ecf3", zorder=0)
        axis.axvline(95, color="#0b5a94", linewidth=0.8, linestyle="--")
        for kind, (label, colour, marker) in KINDS.items():
            cell = part[part["kind"] == kind]
            places = [strategies.index(name) for name in cell["strategy"]]
            axis.plot(
                100 * cell["coverage"],
                places,
                marker,
                color=colour,
                label=label,
                markersize=5,
                linestyle="none",
            )
        axis.set_title(f"{count} groups", fontsize=10, loc="left")
        axis.set_xlim(20, 100)
        axis.grid(axis="x", color="#eeeeee")
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.set_xlabel("Coverage, percent", fontsize=9)
        axis.tick_params(labelsize=8, left=False)
    axes[0].set_yticks(range(len(strategies)), strategies)
    axes[0].invert_yaxis()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=len(KINDS), fontsize=8, frameon=False
    )
    figure.savefig(path, dpi=150, metadata={"Software": None})


def main() -> None:
    rows = pd.read_csv(DOCS / "coverage.csv")
    about = json.loads((DOCS / "coverage.json").read_text(encoding="utf-8"))
    text = TEXT.format(**about, table=headline_table(rows), by_icc=icc_table(rows))
    (DOCS / "coverage.md").write_text(text, encoding="utf-8")
    draw(rows, DOCS / "coverage.png")


if __name__ == "__main__":
    main()
