"""The page of the first study, run: what it prints of the run and of `status` is what they say."""

import re
import sys
from pathlib import Path

import pytest
from project import Project

from ruralimpact.cli import main

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from test_first_study import FILES, PAGE, STUDY, answer, shown


@pytest.mark.long
def test_the_page_shows_what_the_run_says(tmp_path: Path) -> None:
    folder = tmp_path / "cooperatives"
    arguments = ["new", str(folder), "--from", str(FILES), "--study", "hogares"]
    assert main([*arguments, "--codebook", "csv"]) == 0
    answer(folder / STUDY)
    project = Project(folder)
    run = project.run()
    assert run.returncode == 0, run.stderr
    printed = "\n".join([run.stdout, run.stderr, project.command("status").stdout])
    lines = printed.splitlines()
    assert len(shown("console")) > 15
    assert [line for line in shown("console") if line not in lines] == []
    for path in re.findall(r"`(results/hogares/[^`]+)`", PAGE):
        assert (folder / path).is_file(), path
