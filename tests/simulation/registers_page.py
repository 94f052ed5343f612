"""The page on recovery of the registers' planted numbers, docs/methods/registers_recovery.md.

python tests/simulation/registers_page.py     (make recovery runs it last)
"""

import numpy as np
import pandas as pd
from coverage_page import DOCS, HIGH, LOW, markdown
from scipy import stats

STUDIES = {
    "bolivia_alliances": "rates of return and gains",
    "bolivia_survival": "survival",
    "bolivia_workshops": "questionnaires",
}
NIL = "nil or all by design: always held"
STEPS = "Wilson's interval holds so much in samples of this size, exactly: it moves in steps"
EXACTLY_WITHIN = "chance of the draws: exactly it is within the bar"
CHANCE = (
    "chance of the draws: {draws} tell a share of 95 percent from one off by {margin:.0f} points"
)
FEW = "a share of 13 to 17 alliances moves in steps, with t of 3 or 4 degrees of freedom: too wide"
UNPRINTED = "of 8 alliances: where fewer than 10 are behind a number it is never printed"
SETTLED = "chance of the draws: in {draws:,} it held in {held:.1f} percent"
ONE_OF_MANY = "chance of the draws: of {numbers} numbers one or so is as far off by it"
UNEXPLAINED = "not explained by the number of draws or the size of the sample"
TEXT = """# Recovery of what the registers were planted with

{draws} draws of the raw files of `bolivia_alliances`, `bolivia_survival` and `bolivia_workshops`, each
read and estimated as in a run (`make recovery`); every number is in
[registers_recovery.csv](registers_recovery.csv). Truth is what ever larger registers would give, or what
the whole register of the draw would answer. Intervals promise to hold it in 95 percent of the draws; the
bar is {low:.0f} to {high:.0f}.

{summary}

## Outside the bar, and why

In percent of the draws that have an interval. *Exactly*: what Wilson's interval, with the correction for
the finite register, holds in samples of these sizes from these registers, added up over all samples that
there can be; no draws are in it. Reasons are asked of the few of a region that changed their buyer: there it
is over all samples in which anybody was. *Many*: what the same intervals of survival held in {many:,} draws
([survival_curves.csv](survival_curves.csv)).

{outside}
"""


def margin(draws: float) -> float:
    """Return by how many points a share of 95 percent of draws may be off by chance."""
    return float(100 * 1.96 * np.sqrt(0.0475 / draws))


def reason(row: pd.Series, numbers: int) -> str:
    """Say why a coverage, of one of so many numbers, is outside the bar."""
    draws = row["draws"] - row["without_interval"]
    if row["study"] == "bolivia_workshops" and row["truth"] in (0, 1):
        return NIL
    if np.isfinite(row["expected"]):
        return EXACTLY_WITHIN if LOW <= row["expected"] <= HIGH else STEPS
    if "region=Chaco" in row["key"] and "/curve/" in row["key"]:
        return UNPRINTED
    if np.isfinite(row["many"]):
        settled = LOW <= row["many"] <= HIGH
        return SETTLED.format(draws=int(row["many_draws"]), held=row["many"]) if settled else FEW
    away = abs(row["coverage"] - 95)
    if away <= margin(draws):
        return CHANCE.format(draws=f"{draws:.0f}", margin=margin(draws))
    so_far = numbers * 2 * stats.norm.sf(1.96 * away / margin(draws))
    return ONE_OF_MANY.format(numbers=numbers) if so_far > 0.5 else UNEXPLAINED


def page(rows: pd.DataFrame, many: pd.DataFrame) -> str:
    """Return the page.

    Parameters
    ----------
    rows, many : DataFrame
        Coverage by key: of all numbers, and of some in more draws.
    """
    more = many.set_index("key")
    rows = rows.assign(
        coverage=100 * rows["coverage"],
        expected=100 * rows["expected"],
        many=100 * rows["key"].map(more["coverage"]),
        many_draws=rows["key"].map(more["draws"]),
    )
    off = rows[~rows["coverage"].between(LOW, HIGH)]
    why = off.apply(reason, axis=1, numbers=len(rows))
    by_chance = why.str.startswith(("chance", NIL))
    summary = [
        {
            "study": f"`{name}`, {words}",
            "numbers": len(of_study),
            "mean coverage": f"{of_study['coverage'].mean():.1f}",
            "within the bar": int(of_study["coverage"].between(LOW, HIGH).sum()),
            "outside by chance, or nil by design": int((off["study"].eq(name) & by_chance).sum()),
            "outside otherwise": int((off["study"].eq(name) & ~by_chance).sum()),
        }
        for name, words in STUDIES.items()
        for of_study in [rows[rows["study"] == name]]
    ]
    table = pd.DataFrame(
        {
            "number": "`" + off["key"].str.strip("/") + "`",
            "held": off["coverage"].map("{:.1f}".format),
            "exactly": off["expected"].map("{:.1f}".format).replace("nan", ""),
            "many": off["many"].map("{:.1f}".format).replace("nan", ""),
            "draws": (off["draws"] - off["without_interval"]).astype(int),
            "why": why,
        }
    )
    return TEXT.format(
        draws=int(rows["draws"].max()),
        many=int(many["draws"].max()),
        low=LOW,
        high=HIGH,
        summary=markdown(pd.DataFrame(summary)),
        outside=markdown(table),
    )


def main() -> None:
    rows = pd.read_csv(DOCS / "registers_recovery.csv")
    many = pd.read_csv(DOCS / "survival_curves.csv")
    (DOCS / "registers_recovery.md").write_text(page(rows, many), encoding="utf-8")


if __name__ == "__main__":
    main()
