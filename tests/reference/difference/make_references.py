"""Values of drdid and moderndid on the LaLonde panel and on lock_data.csv (written by lock_data.R).

Not part of the tests' run. In an environment of its own with Python 3.11, drdid 1.1.7, moderndid 0.2.0
and pandas 3.1.1:  python make_references.py

Writes, beside itself, nsw_cps.csv.gz (LaLonde's experimental controls, called "experimental", and the
CPS comparison group: 16,417 men, earnings in 1975 and 1978; the panel nsw_long that ships in moderndid)
and drdid_estimates.csv. The experimental controls had no training: every estimate on them is a bias.

Standard errors are sqrt(sum of squared influence) / n throughout; moderndid's ddd_panel prints
sd / sqrt(n), larger by sqrt(n / (n - 1)), and is converted through its influence function.
"""

from pathlib import Path

import moderndid
import numpy as np
import pandas as pd
from drdid import drdid, ipwd_did, reg_did

HERE = Path(__file__).parent
COVARIATES = ["age", "educ", "black", "married", "nodegree", "hisp", "re74"]
NO_TRIMMING = 2.0


def data() -> pd.DataFrame:
    panel = moderndid.load_nsw().to_pandas()
    panel = panel[(panel["treated"] == 0) | (panel["sample"] == 2)]
    earnings = panel.pivot(index="id", columns="year", values="re")
    units = panel.drop_duplicates("id").set_index("id")[["experimental", *COVARIATES]]
    return units.assign(re75=earnings[1975], re78=earnings[1978]).sort_index()


def with_error(estimate: float, influence: np.ndarray) -> dict:
    return {
        "estimate": estimate,
        "std_error": np.sqrt(influence @ influence) / len(influence),
    }


def estimates(units: pd.DataFrame) -> list[dict]:
    y1, y0 = units["re78"].to_numpy(), units["re75"].to_numpy()
    d = units["experimental"].to_numpy(float)
    x = np.column_stack([np.ones(len(d)), units[COVARIATES]])
    rows = []

    def add(weighted: str, package: str, form: str, estimate: float, influence: np.ndarray) -> None:
        row = dict(package=package, estimator="difference", form=form, weights=weighted)
        rows.append(row | with_error(estimate, influence))

    for name, weights in (("none", np.ones(len(d))), ("age", units["age"].to_numpy(float))):
        own = (y1, y0, d, x, weights.copy())
        add(name, "drdid", "traditional", *drdid.drdid_panel(*own, NO_TRIMMING))
        add(name, "drdid", "weighting", *ipwd_did.std_ipw_did_panel(*own, NO_TRIMMING))
        add(name, "drdid", "regression", *reg_did.reg_did_panel(*own))
        for form, function, options in (
            ("improved", moderndid.drdid_imp_panel, {"trim_level": NO_TRIMMING}),
            ("traditional", moderndid.drdid_panel, {"trim_level": NO_TRIMMING}),
            ("weighting", moderndid.std_ipw_did_panel, {"trim_level": NO_TRIMMING}),
            ("regression", moderndid.reg_did_panel, {}),
        ):
            found = function(y1, y0, d, x, weights.copy(), influence_func=True, **options)
            add(name, "moderndid", form, found.att, found.att_inf_func)
    return rows


def triple(units: pd.DataFrame) -> list[dict]:
    """Eligibility is b of lock_data.csv; comparisons average over the treated eligible units."""
    y1, y0 = units["after"].to_numpy(), units["before"].to_numpy()
    subgroup = (1 + 2 * units["treatment"] + units["b"]).to_numpy(int)
    x = np.column_stack([np.ones(len(units)), units["x"]])
    rows = []
    for method, form in (("dr", "traditional"), ("reg", "regression"), ("ipw", "weighting")):
        found = moderndid.ddd_panel(y1, y0, subgroup, x, est_method=method, influence_func=True)
        row = dict(package="moderndid", estimator="triple", form=form, weights="none")
        rows.append(row | with_error(found.att, found.att_inf_func))
    return rows


def main() -> None:
    units = data()
    units.to_csv(HERE / "nsw_cps.csv.gz", compression={"method": "gzip", "mtime": 0})
    rows = estimates(units) + triple(pd.read_csv(HERE / "lock_data.csv"))
    pd.DataFrame(rows).to_csv(HERE / "drdid_estimates.csv", index=False, float_format="%.12g")


if __name__ == "__main__":
    main()
