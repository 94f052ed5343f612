"""Made diff_diff_bacon.csv from castle.csv and mpdta.csv.

python reference_bacon.py       (diff-diff 3.13.0, numpy, pandas; Python 3.11)
"""

import warnings
from pathlib import Path

import pandas as pd
from diff_diff.bacon import BaconDecomposition

HERE = Path(__file__).parent
DATA = {
    "castle": ("castle.csv", "l_homicide", "sid", "first_treated"),
    "mpdta": ("mpdta.csv", "lemp", "countyreal", "first.treat"),
}


def main() -> None:
    warnings.simplefilter("ignore")
    rows = []
    for name, (file, outcome, unit, first) in DATA.items():
        found = BaconDecomposition(weights="exact").fit(
            pd.read_csv(HERE / file), outcome, unit, "year", first
        )
        rows += [
            {
                "data": name,
                "kind": c.comparison_type,
                "treated": c.treated_group,
                "control": c.control_group,
                "weight": c.weight,
                "estimate": c.estimate,
            }
            for c in found.comparisons
        ]
        rows.append({"data": name, "kind": "twfe", "estimate": found.twfe_estimate})
    pd.DataFrame(rows).to_csv(
        HERE / "diff_diff_bacon.csv", index=False, float_format="%.12g", lineterminator="\n"
    )


main()
