"""The foot of every script: one line for a fault of the input, outputs replaced whole or not at all."""

from types import SimpleNamespace

import pytest

from ruralimpact import stage
from ruralimpact.errors import DataError, DesignError


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


def test_a_defect_of_the_package_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        stage.run(lambda: 1 // 0)


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
