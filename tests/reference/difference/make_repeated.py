"""Values of drdid for repeated cross sections, on lock_data.csv with units that come and go.

Not part of the tests' run. In an environment of its own with Python 3.11 and drdid 1.1.7:
python make_repeated.py   writes drdid_repeated.csv beside itself. Units 0, 3, 6 ... are observed in both
periods, 1, 4, 7 ... before only, 2, 5, 8 ... after only. Standard errors are sqrt(sum of squared
influence) / rows, rows taken as independent, as the functions print them but for sd's n - 1. Weighted values
give unit i the weight 1 + (i % 4) in its rows.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from drdid._estimators import drdid_rc, reg_did_rc, std_ipw_did_rc

HERE = Path(__file__).parent


def rows() -> pd.DataFrame:
    units = pd.read_csv(HERE / "lock_data.csv")
    place = np.arange(len(units)) % 3
    units["weight"] = 1.0 + np.arange(len(units)) % 4
    before = units[place != 2].assign(y=lambda one: one["before"], post=0)
    after = units[place != 1].assign(y=lambda one: one["after"], post=1)
    return pd.concat([before, after], ignore_index=True)


def main() -> None:
    data = rows()
    y, post, d = (data[name].to_numpy(float) for name in ("y", "post", "treatment"))
    x = np.column_stack([np.ones(len(data)), data[["x", "b"]]])
    found = []
    weight = data["weight"].to_numpy(float)
    for form, function, covariates in (
        ("doubly_robust", drdid_rc, x),
        ("regression", reg_did_rc, x),
        ("weighting", std_ipw_did_rc, x),
        ("unconditional", reg_did_rc, x[:, :1]),
    ):
        for weights in (None, weight):
            estimate, influence = function(y, post, d, covariates, i_weights=weights)[:2]
            error = np.sqrt(influence @ influence) / len(influence)
            row = {"form": form, "weighted": int(weights is not None)}
            found.append({**row, "estimate": estimate, "std_error": error})
    pd.DataFrame(found).to_csv(HERE / "drdid_repeated.csv", index=False)


if __name__ == "__main__":
    main()
