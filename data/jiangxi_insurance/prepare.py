"""Make jiangxi_32391.csv.

Run by hand, once, and not part of the workflow:
``python data/jiangxi_insurance/prepare.py cai2016.csv.gz`` with the file of that name from the wheel
of the PyPI package moderndid 0.2.0. SOURCE.md says what is left out and what is rounded.
"""

import sys
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent
COLUMNS = [
    "hhno",
    "year",
    "county",
    "sector",
    "checksaving_ratio",
    "savingtotal_rate",
    "hhsize",
    "age",
]
DECIMALS = 5
INSURED_COUNTY = 3


def plain(value: float) -> str:
    """Write a number in as few characters as it needs; missing is the empty string."""
    if pd.isna(value):
        return ""
    return str(int(value)) if value == int(value) else f"{value:.{DECIMALS}f}".rstrip("0")


def prepare(path: str) -> pd.DataFrame:
    """Return the household-years as they are written: every cell as text."""
    households = pd.read_csv(path)
    if not households["treatment"].eq(households["county"] == INSURED_COUNTY).all():
        raise ValueError("the treated households are no longer those of county 3")
    return households[COLUMNS].round(DECIMALS).map(plain)


if __name__ == "__main__":
    prepare(sys.argv[1]).to_csv(FOLDER / "jiangxi_32391.csv", index=False)
