"""Put the table of the stored simulation into docs/methods/difference.md, between its two marks.

python tests/simulation/difference_coverage_page.py
"""

from pathlib import Path

import pandas as pd
from difference_coverage import BOOTSTRAP, HEADLINE, PLAIN

DOCS = Path(__file__).parents[2] / "docs/methods"
BEGIN, END = "<!-- table of difference_coverage.csv -->", "<!-- end of table -->"
KINDS = (HEADLINE, PLAIN, BOOTSTRAP)
SHOWN = {
    "random": ["difference-in-differences", "covariance, covariates", "improved", "triple"],
    "selected": [
        "difference-in-differences",
        "covariance, covariates",
        "improved",
        "triple, covariates of the eligible",
    ],
}


def table(rows: pd.DataFrame) -> str:
    lines = [
        "| treated groups | estimator | groups (treated) | draws | bias / sd | SE / sd | df | headline | "
        "plain, G - 1 | bootstrap |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for assignment, names in SHOWN.items():
        for name in names:
            part = rows[(rows["assignment"] == assignment) & (rows["estimator"] == name)]
            for (groups, treated), cell in part.groupby(["groups", "treated"], sort=False):
                by = cell.set_index("kind")
                headline = by.loc[HEADLINE]
                mark = "" if headline["assumption"] else " (assumption fails)"
                covers = " | ".join(f"{100 * by.loc[kind, 'coverage']:.1f}" for kind in KINDS)
                lines.append(
                    f"| {assignment} | {name}{mark} | {groups} ({treated}) | "
                    f"{headline['draws']:,} | {headline['bias_over_sd']:.2f} | "
                    f"{headline['se_over_sd']:.2f} | {headline['df']:.0f} | {covers} |"
                )
    return "\n".join(lines)


def main() -> None:
    path = DOCS / "difference.md"
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    rows = pd.read_csv(DOCS / "difference_coverage.csv")
    path.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
