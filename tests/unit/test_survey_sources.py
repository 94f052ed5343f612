"""The raw files that ship with the project are those that their SOURCE.md describes."""

import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest
from study_models import SHIPPED_DATA

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("study", SHIPPED_DATA)
def test_checksums(study):
    text = (DATA / study / "SOURCE.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", text, flags=re.MULTILINE))
    found = {
        str(path.relative_to(DATA / study)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (DATA / study).rglob("*")
        if path.suffix not in (".md", ".py") and path.is_file()
    }
    assert stated == found


def test_participants_are_the_same_men_in_every_nsw_file():
    files = {
        "experimental_445": {"nodegr": "nodegree"},
        "psid_614": {},
        "cps_16177": {},
    }
    same = ["id", "treat", "age", "educ", "married", "nodegree", "re74", "re75", "re78"]
    men = [
        pd.read_csv(DATA / "nsw" / f"{name}.csv").rename(columns=names)[same].head(185)
        for name, names in files.items()
    ]
    for other in men[1:]:
        pd.testing.assert_frame_equal(men[0], other, atol=0.0501, rtol=0)
    pd.testing.assert_frame_equal(men[1], men[2])
