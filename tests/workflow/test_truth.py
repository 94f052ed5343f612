"""Nothing that estimates can read what a synthetic study was planted with."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from project import COPIED, ROOT, Project
from study_models import SHIPPED

SYNTHETIC = [
    name
    for name in SHIPPED
    if "generate"
    in yaml.safe_load((ROOT / f"config/studies/{name}/study.yaml").read_text(encoding="utf-8"))
]


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """Return the rule, inputs and outputs of every job that the synthetic studies need."""
    root = tmp_path_factory.mktemp("synthetic")
    for name in (*COPIED, "plugins", "data/published"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, root / name)
    shown = Project(root).call(
        *("-m", "snakemake", "--dry-run", "--forceall", "--nocolor"),
        *("--config", f"studies=[{','.join(SYNTHETIC)}]"),
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return re.findall(
        r"^ *(?:local)?rule (\w+):\n(?: +input: (.*)\n)?(?: +output: (.*)\n)?",
        shown.stdout + shown.stderr,
        flags=re.MULTILINE,
    )


def test_there_is_a_synthetic_study() -> None:
    assert SYNTHETIC


@pytest.mark.parametrize("study", SYNTHETIC)
def test_only_exhibits_read_the_truth(jobs: list[tuple[str, str, str]], study: str) -> None:
    folder = f"resources/{study}/truth/"
    makers = [rule for rule, _, outputs in jobs if folder in outputs]
    readers = [rule for rule, inputs, _ in jobs if folder in inputs]
    assert makers == [f"generate_data_{study}"]
    assert readers == [f"make_exhibits_{study}", "publish_results"]


@pytest.mark.parametrize("study", SYNTHETIC)
def test_only_ingest_reads_what_the_process_made(
    jobs: list[tuple[str, str, str]], study: str
) -> None:
    raw = f"results/{study}/raw/"
    assert {rule for rule, inputs, _ in jobs if raw in inputs} == {"ingest_source"}


def test_no_stage_before_the_exhibits_names_the_truth() -> None:
    """A script could open a file that its rule does not list: none has its name."""
    package = ROOT / "src" / "ruralimpact"
    parts = ("survey", "outcomes", "design", "estimation", "inference", "heterogeneity")
    for part in (*parts, "decomposition", "sensitivity"):
        for path in (package / part).glob("*.py"):
            assert "truth/" not in Path(path).read_text(encoding="utf-8"), path
