"""Both scripts on the studies that ship: the order of raw rows changes no byte of any table."""

import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ruralimpact.config import load_study
from ruralimpact.contracts import result_tables
from ruralimpact.schema.base import plain
from ruralimpact.schema.stages import stage_view

ROOT = Path(__file__).parents[2]
NARROW = """
import runpy, sys
for script in ("ingest_source", "construct_samples"):
    runpy.run_path(f"workflow/scripts/{script}.py")
print([name for name in ("statsmodels", "scipy", "matplotlib", "linearmodels") if name in sys.modules])
"""


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"workflow/scripts/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def run(loaded, folder, *, shuffle):
    """Run both stages and return every table's bytes by its path."""
    study, surveys = plain(loaded), []
    for source in study["sources"]:
        raw = folder / Path(source["path"]).name
        header, *lines = (ROOT / source["path"]).read_text("utf-8").splitlines(keepends=True)
        if shuffle:
            random.Random(1).shuffle(lines)
        raw.write_text(header + "".join(lines), encoding="utf-8")
        surveys.append(str(folder / "survey" / f"{source['name']}.parquet"))
        script("ingest_source")(
            raw=str(raw),
            codebook="codebook.csv",
            survey=surveys[-1],
            quality=surveys[-1].replace(".parquet", ".quality.json"),
            study=study["name"],
            source=source,
            digests={},
            rows=[row for row in study["codebook"] if row["source"] in ("*", source["name"])],
        )
    script("construct_samples")(
        surveys=surveys,
        units=[str(folder / name / "units.parquet") for name in study["samples"]],
        outcomes=[str(folder / name / "outcomes.parquet") for name in study["samples"]],
        **{name: str(folder / f"{name}.parquet") for name in result_tables("construct_samples")},
        study=stage_view(loaded, "construct"),
    )
    tables = sorted(folder.rglob("*.parquet"))
    return {path.relative_to(folder): path.read_bytes() for path in tables}


@pytest.mark.parametrize("name", ["indonesia_bimas", "nsw"])
def test_row_order_changes_no_byte(tmp_path, name):
    study = load_study(ROOT / "config/studies" / name)
    results = []
    for shuffle in (False, True):
        folder = tmp_path / str(shuffle)
        folder.mkdir()
        results.append(run(study, folder, shuffle=shuffle))
    assert results[0] == results[1]
    tables = len(result_tables("construct_samples"))
    assert len(results[0]) == len(study.sources) + 2 * len(study.samples) + tables


def test_quality_reports_what_was_read(tmp_path):
    study = load_study(ROOT / "config/studies/nsw")
    run(study, tmp_path, shuffle=False)
    reports = [json.loads(path.read_text("utf-8")) for path in tmp_path.rglob("*.quality.json")]
    rows = {report["source"]: (report["rows_read"], report["rows_kept"]) for report in reports}
    assert rows == {"experimental": (445, 445), "psid": (614, 614), "cps": (16177, 16177)}


def test_scripts_import_narrowly():
    result = subprocess.run(
        [sys.executable, "-c", NARROW],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "[]"
