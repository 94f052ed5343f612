"""What the runner says while it works, from the events that it gets."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from snakemake.scheduling.job_scheduler import JobScheduler
from study_models import study_of

from ruralimpact.locations import shipped
from ruralimpact.progress import CHECKED, GO
from ruralimpact.runner.messages import (
    JobFinished,
    MessageReader,
    RunFailed,
    StageStep,
    message_of,
)
from ruralimpact.runner.stages import STAGES, RunProgress

STUDY = study_of(
    name="nsw",
    title="NSW",
    sources=[{"name": "psid"}, {"name": "cps"}],
    samples={"both": {"sources": ["psid", "cps"]}},
)


def progress_after(*events: dict, planned: bool = True) -> RunProgress:
    progress = RunProgress([STUDY])
    if planned:
        progress.take(message_of({"plan": PLAN}))
    for event in events:
        progress.take(message_of(event))
    return progress


PLAN = [
    ("ingest_source", {"study": "nsw", "source": "psid"}),
    ("ingest_source", {"study": "nsw", "source": "cps"}),
    ("construct_samples_nsw", {}),
    ("estimate_impacts", {"study": "nsw", "round": ""}),
    ("write_claims", {}),
]
READING, _, BUILDING, ESTIMATING, _ = (
    {"event": "job_info", "jobid": number, "rule_name": rule, "wildcards": wildcards, "log": []}
    for number, (rule, wildcards) in enumerate(PLAN, start=1)
)


def test_every_script_has_a_name_in_plain_words() -> None:
    assert {*STAGES, "publish_results", "summarise_projects"} == {
        path.stem for path in shipped("workflow", "scripts").glob("*.py")
    }


def test_snakemake_still_has_the_limit_of_jobs_a_second_that_a_run_takes_off() -> None:
    assert "job_rate_limiter" in JobScheduler.schedule.__code__.co_names
    rules = shipped("workflow", "rules", "start.smk").read_text(encoding="utf-8")
    assert "workflow.scheduler.job_rate_limiter = None" in rules


def test_before_anything_is_planned_a_study_is_up_to_date() -> None:
    progress = progress_after(planned=False)
    assert not progress.any_planned
    assert progress.studies["nsw"].describe() == "up to date"


def test_a_stage_of_several_jobs_counts_them() -> None:
    progress = progress_after(READING)
    stages = progress.studies["nsw"].stages
    assert "generate_data" not in stages, "its raw files are not simulated"
    step = f"step 1 of {len(stages)}: Reading the survey files"
    assert progress.studies["nsw"].describe() == f"{step} (0 of 2)"
    progress.take(JobFinished(1))
    assert progress.studies["nsw"].describe() == f"{step} (1 of 2)"


def test_a_stage_says_how_far_it_is_inside() -> None:
    progress = progress_after(ESTIMATING)
    step = StageStep("nsw", "estimate_impacts", done=3, total=12, label="income")
    progress.take(step)
    study = progress.studies["nsw"]
    assert study.describe().endswith(": Estimating impacts (3 of 12: income)")
    assert study.step - 1 < study.fraction * len(study.stages) < study.step
    progress.take(replace(step, stage="design_comparisons", done=9))
    assert study.inside == (3, 12, "income"), "a line of another stage changes nothing"


def test_a_failed_job_keeps_its_log() -> None:
    error = {
        "event": "job_error",
        "jobid": 4,
        "rule_name": "estimate_impacts",
        "log": ["a.log"],
    }
    study = progress_after(ESTIMATING, error).studies["nsw"]
    assert study.describe().startswith("stopped at step ")
    assert study.failed == ["a.log"]


def test_lines_are_read_once_and_only_when_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader = MessageReader(path)
    assert list(reader.new()) == []
    path.write_text(
        '{"event": "job_finished", "job_id": 1}\n{"event": "job_started"}\n{"event"',
        encoding="utf-8",
    )
    assert list(reader.new()) == [JobFinished(1)]
    with path.open("a", encoding="utf-8") as file:
        file.write(': "error", "message": "locked"}\n')
    assert list(reader.new()) == [RunFailed("locked")]
    assert list(reader.new()) == []


def test_without_a_plan_jobs_are_counted_as_they_come() -> None:
    study = progress_after(READING, BUILDING, planned=False).studies["nsw"]
    assert study.planned == {"ingest_source": 1, "construct_samples": 1}
    assert study.stage == "construct_samples"


def waiting(gate: bytes | None, variable: str = "stdin") -> subprocess.CompletedProcess[bytes]:
    """Run a process that waits, with what its runner writes."""
    code = "import os; from ruralimpact.progress import *; wait_until_checked(); print(os.environ)"
    environment = {**os.environ, CHECKED: variable}
    return subprocess.run(
        [sys.executable, "-c", code], input=gate, env=environment, capture_output=True, check=False
    )


def test_what_was_started_waits_until_the_project_is_checked_and_ends_where_the_runner_does() -> (
    None
):
    assert CHECKED not in waiting(GO).stdout.decode(), "what it starts itself does not wait"
    assert waiting(b"").returncode == 1
    assert waiting(b"", variable="").returncode == 0, "plain Snakemake waits for nobody"
