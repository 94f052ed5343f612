"""The package as others get it: installed from its wheel, outside the checkout; and as a module."""

import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from project import ODD, ROOT, lay_plugin

# A workflow of somebody else that takes the stages in under names of its own.
HOST = """\
from ruralimpact.locations import shipped


configfile: "config/config.yaml"


module impact:
    snakefile:
        str(shipped("workflow", "Snakefile"))
    config:
        config


use rule * from impact as impact_*


rule count_pages:
    default_target: True
    input:
        "results/producers/report.html",
    output:
        "pages.txt",
    shell:
        "grep -c '<html' {input:q} > {output:q}"
"""


def call(*command: str | Path, folder: Path) -> str:
    """Run a command and return what it prints."""
    shown = subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return shown.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, with the backend that is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    call(
        *(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder),
        folder=ROOT,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with the wheel in it.

    The libraries are those of the environment that tests run in, lent by a `.pth` file, which does not
    lend the editable package: a whole new set of them would take a minute and a network.
    """
    folder = tmp_path_factory.mktemp("installed") / "env"
    call(sys.executable, "-m", "venv", "--without-pip", folder, folder=folder.parent)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", vars=paths))
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    uv = Path(sys.executable).with_name("uv")
    python = scripts / "python"
    install = ("pip", "install", "--quiet", "--offline", "--no-deps", "--compile-bytecode")
    call(uv, *install, "--python", python, wheel, folder=folder)
    return python


def test_the_wheel_holds_what_a_run_needs_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "ruralimpact/cli/__init__.py",
        "ruralimpact/_shipped/workflow/Snakefile",
        "ruralimpact/_shipped/workflow/scripts/ingest_source.py",
        "ruralimpact/_shipped/workflow/report/report.html.j2",
        "ruralimpact/_shipped/docs/methods/matching.md",
        "ruralimpact/_shipped/docs/es/methods/matching.md",
        "ruralimpact/_shipped/profiles/default/config.yaml",
        "ruralimpact/_shipped/docs/example/producers.csv",
        "snakemake_logger_plugin_ruralimpact/__init__.py",
    ):
        assert name in names
    tops = {name.split("/")[0].split("-")[0] for name in names}
    assert tops == {"ruralimpact", "snakemake_logger_plugin_ruralimpact"}
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]


def test_a_study_runs_from_the_wheel_in_a_folder_of_an_odd_name(
    python: Path, tmp_path: Path
) -> None:
    where = call(python, "-c", "import ruralimpact; print(ruralimpact.__file__)", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(python.parents[1])
    command = python.with_name("ruralimpact")
    call(command, "new", ODD, folder=tmp_path)
    folder = tmp_path / ODD
    lay_plugin(folder, "producers")
    name_oddly(folder / "data" / "producers" / "producers.csv")
    shown = call(command, "run", "--directory", ODD, folder=tmp_path)
    # The numbers of the data guide.
    guide = " ".join((ROOT / "docs" / "data_guide.md").read_text(encoding="utf-8").split())
    (told,) = re.findall(r"Matched within region: Matched difference .*? net income\.", guide)
    assert told in " ".join(shown.split())
    report = (folder / "results" / "producers" / "report.html").read_text(encoding="utf-8")
    assert "Units compared in each analysis" in report
    assert "ynthetic" in report, "the data of a new project are invented"
    assert "to do" not in call(command, "status", folder=folder)
    assert call(command, "run", folder=folder).startswith("Nothing to do")
    plain = (python, "-m", "snakemake", "--dry-run", "--cores", "1")
    assert "Nothing to be done" in call(*plain, folder=folder)


def name_oddly(raw: Path) -> None:
    """Give the raw file of a new project another name, and say so in its study.yaml."""
    odd = raw.rename(raw.with_name("año 2014 (v2) [x] 'final' & $y.csv"))
    study = raw.parents[2] / "config" / "studies" / "producers" / "study.yaml"
    text = study.read_text(encoding="utf-8")
    old, new = f"path: data/producers/{raw.name}", f'path: "data/producers/{odd.name}"'
    assert old in text
    study.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.long
def test_another_workflow_takes_the_stages_in_as_a_module(python: Path, tmp_path: Path) -> None:
    call(python.with_name("ruralimpact"), "new", "host", folder=tmp_path)
    folder = tmp_path / "host"
    (folder / "Snakefile").write_text(HOST, encoding="utf-8")
    call(python, "-m", "snakemake", "--cores", "2", "--scheduler", "greedy", folder=folder)
    assert (folder / "pages.txt").read_text(encoding="utf-8") == "1\n"
