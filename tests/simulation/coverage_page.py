"""The page on coverage, docs/methods/coverage.md, and its figure, from the stored simulation.

python tests/simulation/coverage_page.py     (make simulation runs it last)
"""

import json
from pathlib import Path

import candidates
import coverage_trials
import pandas as pd
from coverage_reasons import FIT, TAIL, WHY_HIGH, WHY_LOW, WHY_NONE, WHY_PERCENT, WIDE
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOCS = Path(__file__).parents[2] / "docs/methods"
LOW, HIGH, BIASED, FULL = 93.0, 97.0, 0.1, 0.9
UNADJUSTED = ", unadjusted"
MATCHING = ("nearest 1, caliper", "nearest 5", "kernel", "Mahalanobis")
# Misses on both sides of the effect, as the detail says.
_FITTED = {("IPWRA", "130/130"), ("entropy balancing", "130/130")}
KINDS = {
    candidates.HEADLINE: ("CR2, Satterthwaite (headline)", "#0b5a94", "o"),
    "plain, G - 1": ("plain, G - 1", "#d55e00", "D"),
    "CR3, G - 1": ("CR3, G - 1", "#888888", "s"),
}
TEXT = """# Coverage of the intervals

Surveys of producers in groups of 5 to 150 (half of them under 25), treatment given to whole groups by
three covariates that drive income as well, and chance; none, half or all of the covariates' variance
lies between groups. Income without treatment is lognormal (a standard deviation of .8 in logs, a tenth
zeros, a correlation of .1 within groups); the effect grows with the size of the group. {draws:,} surveys
a cell, seed {seed}, made on {date} by `make simulation`; every number is in
[coverage.csv](coverage.csv). {draws:,} draws tell a share of 95 percent from one off by {margin:.1f}
points.

![Coverage of 95 percent intervals by strategy, arms and kind of standard error](coverage.png)

## What to take from it

{summary}

## The headline interval

Percent of 95 percent intervals that cover the average effect on the treated, by share of the covariates'
variance between groups and by groups in the arms (treated/control). In brackets: the bias is a tenth of
the estimate's standard deviation or more. **Bold**: outside {low:.0f} to {high:.0f} although the bias is
less. With a star: more than a tenth of the surveys have no estimate, and are not counted.

{headline}

## Where it does not hold, and why

{failures}

## The candidates

Mean coverage, and its range over strategies and cells, where the bias is under a tenth of a standard
deviation; by share of variance between groups.

{losers}

The jackknife deletes one group at a time with the matches held fixed and fits the outcome regression
anew; it was computed for bias-adjusted matching with replacement.

## Percent impacts

Fieller's interval of the percent of the counterfactual, where the effect's bias is under a tenth of a
standard deviation.

{percents}

{percents_outside}

## How few groups carry an estimate

Median number of effective control groups.

{effective}

"""


def markdown(frame: pd.DataFrame) -> str:
    head = "| " + " | ".join(map(str, frame.columns)) + " |"
    rule = "|" + "---|" * len(frame.columns)
    rows = ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join([head, rule, *rows])


def prepared(rows: pd.DataFrame) -> pd.DataFrame:
    arms = rows["treated_groups"].astype(str) + "/" + rows["control_groups"].astype(str)
    return rows.assign(
        arms=arms,
        percent=100 * rows["coverage"],
        unbiased=rows["bias_over_sd"].abs() < BIASED,
        unadjusted=rows["strategy"].str.endswith(UNADJUSTED),
    )


def wide(part: pd.DataFrame, shown: "pd.Series[str]") -> str:
    """One row a share between groups and strategy, one column a pair of arms."""
    labels = part["between"].map(lambda share: f"{100 * share:.0f}%")
    table = part.assign(shown=shown, between=labels).pivot_table(
        index=["between", "strategy"], columns="arms", values="shown", aggfunc="first", sort=False
    )
    return markdown(table.reset_index())


def headline(rows: pd.DataFrame) -> str:
    part = rows[rows["kind"] == candidates.HEADLINE]

    def cell(row: pd.Series) -> str:
        text = f"{row['percent']:.1f}{'*' * bool(row['draws'] < FULL * part['draws'].max())}"
        if not row["unbiased"]:
            return f"({text})"
        return text if LOW <= row["percent"] <= HIGH else f"**{text}**"

    return wide(part, part.apply(cell, axis=1))


def effective(rows: pd.DataFrame) -> str:
    part = rows[(rows["kind"] == candidates.HEADLINE) & ~rows["unadjusted"]]
    return wide(part, part["effective_control"].map("{:.0f}".format))


def losers(rows: pd.DataFrame) -> str:
    """Every candidate in the cells and strategies in which the headline's estimate has no bias."""
    part = rows[rows["unbiased"] & ~rows["kind"].isin(["percent", "refused"])]
    table = []
    for (kind, between), cell in part.groupby(["kind", "between"], sort=False):
        inside = cell["percent"].between(LOW, HIGH)
        table.append(
            {
                "interval": kind,
                "between groups": f"{100 * between:.0f}%",
                "mean": f"{cell['percent'].mean():.1f}",
                "lowest": f"{cell['percent'].min():.1f}",
                "highest": f"{cell['percent'].max():.1f}",
                f"in {LOW:.0f}-{HIGH:.0f}": f"{inside.sum()} of {len(cell)}",
            }
        )
    order = [candidates.HEADLINE, *(kind for kind in part["kind"].unique() if kind not in KINDS)]
    frame = pd.DataFrame(table)
    rank = {kind: place for place, kind in enumerate([*order, *KINDS])}
    return markdown(frame.sort_values("interval", key=lambda kind: kind.map(rank), kind="stable"))


def percents(rows: pd.DataFrame) -> str:
    part = unbiased_percents(rows)
    table = []
    for (between, arms), cell in part.groupby(["between", "arms"], sort=False):
        refused = cell["missing"] / (cell["missing"] + cell["draws"])
        table.append(
            {
                "between groups": f"{100 * between:.0f}%",
                "arms": arms,
                "mean": f"{cell['percent'].mean():.1f}",
                "lowest": f"{cell['percent'].min():.1f}",
                "highest": f"{cell['percent'].max():.1f}",
                f"in {LOW:.0f}-{HIGH:.0f}": f"{within(cell).sum()} of {len(cell)}",
                "refused, percent": f"{100 * refused.max():.1f} at most",
            }
        )
    return markdown(pd.DataFrame(table))


def within(rows: pd.DataFrame) -> "pd.Series[bool]":
    return rows["percent"].between(LOW, HIGH)


def unbiased_percents(rows: pd.DataFrame) -> pd.DataFrame:
    """Percent impacts whose effect has no bias to speak of, with the coverage of that effect."""
    keys = ["between", "treated_groups", "control_groups", "strategy"]
    level = rows[(rows["kind"] == candidates.HEADLINE) & rows["unbiased"]]
    level = level[[*keys, "percent"]].rename(columns={"percent": "level"})
    return rows[rows["kind"] == "percent"].merge(level, on=keys)


def percents_outside(rows: pd.DataFrame) -> str:
    """Name each percent impact outside the bar, beside the level that it comes from."""
    part = unbiased_percents(rows)
    found = part[~within(part)]
    if found.empty:
        return "All of them are within the bar."
    low = int((found["percent"] < LOW).sum())
    shares = {"above": "above the truth", "below": "below it"}
    table = [
        {
            "between": f"{100 * row['between']:.0f}%",
            "groups": row["arms"],
            "strategy": row["strategy"],
            "percent": f"{row['percent']:.1f}",
            "level": f"{row['level']:.1f}",
            **{label: f"{100 * row[name]:.1f}" for name, label in shares.items()},
            "bias / sd": f"{row['bias_over_sd']:.2f}",
            "surveys": f"{row['draws']:,.0f}",
        }
        for _, row in found.iterrows()
    ]
    return (
        f"{len(found)} of {len(part)} are outside {LOW:.0f} to {HIGH:.0f}, {low} of them under it. "
        f"{WHY_PERCENT}\n\nEach of them, with the coverage of the effect itself and the bias of the "
        f"percent:\n\n{markdown(pd.DataFrame(table))}"
    )


def outside(rows: pd.DataFrame) -> pd.DataFrame:
    """Unbiased cells of the headline that are not within the bar."""
    part = rows[(rows["kind"] == candidates.HEADLINE) & rows["unbiased"]]
    return part[~part["percent"].between(LOW, HIGH)]


def summary(rows: pd.DataFrame) -> str:
    own = rows[(rows["kind"] == candidates.HEADLINE) & rows["unbiased"]]
    plain = rows[(rows["kind"] == "plain, G - 1") & rows["unbiased"]]
    biased = rows[(rows["kind"] == candidates.HEADLINE) & ~rows["unbiased"]]
    inside = own["percent"].between(LOW, HIGH)
    shared = plain[plain["between"] == 1]["percent"]
    covered, adjusted = own["percent"], ~own["strategy"].str.endswith(UNADJUSTED)
    missed = ~inside & own["strategy"].isin(MATCHING)
    where = sorted(set(own.loc[missed, "arms"]))
    every = rows[rows["kind"] == candidates.HEADLINE]
    error = every["draws"].max() ** -0.5
    near = int(((every["bias_over_sd"].abs() - BIASED).abs() < error).sum())
    few = int((own["draws"] < FULL * every["draws"].max()).sum())
    lines = [
        f"- Bias-adjusted matching ({'; '.join(MATCHING)}) holds it in every cell "
        f"without bias, down to 15/15, 20/80 and 8/22 groups, but with {' and '.join(where)} groups "
        f"({missed.sum()} of {own['strategy'].isin(MATCHING).sum()} pairs).",
        f"- Of {len(own)} pairs of strategy and cell with a bias under a tenth of a standard deviation the "
        f"headline covers {LOW:.0f} to {HIGH:.0f} percent in {inside.sum()} (from {covered.min():.1f} to "
        f"{covered.max():.1f}, mean {covered.mean():.1f}); without unadjusted matching, which is no "
        f"default, in {(inside & adjusted).sum()} of {adjusted.sum()}.",
        f"- The plain clustered interval with G - 1 degrees of freedom covers {shared.min():.0f} to "
        f"{shared.max():.0f} percent where covariates are shared by whole groups: a few control groups then "
        "carry most of the weight, and G - 1 counts them all.",
        f"- In {len(biased)} pairs the estimate has a bias of a tenth of a standard deviation or more, and "
        "no error mends that. Income is exponential in the covariates and regression is linear: its bias "
        "stays however many groups there are, and is a larger part of a smaller standard deviation. "
        "Matching and weighting have it where few effective controls are left, unadjusted matching from far "
        "matches. "
        "That weighting has it from the fitted score is likely, since it adjusts nothing; it was not taken "
        "apart.",
        f"- Which pairs count is itself known within limits: a bias of a tenth has a simulation error of "
        f"{error:.3f}, and {near} of the {len(every)} pairs lie within one such error of a tenth. Of those "
        f"that count {few} rest on less than {100 * FULL:.0f} percent of the surveys: the others have no "
        "estimate.",
    ]
    return "\n".join(lines)


def _in_short(found: pd.DataFrame) -> str:
    """The cells outside with their reason in a sentence."""
    why = [
        WIDE if percent > HIGH else FIT if (strategy, arms) in _FITTED else TAIL
        for strategy, arms, percent in found[["strategy", "arms", "percent"]].itertuples(
            index=False
        )
    ]
    lines = []
    for (between, arms, reason), part in found.assign(why=why).groupby(
        ["between", "arms", "why"], sort=False
    ):
        percents = part["percent"]
        covers = (
            f"{percents.min():.1f} to {percents.max():.1f}"
            if len(part) > 1
            else f"{percents.iloc[0]:.1f}"
        )
        lines.append(
            {
                "between": f"{100 * between:.0f}%",
                "groups": arms,
                "strategies": ", ".join(part["strategy"]),
                "covers": covers,
                "why": reason,
            }
        )
    return markdown(pd.DataFrame(lines))


def failures(rows: pd.DataFrame) -> str:
    found = outside(rows)
    lines = [_in_short(found), "", "In detail:", ""] if len(found) else []
    low, high = found[found["percent"] < LOW], found[found["percent"] > HIGH]
    if len(low):
        lines.append(f"- Under {LOW:.0f} ({len(low)}): {_named(low)}. {WHY_LOW}")
    if len(high):
        lines.append(f"- Over {HIGH:.0f} ({len(high)}): {_named(high)}. {WHY_HIGH}")
    if len(found):
        lines.append(f"- {_by_chance(found)}")
    refused = rows[rows["kind"] == "refused"]
    if len(refused):
        most = f"{refused['missing'].max():,}"
        lines.append(
            f"- No estimate in up to {most} draws of a cell (how many, in brackets): "
            f"{_named(refused.assign(strategy=_with_missing(refused)))}. {WHY_NONE}"
        )
    if len(found):
        table = coverage_trials.missed(rows, found)
        lines += [
            "",
            "Each of them, with what the other intervals cover there:",
            "",
            markdown(table),
        ]
    if len(low):
        lines += ["", coverage_trials.tried()]
    return "\n".join(lines) if lines else "Nowhere in this grid."


def _by_chance(found: pd.DataFrame) -> str:
    """How far the cells outside are from the bar, in standard errors of the simulation."""
    beyond = (LOW - found["percent"]).clip(lower=0) + (found["percent"] - HIGH).clip(lower=0)
    errors = (found["percent"] * (100 - found["percent"]) / found["draws"]) ** 0.5
    most = int(found.groupby(["between", "arms"]).size().max())
    return (
        f"By the error of the simulation alone none of the {len(found)} is further than "
        f"{(beyond / errors).max():.1f} standard errors outside, and {(beyond < errors).sum()} are within "
        f"one. That {most} of them share a cell says less than it seems, for they are of the same surveys; "
        "but on other surveys of that cell, below, the headline covers 91.7 to 93.3 percent, too."
    )


def _with_missing(frame: pd.DataFrame) -> list[str]:
    pairs = zip(frame["strategy"], frame["missing"], strict=True)
    return [f"{strategy} ({missing:,})" for strategy, missing in pairs]


def _named(frame: pd.DataFrame) -> str:
    by_cell = frame.groupby(["between", "arms"], sort=False)["strategy"]
    return "; ".join(
        f"{arms} groups with {100 * between:.0f}% between: {', '.join(names)}"
        for (between, arms), names in by_cell
    )


def draw(rows: pd.DataFrame, path: Path) -> None:
    part = rows[(rows["between"] == 1) & rows["kind"].isin(KINDS)]
    arms = list(dict.fromkeys(part["arms"]))
    strategies = list(dict.fromkeys(part["strategy"]))
    figure = Figure(figsize=(12, 0.32 * len(strategies) + 1.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(arms), sharey=True, squeeze=False)[0]
    for axis, pair in zip(axes, arms, strict=True):
        axis.axvspan(LOW, HIGH, color="#e4ecf3", zorder=0)
        axis.axvline(95, color="#0b5a94", linewidth=0.8, linestyle="--")
        for kind, (label, colour, marker) in KINDS.items():
            cell = part[(part["arms"] == pair) & (part["kind"] == kind)]
            places = [strategies.index(name) for name in cell["strategy"]]
            axis.plot(
                cell["percent"],
                places,
                marker,
                color=colour,
                label=label,
                markersize=5,
                linestyle="none",
            )
        axis.set_title(f"{pair} groups", fontsize=10, loc="left")
        axis.set_xlim(50, 100)
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


def main(docs: Path = DOCS) -> None:
    rows = prepared(pd.read_csv(docs / "coverage.csv"))
    about = json.loads((docs / "coverage.json").read_text(encoding="utf-8"))
    text = TEXT.format(
        **about,
        margin=196 * (0.95 * 0.05 / about["draws"]) ** 0.5,
        low=LOW,
        high=HIGH,
        summary=summary(rows),
        headline=headline(rows),
        failures=failures(rows),
        losers=losers(rows),
        percents=percents(rows),
        percents_outside=percents_outside(rows),
        effective=effective(rows),
    )
    (docs / "coverage.md").write_text(text, encoding="utf-8")
    draw(rows, docs / "coverage.png")


if __name__ == "__main__":
    main()
