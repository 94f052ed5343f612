"""The replication package: what it holds, what its checker finds, and that it runs elsewhere."""

import csv
import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml
from links import dead_links
from project import ROOT, STUDY, Project

from ruralimpact.cli import main
from ruralimpact.contracts import REGISTRY
from ruralimpact.package import write
from ruralimpact.package.check import package_problems
from ruralimpact.package.layout import MANIFEST
from ruralimpact.package.manifest import digests_of, read_manifest
from ruralimpact.package.rerun import MeasuredRun


def packaged(root: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Path:
    """Make the package of a finished project whose second run is a copy of the first."""

    def copied(project: Path, study: str) -> MeasuredRun:
        shutil.copytree(root / "results" / study, project / "results" / study)
        return MeasuredRun(42.0)

    monkeypatch.setattr(write, "run_again", copied)
    assert main(["package", STUDY, "--directory", str(root), *options]) == 0
    return root / "packages" / STUDY


@pytest.fixture(scope="module")
def made(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package; do not change it."""
    root = tmp_path_factory.mktemp("packaged")
    with pytest.MonkeyPatch.context() as monkeypatch:
        return packaged(finished.copy_to(root / "project").root, monkeypatch)


@pytest.fixture
def package(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the package, free to change."""
    return Path(shutil.copytree(made, tmp_path / STUDY))


def forge(package: Path, name: str, before: str, after: str) -> None:
    """Change a text in a file, and every digest of the file."""
    path = package / name
    old = digests_of(package)
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    agree_on_digests(package, old)


def agree_on_digests(package: Path, old: dict[str, str]) -> None:
    """Put new digests into metadata and manifest, as a forger would."""
    crate = package / "ro-crate-metadata.json"
    text = crate.read_text(encoding="utf-8")
    for name, digest in digests_of(package).items():
        text = text.replace(old[name], digest)
    crate.write_text(text, encoding="utf-8")
    manifest = json.loads((package / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"] = digests_of(package)
    (package / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def test_a_package_has_what_reviewers_ask_for(made: Path, finished: Project) -> None:
    package, project = made, finished
    for name in ("experimental_445.csv", "psid_614.csv"):
        raw = f"data/{STUDY}/{name}"
        assert (package / "project" / raw).read_bytes() == (project.root / raw).read_bytes()
    readme = (package / "README.md").read_text(encoding="utf-8")
    assert "the same byte for byte" in readme
    assert "1 minute at most" in readme
    assert str(package.parent) not in readme
    with (package / "documentation" / "exhibits.csv").open(encoding="utf-8") as file:
        exhibits = {row["exhibit"]: row for row in csv.DictReader(file)}
    assert set(exhibits) == {"impact", "balance", "love"}
    assert exhibits["love"]["program"] == "ruralimpact.exhibits.figures.love"
    assert "design_comparisons" in exhibits["love"]["made_by"]
    crate = json.loads((package / "ro-crate-metadata.json").read_bytes())
    named = {entity["@id"] for entity in crate["@graph"]}
    assert set(read_manifest(package).files) - {"ro-crate-metadata.json"} <= named
    matching = (package / "documentation" / "matching.md").read_text(encoding="utf-8")
    assert "184 of 185 treated units and 89 of 429 controls" in matching
    assert "**For the author**: what was tried" in matching
    assert list(dead_links(package, outside=False)) == []
    assert list(dead_links(project.root / "results")) == []
    archive = zipfile.ZipFile(package.with_suffix(".zip"))
    assert f"{STUDY}/README.md" in archive.namelist()
    assert len(archive.namelist()) == len(read_manifest(package).files) + 1


def test_tables_are_handed_on_with_labels(made: Path) -> None:
    package = made
    estimates = pd.read_parquet(package / "results" / "estimates" / "estimates.parquet")
    table, about = pyreadstat.read_dta(package / "tables" / "estimates" / "estimates.dta")
    assert table["estimate"].tolist() == estimates["estimate"].tolist()
    assert about.column_names_to_labels["std_error"].startswith("standard error")
    as_text = pd.read_csv(package / "tables" / "estimates" / "estimates.csv")
    assert as_text["std_error"].tolist() == estimates["std_error"].tolist()
    sample, about = pyreadstat.read_dta(package / "tables" / "analysis" / "sample_psid.dta")
    assert len(sample) == 614
    assert about.column_names_to_labels["earnings"] == (
        "outcome: Earnings in 1978 (US dollars of 1982)"
    )
    codebook = pd.read_csv(package / "tables" / "codebook.csv", keep_default_na=False)
    written = {
        path.relative_to(package / "tables").with_suffix("").as_posix()
        for path in (package / "tables").rglob("*.dta")
    }
    assert set(codebook["file"]) == written
    # Every column has a meaning: it is declared, or named by the study.
    assert (codebook["meaning"] != "").all()
    assert set(REGISTRY["estimates"].columns) <= set(codebook["column"])


def test_a_package_with_one_changed_number_fails(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert package_problems(package) == []
    raw = package / "project" / "data" / STUDY / "psid_614.csv"
    kept = raw.read_bytes()
    raw.write_bytes(kept.replace(b"9930.046", b"9930.047", 1))
    assert raw.read_bytes() != kept
    assert main(["package", "--check", str(package)]) == 1
    assert "psid_614.csv: has changed" in capsys.readouterr().err
    raw.write_bytes(kept)
    (package / "notes.txt").write_text("one more file", encoding="utf-8")
    assert package_problems(package) == ["notes.txt: is not in the manifest"]


def test_numbers_that_contradict_each_other_are_found_whatever_the_digests_say(
    package: Path,
) -> None:
    path = package / "results" / "exhibits" / "impact.csv"
    row = pd.read_csv(path, dtype=str).iloc[1]
    forge(package, "results/exhibits/impact.csv", row["std_error"], "1.5")
    (problem,) = package_problems(package)
    assert "impact.csv, line 3, column 'std_error': 1.5" in problem
    forge(package, "results/exhibits/impact.csv", "1.5", row["std_error"])
    assert package_problems(package) == []

    estimates = package / "results" / "estimates" / "estimates.parquet"
    old, table = digests_of(package), pd.read_parquet(estimates)
    table.loc[0, "estimate"] += 0.01
    table.to_parquet(estimates, index=False)
    agree_on_digests(package, old)
    problems = "\n".join(package_problems(package))
    assert "but weights times outcomes are" in problems
    assert "tables/estimates/estimates.csv: differs" in problems


def test_broken_files_are_lines_and_no_traceback(package: Path, capsys) -> None:
    results = package / "results"
    broken = (
        package / "ro-crate-metadata.json",
        results / "design" / "specifications.json",
        results / "exhibits" / "findings.json",
        results / "estimates" / "weight_sets.parquet",
    )
    for path in broken:
        path.write_text("{", encoding="utf-8")
    assert main(["package", "--check", str(package)]) == 1
    told = capsys.readouterr().err
    for words in ("is no RO-Crate", "is no list of specifications", "numbers cannot be compared"):
        assert words in told
    (package / MANIFEST).write_text("{", encoding="utf-8")
    assert main(["package", "--check", str(package)]) == 1
    assert main(["package", "--check", str(package.parent / "nothing")]) == 1
    assert "is no package" in capsys.readouterr().err


def test_a_rerun_that_comes_to_other_numbers_fails(package: Path) -> None:
    made = package / "project" / "results" / STUDY
    shutil.copytree(package / "results", made)
    assert package_problems(package) == []
    text = (made / "exhibits" / "impact.csv").read_text(encoding="utf-8")
    (made / "exhibits" / "impact.csv").write_text(text.replace("1", "2", 1), encoding="utf-8")
    assert package_problems(package) == ["rerun: exhibits/impact.csv: differs"]


def test_rows_of_units_stay_out_where_identifiers_are_private(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = packaged(project.root, monkeypatch, "--without-data")
    unit = pd.read_csv(project.root / f"data/{STUDY}/psid_614.csv", dtype=str).iloc[0, 0]
    for path in package.rglob("*"):
        assert path.suffix not in (".parquet", ".dta"), path
        assert not path.is_file() or unit.encode() not in path.read_bytes(), path
    with (package / "documentation" / "left_out.csv").open(encoding="utf-8") as file:
        left_out = {row["path"]: row["sha256"] for row in csv.DictReader(file)}
    name = f"project/data/{STUDY}/psid_614.csv"
    assert left_out[name] in (package / "README.md").read_text(encoding="utf-8")
    # Who is given a raw file puts it in its place; another file is refused.
    (package / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(project.root / f"data/{STUDY}/psid_614.csv", package / name)
    assert package_problems(package) == []
    (package / name).write_text("other", encoding="utf-8")
    assert package_problems(package) == [f"{name}: is not in the manifest"]


def test_stale_results_are_not_packaged(project: Project, monkeypatch, capsys) -> None:
    path = project.root / "results" / STUDY / "exhibits" / "impact.csv"

    def changed(folder: Path, study: str) -> MeasuredRun:
        shutil.copytree(project.root / "results" / study, folder / "results" / study)
        (folder / "results" / study / "exhibits" / path.name).write_text("other", encoding="utf-8")
        return MeasuredRun(1.0)

    monkeypatch.setattr(write, "run_again", changed)
    assert main(["package", STUDY, "--directory", str(project.root)]) == 1
    told = capsys.readouterr().err
    assert "exhibits/impact.csv: differs" in told
    assert not (project.root / "packages" / STUDY).exists()


def installed(package: Path, folder: Path) -> Path:
    """Return a Python with the package's wheel, and with the libraries of these tests lent to it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", vars=paths))
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (wheel,) = (package / "software").glob("*.whl")
    uv = Path(sys.executable).with_name("uv")
    install = [uv, "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*install, "--python", scripts / "python", wheel], check=True)
    return scripts / "python"


@pytest.mark.long
def test_a_package_runs_elsewhere_from_its_own_wheel(project: Project, tmp_path: Path) -> None:
    """With no part of the checkout, in a folder of another name."""
    shutil.copy2(ROOT / "requirements.lock", project.root)
    shutil.copytree(ROOT / "docs" / "example", project.root / "docs" / "example")
    shown = project.command("package", STUDY)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    package = tmp_path / "for the reviewer"
    zipfile.ZipFile(project.root / "packages" / f"{STUDY}.zip").extractall(tmp_path)
    (tmp_path / STUDY).rename(package)
    python = installed(package, tmp_path / "env")
    shutil.rmtree(project.root)

    def run() -> subprocess.CompletedProcess[str]:
        command = [python, package / "run.py", "--installed"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    first = run()
    assert first.returncode == 0, first.stdout + first.stderr
    assert "The package is whole" in first.stdout
    study = package / "project" / "config" / "studies" / STUDY / "strategies.yaml"
    content = yaml.safe_load(study.read_text(encoding="utf-8"))
    for entry in content:
        entry.update({"caliper": 0.1} if "caliper" in entry else {})
    study.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    second = run()
    assert second.returncode == 1
    assert "rerun: exhibits/impact.csv: differs" in second.stderr
