"""Surveys in shapes of their own: written as a project, and taken as far as their samples."""

import textwrap
from pathlib import Path

import pytest

from ruralimpact.config import check_files, load_study
from ruralimpact.outcomes.samples import AnalysisSample, build_sample
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import Survey, harmonise
from ruralimpact.survey.readers import read_joined, read_source

HEADER = "variable,source,raw_name,type,unit,minimum,maximum,labels,missing_codes,role,timing,label"
STRATEGIES = "- {name: nearest, label: Nearest, method: nearest, k: 1}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


def written(folder: Path, name: str, study: str, codebook: str) -> Path:
    """Write the configuration of a study, and return its folder."""
    home = folder / "config" / "studies" / name
    home.mkdir(parents=True)
    (folder / "config" / "config.yaml").write_text(
        f"studies: [{name}]\nseed: 1\n", encoding="utf-8"
    )
    (home / "study.yaml").write_text(textwrap.dedent(study), encoding="utf-8")
    (home / "strategies.yaml").write_text(STRATEGIES, encoding="utf-8")
    (home / "exhibits.yaml").write_text("tables: []\n", encoding="utf-8")
    lines = [line.strip() for line in codebook.strip().splitlines()]
    (home / "codebook.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return home


def project(
    folder: Path, name: str, study: str, codebook: str
) -> tuple[dict[str, Survey], dict[str, AnalysisSample]]:
    """Write a study, check it as a run does, and take it as far as its samples."""
    home = written(folder, name, study, codebook)
    loaded = load_study(home)
    check_files(folder, [loaded])
    entries = parse_codebook(loaded.codebook, [one.name for one in loaded.sources])
    surveys = {}
    for source in loaded.sources:
        mine, joined = entries_of(entries, source.name), read_joined(source)
        surveys[source.name] = harmonise(
            read_source(source), source, mine, file=source.path, others=joined
        )
    tables = {key: survey.table for key, survey in surveys.items()}
    return surveys, {key: build_sample(key, tables, loaded) for key in loaded.samples}
