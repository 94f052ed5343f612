"""Mistakes in `attrition:` are named in one sentence."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ruralimpact.config import load_study
from ruralimpact.errors import ConfigError
from ruralimpact.plugins import load_plugins

ROOT = Path(__file__).parents[2]
PLUGINS = load_plugins(ROOT, ["plugins/rural_alliances"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "config" / "studies" / "bolivia_par"
    shutil.copytree(ROOT / "config" / "studies" / "bolivia_par", copy)
    return copy


def changed(folder: Path, **changes: Any) -> str:
    path = folder / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["attrition"] = [{**study["attrition"][0], **changes}, *study["attrition"][1:]]
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_study(folder, PLUGINS)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        (
            {"baseline": "producer"},
            "baseline",
            "unknown sample 'producer'. Did you mean 'producers'?",
        ),
        ({"compared": "later"}, "compared", "unknown sample 'later'."),
        ({"treatment": "woman"}, "treatment", "unknown treatment 'woman'."),
        ({"outcomes": ["income"]}, "outcomes", "unknown outcome 'income'."),
        ({"covariates": ["storage"]}, "covariates", "measured after treatment"),
        ({"cells": ["regio"]}, "cells", "there is no variable 'regio'."),
        ({"followups": "x"}, "followups", "unknown key 'followups'"),
    ],
)
def test_mistakes(folder: Path, changes: dict[str, Any], key: str, words: str) -> None:
    text = changed(folder, **changes)
    assert "\n" not in text
    assert words in text
    assert key in text


def test_a_name_stands_once(folder: Path) -> None:
    path = folder / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["attrition"] *= 2
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigError, match="the name 'followup' stands twice"):
        load_study(folder, PLUGINS)


def test_an_exhibit_needs_a_follow_up(folder: Path) -> None:
    path = folder / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    del study["attrition"]
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    asked = {"add": {"tables": [{"kind": "attrition"}]}}
    (folder / "exhibits.yaml").write_text(yaml.safe_dump(asked), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"key 'add\.tables\.attrition\.kind': the study declares no `attrition:`"
    ):
        load_study(folder, PLUGINS)
