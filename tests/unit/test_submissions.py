"""What a run says of jobs that it sent to a cluster, and what it needs to send any."""

import asyncio
import stat
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from snakemake.jobs import GroupJob
from test_runner import progress_after

from ruralimpact import progress, stage
from ruralimpact.cli.many_projects import _folders
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.locations import shipped
from ruralimpact.runner import outcome, profiles
from ruralimpact.runner.submissions import cancel_submissions, is_told, problem

# As the executor and Slurm 22.05 word them.
REFUSAL = """SLURM sbatch failed. The error message was 'sbatch: error: invalid partition specified: nosuch
sbatch: error: Batch job submission failed: Invalid partition name specified'.
    sbatch call:
        sbatch --parsable"""
MISSING = "SLURM sbatch failed. The error message was '/bin/sh: 1: sbatch: not found'.\n    sbatch"
STATUS = "SLURM-job '7' failed, SLURM status is: '{}'. For further error details see the cluster"
OVER_MEMORY = (
    "slurmstepd-vm: error: StepId=1.0 exceeded memory limit (735408128 > 524288000), being killed"
)
OVER_TIME = (
    "slurmstepd: error: *** JOB 7 ON vm CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***"
)
SENT = [
    {"event": "group_info", "group_id": "nsw"},
    {
        "event": "job_info",
        "jobid": 4,
        "rule_name": "estimate_impacts",
        "wildcards": {"study": "nsw", "round": ""},
        "log": ["e.log"],
    },
]


def lost(said: str) -> list[dict]:
    return [
        {"event": "group_error", "groupid": "nsw", "aux_logs": ["slurm.log"]},
        {"event": "job_error", "jobid": 4, "rule_name": "estimate_impacts", "log": ["e.log"]},
        {"submission": "nsw", "said": said},
    ]


@pytest.mark.parametrize(
    ("said", "log", "words"),
    [
        (REFUSAL, "", "the cluster refused the jobs of nsw: Invalid partition name specified."),
        (MISSING, "", "the cluster refused the jobs of nsw: /bin/sh: 1: sbatch: not found."),
        (STATUS.format("TIMEOUT"), "", "they needed more time than their last try asked for."),
        (STATUS.format("OUT_OF_MEMORY"), "", "they needed more memory than their last try"),
        (STATUS.format("CANCELLED"), "", "the jobs of nsw were cancelled on the cluster."),
        (STATUS.format("FAILED"), OVER_MEMORY, "they needed more memory than their last try"),
        (STATUS.format("FAILED"), OVER_TIME, "they needed more time than their last try"),
        (STATUS.format("FAILED"), "", "the cluster ended the jobs of nsw, and no stage said why."),
        ("", "", "the cluster ended the jobs of nsw, and no stage said why."),
    ],
)
def test_why_a_submission_failed_is_one_line(
    tmp_path: Path, said: str, log: str, words: str
) -> None:
    (tmp_path / "slurm.log").write_text(log, encoding="utf-8")
    progress = progress_after(*SENT, *lost(said))
    line, details = outcome.errors(progress, tmp_path, tmp_path / "output.log")
    assert line.startswith("error: ")
    assert words in line
    assert details == "Details: slurm.log"


def test_a_refusal_is_found_in_what_snakemake_prints_of_a_job_by_itself() -> None:
    indented = REFUSAL.replace("\n", "\n        ")
    printed = f"Error in rule run_project:\n    message: {indented}\n    jobid: 2\n"
    assert is_told(printed)
    assert not is_told("Error in rule run_project:\n    message: None\n")
    line = "error: the cluster refused the jobs of a, b: Invalid partition name specified."
    assert problem("a, b", printed) == line


def test_what_a_stage_said_goes_before_what_the_cluster_says(tmp_path: Path) -> None:
    (tmp_path / "e.log").write_text("error: file a.csv, row 4: no number.\n", encoding="utf-8")
    progress = progress_after(*SENT, *lost(STATUS.format("FAILED")))
    lines = outcome.errors(progress, tmp_path, tmp_path / "output.log")
    assert lines == ["error: file a.csv, row 4: no number.", "Details: e.log"]


def test_a_study_is_sent_before_it_has_a_stage_and_may_be_sent_again() -> None:
    assert progress_after(*SENT).studies["nsw"].describe() == "sent to the cluster"
    told = progress_after(*SENT, *lost("")).studies["nsw"].describe()
    assert told == "a try on the cluster failed"
    assert (
        progress_after(*SENT, *lost(""), *SENT).studies["nsw"].describe() == "sent to the cluster"
    )


def test_what_a_run_had_in_the_queue_is_cancelled_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scancel, called = tmp_path / "scancel", tmp_path / "called"
    scancel.write_text(f'#!/bin/sh\necho "$@" >> "{called}"\n', encoding="utf-8")
    scancel.chmod(scancel.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    output = tmp_path / "run.output.log"
    output.write_text("Building DAG of jobs...\n", encoding="utf-8")
    cancel_submissions(output)
    assert not called.exists()
    output.write_text("Building\nSLURM run ID: a1-b2\nJob 1\n", encoding="utf-8")
    cancel_submissions(output)
    assert called.read_text(encoding="utf-8") == "--name a1-b2\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("executor: [slurm\n", "file profiles/mine/config.yaml, line"),
        ("- executor\n", "the file has no keys and values"),
        (
            "default-resources:\n  - slurm_partition: short\n",
            "key 'default-resources': each entry is written as name=value",
        ),
        ("executor: moab\n", "snakemake-executor-plugin-moab is not installed"),
    ],
)
def test_a_profile_that_cannot_be_used_is_one_line(
    tmp_path: Path, content: str, words: str
) -> None:
    folder = tmp_path / "profiles" / "mine"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        profiles.profile_options(tmp_path, "mine")
    assert words in str(error.value)


def test_a_machine_without_sbatch_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles.importlib.util, "find_spec", lambda _: object())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="does not have the command sbatch"):
        profiles.profile_options(tmp_path, "slurm")


@pytest.mark.parametrize("accounts", [True, False])
def test_where_slurm_keeps_no_accounts_the_queue_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accounts: bool
) -> None:
    for name in ("sbatch", "sacct"):
        script = f"#!/bin/sh\nexit {0 if accounts else 1}\n"
        (tmp_path / name).write_text(script, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(profiles.importlib.util, "find_spec", lambda _: object())
    monkeypatch.setenv("PATH", str(tmp_path))
    options = profiles.profile_options(tmp_path, "slurm")
    assert ("squeue" in options) is not accounts


class Executor:
    """What a run changes of the executor of Slurm."""

    _wait = 5.0

    def _asked(self) -> float:
        return self._wait

    def _set(self, seconds: float) -> None:
        self._wait = seconds

    next_seconds_between_status_checks = property(_asked, _set)


@pytest.fixture
def slurm(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    slurm = ModuleType("snakemake_executor_plugin_slurm")
    slurm.query_job_status = None  # type: ignore[attr-defined]
    slurm.Executor = type("Executor", (Executor,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, slurm.__name__, slurm)
    monkeypatch.setattr(GroupJob, "restart_times", property(lambda _: 2))
    return slurm


def change_the_queue() -> None:
    rules = shipped("workflow", "rules", "queue.smk").read_text(encoding="utf-8")
    known = {"workflow": SimpleNamespace(is_main_process=True)}
    exec(rules.replace("QUESTIONS = 10", "QUESTIONS = 0"), known)


def test_looks_at_the_queue_cost_a_tenth_of_the_time_that_jobs_take(slurm: ModuleType) -> None:
    change_the_queue()
    executor, waited, waits = slurm.Executor(), 0.0, [5.0]
    while waited < 3600:
        waited += waits[-1]
        executor.next_seconds_between_status_checks = min(waits[-1] + 10, 180)
        waits.append(executor.next_seconds_between_status_checks)
        assert waits[-1] < 5.1 + 0.1 * waited
    assert len(waits) < 60
    assert max(waits) == 180
    executor.next_seconds_between_status_checks = 5  # a job has ended
    assert executor.next_seconds_between_status_checks == 5


def test_a_mistake_is_sent_to_a_cluster_once(
    slurm: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(study: dict[str, str]) -> None:
        cause = MemoryError() if study["name"] == "large" else None
        raise DataError("no number.", file="a.csv") from cause

    def tries(study: str) -> int:
        job = object.__new__(GroupJob)
        job.groupid = study
        return int(job.restart_times)

    change_the_queue()
    monkeypatch.setenv(progress.FILE, str(tmp_path / "progress.jsonl"))
    for study in ("nsw", "large"):
        with pytest.raises(SystemExit):
            stage.run(read, study={"name": study})
    assert [tries(study) for study in ("nsw", "large", "other")] == [0, 2, 2]
    run = progress_after(*SENT, *lost(""), {"refused": "nsw"})
    assert run.refused
    assert not progress_after(*SENT, *lost("")).refused


def test_a_queue_that_does_not_answer_is_asked_again(slurm: ModuleType) -> None:
    answers = [(None, None), (None, None), ({"7": "RUNNING"}, 0.1)]

    async def ask(command: str, logger: object) -> object:
        return answers.pop(0)

    slurm.query_job_status = ask
    change_the_queue()
    asked = slurm.query_job_status("squeue", None)
    assert asyncio.run(asked) == ({"7": "RUNNING"}, 0.1)


def test_the_executor_still_asks_by_the_name_that_a_run_replaces() -> None:
    slurm = pytest.importorskip("snakemake_executor_plugin_slurm")
    assert "query_job_status" in slurm.Executor.check_active_jobs.__code__.co_names
    assert (
        "next_seconds_between_status_checks" in slurm.Executor.check_active_jobs.__code__.co_names
    )


def test_a_folder_is_no_two_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["a/", "x/a", "a"]
    assert list(_folders(names)) == ["a", "x/a"]
    with pytest.raises(ConfigError, match="a and ./a are the same folder"):
        _folders(["a", "x/a", "./a"])
