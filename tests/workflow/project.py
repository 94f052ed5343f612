"""A small copy of the project to run: one study of 1,059 rows, few strategies and exhibits."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COPIED = (
    "Snakefile",
    "config",
    "docs/es/methods",
    "docs/methods",
    "environment.yml",
    "profiles",
    "src",
    "workflow",
)
STUDY = "small"
# Signs that a shell, make, LaTeX or YAML reads in its own way.
ODD = "o'dd & $HOME {x} <y> [z] #1 ü"
# Times, and what Snakemake keeps for itself, are no results.
NOT_RESULTS = {"logs", "benchmarks"}
TARGETS = {"all", "all_studies", STUDY, "total"}


def rest_long(cases: Iterable[str], *kept: str) -> list[Any]:
    """Return parameters of a test by name: `make test` takes those kept, `make long` the others."""
    return [name if name in kept else pytest.param(name, marks=pytest.mark.long) for name in cases]


@dataclass(frozen=True)
class Project:
    """A copy of the project in a folder of its own."""

    root: Path

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run what `make` runs."""
        return self.command("run", *arguments, **environment)

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Call the command line."""
        return self.call("-m", "ruralimpact", *arguments, **environment)

    def call(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy, with the copy's package."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def environment(self, **extra: str) -> dict[str, str]:
        """Return an environment in which the copy's package is the one imported."""
        return {**os.environ, "PYTHONPATH": str(self.root / "src"), "NO_COLOR": "1", **extra}

    def planned(self, *arguments: str) -> set[str]:
        """Return the stages that Snakemake would run now."""
        rules = self.jobs(*arguments)
        return {re.sub(f"_{STUDY}(_.*)?$", "", rule) for rule in rules}

    def jobs(self, *arguments: str) -> dict[str, int]:
        """Return how many jobs of each rule Snakemake would run now."""
        events = self.root / "planned.jsonl"
        events.unlink(missing_ok=True)
        shown = self.call(
            *("-m", "snakemake", *arguments, "--dry-run", "--logger", "ruralimpact"),
            RURALIMPACT_EVENTS=str(events),
        )
        assert shown.returncode == 0, shown.stderr
        rules: dict[str, int] = {}
        for line in events.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            if event["event"] == "run_info":
                rules |= event["stats"]
        return {rule: count for rule, count in rules.items() if rule not in TARGETS}

    def results(self) -> dict[str, bytes]:
        """Return the contents of every result file."""
        folder = self.root / "results"
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not NOT_RESULTS & set(path.relative_to(folder).parts)
        }

    def edit_yaml(self, name: str, change: Any) -> None:
        """Change a configuration file of the study (or of the run, for ``config.yaml``)."""
        folder = self.root / "config"
        path = folder / name if name == "config.yaml" else folder / "studies" / STUDY / name
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def copy_to(self, root: Path) -> "Project":
        """Return a copy of this project with all its results and times."""
        shutil.copytree(self.root, root, symlinks=True)
        return Project(root)


EXHIBITS = {
    "tables": [
        {
            "name": "impact",
            "kind": "impact",
            "title": "Impact of training, by matching strategy",
            "analyses": ["experiment", "psid_matching"],
            "source": "NSW (Dehejia-Wahba sample) with PSID and CPS controls, 1978.",
        },
        {"name": "balance", "kind": "balance"},
    ],
    "figures": [{"name": "love", "kind": "love"}],
}


def small_project(root: Path) -> Project:
    """Lay a small project into `root`, not yet run."""
    project = copy_project(root)
    _lay_study(root)
    return project


def copy_project(root: Path) -> Project:
    """Copy the project into `root`, with no study in it yet."""
    root.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, root / name)
    shutil.rmtree(root / "config" / "studies")
    (root / "config" / "config.yaml").write_text("studies: [small]\nseed: 1\n", encoding="utf-8")
    return Project(root)


def lay_plugin(root: Path, study: str) -> None:
    """Make the plug-in of docs/plugins.md, and let a study ask for its table."""
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    start, table, entry = re.findall(r"```(?:python|yaml)\n(.*?)```", page, flags=re.DOTALL)
    folder = root / "plugins" / "my_report"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(start, encoding="utf-8")
    (folder / "arms.py").write_text(table, encoding="utf-8")
    config, exhibits = root / "config/config.yaml", root / f"config/studies/{study}/exhibits.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}plugins: [plugins/my_report]\n", encoding="utf-8")
    content = yaml.safe_load(exhibits.read_text(encoding="utf-8"))
    content["tables"] += yaml.safe_load(entry)
    exhibits.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _lay_study(root: Path) -> None:
    """Make the study of `nsw`'s two small sources, two strategies and three exhibits."""
    shipped = ROOT / "config" / "studies" / "nsw"
    folder = root / "config" / "studies" / STUDY
    folder.mkdir(parents=True)
    data = root / "data" / STUDY
    data.mkdir(parents=True)
    for name in ("experimental_445.csv", "psid_614.csv"):
        shutil.copy2(ROOT / "data" / "nsw" / name, data / name)
    # Dates say nothing: a file may be one of the future.
    os.utime(data / "psid_614.csv", (time.time() + 1e8,) * 2)
    codebook = (shipped / "codebook.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in codebook if ",cps," not in line]
    (folder / "codebook.csv").write_text("".join(kept), encoding="utf-8")

    study = yaml.safe_load((shipped / "study.yaml").read_text(encoding="utf-8"))
    study["sources"] = study["sources"][:2]
    for source in study["sources"]:
        source["path"] = source["path"].replace("data/nsw/", f"data/{STUDY}/")
    study.pop("answer")  # it names analyses that are not kept
    study["samples"].pop("cps")
    study["analyses"] = study["analyses"][:2]
    study["analyses"][1]["strategies"] = ["nn1_caliper", "mahalanobis"]
    for analysis in study["analyses"]:
        analysis.pop("subgroups", None)
    strategies = yaml.safe_load((shipped / "strategies.yaml").read_text(encoding="utf-8"))
    contents = {
        "study.yaml": study,
        "strategies.yaml": strategies,
        "exhibits.yaml": EXHIBITS,
    }
    for name, content in contents.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
