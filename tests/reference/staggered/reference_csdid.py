"""Made csdid_group_time.csv, csdid_aggregates.csv and csdid_pretest.csv from mpdta.csv.

    python reference_csdid.py       (csdid 0.4.3, drdid 1.1.7, numpy, pandas; Python 3.11)

Weighted cases give a county the weight 1, 2, 3 or 4 by its number. Analytic standard errors (no bootstrap),
as csdid and R's did print them: sqrt(sum of squared scores).
"""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from csdid.att_gt import ATTgt

HERE = Path(__file__).parent
CASES = {
    "never": {"control_group": "nevertreated"},
    "never_universal": {"control_group": "nevertreated", "base": "universal"},
    "never_dr": {"control_group": "nevertreated", "xformla": "lemp~lpop"},
    "never_reg": {"control_group": "nevertreated", "xformla": "lemp~lpop", "method": "reg"},
    "never_ipw": {"control_group": "nevertreated", "xformla": "lemp~lpop", "method": "ipw"},
    "not_yet": {"control_group": "notyettreated"},
    "not_yet_dr": {"control_group": "notyettreated", "xformla": "lemp~lpop"},
    "never_anticipation": {"control_group": "nevertreated", "anticipation": 1},
    "not_yet_anticipation": {"control_group": "notyettreated", "anticipation": 1},
    "weighted_never": {"control_group": "nevertreated", "weights": "weight"},
    "weighted_dr": {"control_group": "nevertreated", "xformla": "lemp~lpop", "weights": "weight"},
    "weighted_reg": {
        "control_group": "notyettreated",
        "xformla": "lemp~lpop",
        "method": "reg",
        "weights": "weight",
    },
    "weighted_ipw": {
        "control_group": "nevertreated",
        "xformla": "lemp~lpop",
        "method": "ipw",
        "weights": "weight",
    },
}
KINDS = {"simple": "simple", "cohort": "group", "calendar": "calendar", "event": "dynamic"}


def fit(case: dict) -> ATTgt:
    return ATTgt(
        yname="lemp",
        tname="year",
        idname="countyreal",
        gname="first.treat",
        data=pd.read_csv(HERE / "mpdta.csv").assign(
            weight=lambda rows: 1.0 + rows["countyreal"] % 4
        ),
        weights_name=case.get("weights"),
        fix_weights="first_period" if "weights" in case else None,
        control_group=case["control_group"],
        xformla=case.get("xformla"),
        anticipation=case.get("anticipation", 0),
    ).fit(
        est_method=case.get("method", "dr"),
        base_period=case.get("base", "varying"),
        bstrap=False,
    )


def main() -> None:
    warnings.simplefilter("ignore")
    cells, averages, tests = [], [], []
    for name, case in CASES.items():
        found = fit(case)
        r = found.results
        cells.append(
            pd.DataFrame(
                {
                    "case": name,
                    "cohort": r["group"],
                    "period": r["year"],
                    "estimate": r["att"],
                    "std_error": r["se"],
                }
            )
        )
        tests.append({"case": name, "wald": found.MP["W"], "p_value": found.MP["Wpval"]})
        for kind, word in KINDS.items():
            a = found.aggte(typec=word, bstrap=False, cband=False).atte
            rows = [(kind, np.nan, a["overall_att"], a["overall_se"])]
            if kind != "simple":
                rows += zip(
                    [kind] * len(a["egt"]), a["egt"], a["att_egt"], a["se_egt"], strict=True
                )
            for k, label, estimate, error in rows:
                averages.append(
                    {
                        "case": name,
                        "kind": k,
                        "label": label,
                        "estimate": float(np.squeeze(estimate)),
                        "std_error": float(np.squeeze(error)) if error is not None else np.nan,
                    }
                )
    options = {"index": False, "float_format": "%.12g", "lineterminator": "\n"}
    pd.concat(cells).to_csv(HERE / "csdid_group_time.csv", **options)
    pd.DataFrame(averages).to_csv(HERE / "csdid_aggregates.csv", **options)
    pd.DataFrame(tests).to_csv(HERE / "csdid_pretest.csv", **options)


main()
