"""The foot of every script: one line for a fault of the input, outputs replaced whole or not at all."""

import re
from types import SimpleNamespace

import pytest

from ruralimpact import cli, stage
from ruralimpact.cli import status
from ruralimpact.errors import DataError, DesignError
from ruralimpact.faults import told_fault
from ruralimpact.runner import outcome
from ruralimpact.runner.stages import StudyProgress


def test_a_fault_of_the_input_is_one_line_and_status_1(tmp_path, capsys):
    def fail(path):
        raise DataError("the identifier is missing.", file=path, rows=[7])

    log = tmp_path / "ingest.log"
    with pytest.raises(SystemExit) as exit_:
        stage.run(fail, log=log, path="farms.csv")
    assert exit_.value.code == 1
    line = "error: file farms.csv, row 7: the identifier is missing.\n"
    assert capsys.readouterr().err == line
    assert log.read_text(encoding="utf-8") == line


def test_what_an_analysis_cannot_bear_is_told_under_its_key(capsys):
    def fail(study, name):
        raise DesignError(f"{name}: there are no controls.")

    study = {"name": "farms", "analyses": [{"name": "matched"}]}
    for name, where in (
        ("matched", "file config/studies/farms/study.yaml, key 'analyses.matched'"),
        ("young farmers", "young farmers"),
    ):
        with pytest.raises(SystemExit):
            stage.run(fail, study=study, name=name)
        assert capsys.readouterr().err == f"error: {where}: there are no controls.\n"


def _looks_up(phone):
    try:
        return {}[phone]
    except KeyError as missing:
        missing.add_note(f"of {phone}")
        raise ValueError(f"{phone} is unknown") from missing


@pytest.mark.parametrize("of_a_stage", [True, False])
def test_a_defect_of_the_package_shows_its_place_and_no_value(of_a_stage, monkeypatch, capsys):
    """Messages of exceptions, their notes and those of the exceptions behind them may quote a cell."""
    phone = "+591 71234567"
    if of_a_stage:
        with pytest.raises(SystemExit) as ended:
            stage.run(_looks_up, phone=phone)
        assert ended.value.code == 1
    else:
        monkeypatch.setattr(status, "main", lambda _options: _looks_up(phone))
        assert cli.main(["status"]) == 1
    text = capsys.readouterr().err
    assert phone not in text
    assert "in _looks_up" in text and "KeyError" in text
    assert re.fullmatch(r"ValueError in \w+/\w+\.py, line \d+", told_fault(text))


@pytest.mark.parametrize("written", ["by a stage", "before one began"])
def test_the_line_on_a_defect_quotes_no_value(tmp_path, written, capsys):
    """Such as one that a library wrote itself, at an import."""
    output = tmp_path / "run.output.log"
    if written == "by a stage":
        with pytest.raises(SystemExit):
            stage.run(_looks_up, phone="71234567")
        output.write_text(capsys.readouterr().err, encoding="utf-8")
    else:
        output.write_text("pandas.errors.MergeError: 71234567\n", encoding="utf-8")
    study = StudyProgress("farms", "Farms", stage="design_comparisons", failed=["design.log"])
    line, _ = outcome._stage_errors(study, "design.log", tmp_path, output)
    assert "71234567" not in line
    assert f"({'ValueError in ' if written == 'by a stage' else 'MergeError'}" in line


def test_replacing_swaps_the_whole_file(tmp_path):
    target = tmp_path / "new" / "table.parquet"
    with stage.replacing(target) as partial:
        partial.write_text("whole")
        assert (partial.parent, partial.suffix) == (target.parent, target.suffix)
        assert not target.exists()
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_a_failure_leaves_the_earlier_file_whole(tmp_path):
    target = tmp_path / "table.csv"
    target.write_text("earlier")
    with pytest.raises(RuntimeError), stage.replacing(target) as partial:
        partial.write_text("half")
        raise RuntimeError
    assert [path.read_text() for path in tmp_path.iterdir()] == ["earlier"]


def test_keywords_gather_what_a_job_names():
    job = SimpleNamespace(
        input={"raw": "a.csv"},
        output={"survey": "a.parquet"},
        params={"study": "farms", "code": "a digest"},
        log=["a.log"],
    )
    named = {"raw": "a.csv", "survey": "a.parquet", "study": "farms"}
    assert stage.keywords(job) == {**named, "log": "a.log"}
    assert stage.keywords(SimpleNamespace(**{**vars(job), "log": []})) == named
