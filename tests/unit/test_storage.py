"""A full disk and a folder that is read-only are called by their names, by stages and by the runner."""

import errno
import os
from collections import namedtuple

import pytest

from ruralimpact import cli, stage, storage
from ruralimpact.cli import status
from ruralimpact.runner import outcome
from ruralimpact.runner.stages import StudyProgress

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "results/a.csv")
SAYS = "file results/a.csv: the disk is full. Put that right and run again; earlier results are as they were."


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "permission is denied"),
    ],
)
def test_what_the_system_says(number, words):
    error = OSError(number, os.strerror(number), "a.csv")
    assert storage.storage_fault(error).startswith(f"file a.csv: {words}.")
    nameless = f"Error recording metadata ([Errno {number}] {os.strerror(number)}). Please"
    assert storage.storage_fault_in(nameless).startswith(f"{words}.")


@pytest.mark.parametrize(
    "text", ["", "[Errno 2] No such file or directory: 'a.csv'", "ValueError: 28"]
)
def test_other_errors_are_not_taken_for_it(text):
    assert storage.storage_fault_in(text) is None


def test_stages(tmp_path, capsys):
    def fail():
        raise FULL

    with pytest.raises(SystemExit) as ended:
        stage.run(fail, log=tmp_path / "no folder" / "a.log")
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"error: {SAYS}\n"
    with pytest.raises(SystemExit):
        stage.run(lambda: (tmp_path / "absent").read_text())
    assert "FileNotFoundError in " in capsys.readouterr().err


def test_the_command_line(monkeypatch, capsys):
    def fail(_options):
        raise FULL

    monkeypatch.setattr(status, "main", fail)
    assert cli.main(["status"]) == 1
    assert capsys.readouterr().err == f"error: {SAYS}\n"


@pytest.mark.parametrize("free", [0, 10**9])
def test_a_job_that_could_not_even_write_its_log(tmp_path, monkeypatch, free):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _: usage(10**9, 10**9 - free, free))
    study = StudyProgress("farms", "Farms", stage="design_comparisons", failed=["design.log"])
    output = tmp_path / "run.output.log"
    output.write_text("something else", encoding="utf-8")
    (line, _) = [*outcome._stage_errors(study, "design.log", tmp_path, output), ""][:2]
    assert ("the disk is full" in line) == (free == 0)
    assert ("a fault of the program" in line) == (free > 0)
