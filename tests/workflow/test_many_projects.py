"""Several projects as the jobs of one workflow."""

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from project import STUDY, Project


@pytest.mark.long
def test_projects_are_made_as_alone_and_set_side_by_side(finished: Project, tmp_path: Path) -> None:
    """Both are made from nothing, beside one another, and the summary has the effects of both."""
    names = ("north", "south & east")
    copies = [finished.copy_to(tmp_path / name) for name in names]
    for copy in copies:
        for made in ("results", "resources", ".snakemake"):
            shutil.rmtree(copy.root / made)
    shown = subprocess.run(
        [sys.executable, "-m", "ruralimpact", "run", *names],
        cwd=tmp_path,
        env=copies[0].environment(),
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stderr
    assert f"{names[1]} | {STUDY}  finished" in shown.stdout
    assert [copy.results() for copy in copies] == [finished.results()] * 2
    effects = pd.read_csv(tmp_path / "across_studies" / "effects.csv")
    alone = effects.groupby("project")["estimate"].apply(list)
    assert list(alone.index) == list(names)
    assert alone.iloc[0] == alone.iloc[1]
