"""Write fixed_effects.csv and placebo_counties.csv: regressions of the Jiangxi households by pyfixest.

Run by hand in an environment with pyfixest 0.60.0 (Python 3.11):
``python tests/reference/jiangxi/make_pyfixest.py``.
"""

from pathlib import Path

import pandas as pd
import pyfixest as pf

FOLDER = Path(__file__).parent
DATA = FOLDER.parents[2] / "data/jiangxi_insurance/jiangxi_32391.csv"
OUTCOMES = {"checksaving_ratio": 2000, "savingtotal_rate": 2001}
NEVER = -99
INSURED_COUNTY = 3
LAST_BEFORE = 2002


def households() -> pd.DataFrame:
    frame = pd.read_csv(DATA)
    insured = (frame["county"] == INSURED_COUNTY) & (frame["sector"] == 1)
    return frame.assign(
        event_time=(frame["year"] - 2003).where(insured, NEVER),
        insured=(insured & (frame["year"] >= 2003)).astype(int),
    )


def fixed_effects(frame: pd.DataFrame) -> pd.DataFrame:
    """Regressions with household, county-by-year and sector-by-year effects, as Cai (2016) has them,
    and with household and year effects among growers."""
    three_way = "hhsize + age | hhno + county^year + sector^year"
    growers = frame[frame["sector"] == 1]
    rows = []
    for outcome in OUTCOMES:
        event = f"{outcome} ~ i(event_time, ref=-1) + {three_way}"
        rows += coefficients(event, frame, "three_way_event")
        rows += coefficients(f"{outcome} ~ insured + {three_way}", frame, "three_way")
        rows += coefficients(f"{outcome} ~ insured | hhno + year", growers, "two_way_growers")
    return pd.DataFrame(rows)


def coefficients(formula: str, frame: pd.DataFrame, regression: str) -> list[dict]:
    by_household, by_county = (
        pf.feols(formula, data=frame, vcov={"CRV1": by}) for by in ("hhno", "county")
    )
    return [
        {
            "outcome": formula.split(" ")[0],
            "regression": regression,
            "term": name.replace("event_time::", ""),
            "estimate": estimate,
            "by_household": by_household.se()[name],
            "by_county": by_county.se()[name],
            "rows": by_household._N,
        }
        for name, estimate in by_household.coef().items()
        if name not in ("hhsize", "age")
    ]


def changes(frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Mean of 2003 to 2008 less 2002, of households with every one of these years."""
    wide = frame.pivot(index="hhno", columns="year", values=outcome)
    after = wide[list(range(LAST_BEFORE + 1, 2009))].mean(axis=1, skipna=False)
    fixed = frame.groupby("hhno")[["county", "sector"]].first()
    return fixed.assign(change=after - wide[LAST_BEFORE]).dropna()


def placebos(frame: pd.DataFrame) -> pd.DataFrame:
    """Let every county in turn be the insured one."""
    rows = []
    for outcome in OUTCOMES:
        every = changes(frame, outcome)
        for county in sorted(every["county"].unique()):
            data = every.assign(here=(every["county"] == county).astype(int))
            without = data[(data["county"] != INSURED_COUNTY) | (county == INSURED_COUNTY)]
            sizes = data.loc[data["here"] == 1, "sector"].value_counts()
            row = {
                "outcome": outcome,
                "county": county,
                "growers": sizes.get(1, 0),
                "others": sizes.get(0, 0),
            }
            for name, rest in (("", data), ("_uninsured", without)):
                row[f"double_difference{name}"] = double_difference(rest)
                row[f"triple_difference{name}"] = triple_difference(rest)
            rows.append(row)
    return pd.DataFrame(rows)


def double_difference(data: pd.DataFrame) -> float:
    return pf.feols("change ~ here", data=data[data["sector"] == 1]).coef()["here"]


def triple_difference(data: pd.DataFrame) -> float | None:
    if data.loc[data["here"] == 1, "sector"].nunique() < 2:
        return None
    return pf.feols("change ~ here * sector", data=data).coef()["here:sector"]


if __name__ == "__main__":
    data = households()
    fixed_effects(data).to_csv(FOLDER / "fixed_effects.csv", index=False)
    placebos(data).to_csv(FOLDER / "placebo_counties.csv", index=False)
