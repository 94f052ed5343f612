"""Names of earlier versions are refused with the name that they have now, as docs/migration.md promises."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ruralimpact.config import load_study, study_examination
from ruralimpact.errors import ConfigError
from ruralimpact.plugins import Plugins
from ruralimpact.suggestions import GONE, RENAMED

ROOT = Path(__file__).parents[2]
MIGRATION = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")


@pytest.fixture
def nsw(tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "studies" / "nsw"
    shutil.copytree(ROOT / "config" / "studies" / "nsw", folder)
    return folder


def content_of(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def messages(folder: Path) -> list[str]:
    """Return what `ruralimpact check` says, of which loading raises the first."""
    examination = study_examination(folder, Plugins())
    told = [str(problem) for problem in examination.problems()]
    with pytest.raises(ConfigError) as caught:
        load_study(folder, Plugins())
    assert str(caught.value) == told[0]
    return told


@pytest.mark.parametrize("name", [*RENAMED, *GONE])
def test_every_old_name_is_in_the_guide(name: str) -> None:
    rows = [line.split("|") for line in MIGRATION.splitlines() if line.startswith("|")]
    now = {old: new for _, old, new, _ in rows}
    (new,) = [now[old] for old in now if f"`{name}" in old and "result tables" not in old]
    assert (f"`{RENAMED[name]}" if name in RENAMED else f"gone: {GONE[name]}") in new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("repairs", "data_edits"),
        ("drift", "questionnaire_change"),
        ("verdict", "robustness"),
        ("comparisons", "goodman_bacon"),
    ],
)
def test_an_old_kind_of_table_is_refused_with_its_new_name(nsw: Path, old: str, new: str) -> None:
    exhibits = content_of(nsw / "exhibits.yaml")
    exhibits["add"]["tables"].append({"name": "old", "kind": old, "title": "Old"})
    (nsw / "exhibits.yaml").write_text(yaml.safe_dump(exhibits), encoding="utf-8")
    first = messages(nsw)[0]
    assert "key 'add.tables.old.kind'" in first
    assert first.endswith(f"It is called '{new}' now.")


def test_an_old_key_of_a_source_is_refused_with_its_new_name(nsw: Path) -> None:
    study = content_of(nsw / "study.yaml")
    study["sources"][0]["clean"] = []
    (nsw / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    assert messages(nsw)[0].endswith("unknown key 'clean'. It is called 'edits' now.")


def test_a_key_that_is_gone_has_no_other_name(nsw: Path) -> None:
    study = {"treatment_label": "Trained", **content_of(nsw / "study.yaml")}
    (nsw / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    (told,) = messages(nsw)
    assert "line 1, column 1" in told
    assert told.endswith("It is gone: nothing read it. Leave it out.")
