"""What a run tells of itself: events of the logger plugin, and lines of `ruralimpact.progress`."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Plan:
    """The jobs that a run has to do: the rule of each, and its wildcards."""

    jobs: tuple[tuple[str, Mapping[str, str]], ...]


@dataclass(frozen=True)
class StageStep:
    """How far a stage of a study is: parts done, parts in all, and a label."""

    study: str
    stage: str
    done: int
    total: int
    label: str


@dataclass(frozen=True)
class JobStarted:
    """A job began; what it says goes to its log files."""

    job: int
    rule: str
    wildcards: Mapping[str, str]
    logs: Sequence[str]


@dataclass(frozen=True)
class JobFinished:
    """A job is done."""

    job: int


@dataclass(frozen=True)
class JobFailed:
    """A job failed; what it said is in its log files."""

    job: int
    logs: Sequence[str]


@dataclass(frozen=True)
class SubmissionStarted:
    """All jobs of a study were sent to a cluster together."""

    study: str


@dataclass(frozen=True)
class SubmissionFailed:
    """They failed there; the logs are the cluster's."""

    study: str
    logs: Sequence[str]


@dataclass(frozen=True)
class SubmissionTold:
    """What the executor said of a submission that failed."""

    study: str
    said: str


@dataclass(frozen=True)
class StudyRefused:
    """A mistake of its input stopped a study."""

    study: str


@dataclass(frozen=True)
class RunFailed:
    """Snakemake itself gave up."""

    message: str


Message = (
    Plan
    | StageStep
    | JobStarted
    | JobFinished
    | JobFailed
    | SubmissionStarted
    | SubmissionFailed
    | SubmissionTold
    | StudyRefused
    | RunFailed
)

Line = Mapping[str, Any]
"""A line of JSON that Snakemake, or a stage, wrote."""

_EVENTS: dict[str, Callable[[Line], Message]] = {
    "job_info": lambda line: JobStarted(
        line["jobid"], line["rule_name"], line["wildcards"] or {}, line["log"] or []
    ),
    "job_finished": lambda line: JobFinished(line["job_id"]),
    "job_error": lambda line: JobFailed(line["jobid"], line["log"]),
    "group_info": lambda line: SubmissionStarted(line["group_id"]),
    "group_error": lambda line: SubmissionFailed(line["groupid"], line["aux_logs"] or []),
    "error": lambda line: RunFailed(line["message"]),
}


def message_of(line: Line) -> Message | None:
    """Return what a line of JSON says; None for an event that is of no use.

    Parameters
    ----------
    line : dict
        From `snakemake_logger_plugin_ruralimpact` (with ``event``) or `ruralimpact.progress`.
    """
    if "plan" in line:
        return Plan(tuple((rule, wildcards) for rule, wildcards in line["plan"]))
    if "submission" in line:
        return SubmissionTold(line["submission"], line["said"])
    if "refused" in line:
        return StudyRefused(line["refused"])
    if "event" in line:
        read = _EVENTS.get(line["event"])
        return None if read is None else read(line)
    return StageStep(**line)


class MessageReader:
    """Reads what was appended to a file of JSON lines since the last look.

    Parameters
    ----------
    path : path
        Need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._at, self._rest = path, 0, b""

    def new(self) -> Iterator[Message]:
        """Yield what the new whole lines say."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                text = self._rest + file.read()
                self._at = file.tell()
        except FileNotFoundError:
            return
        *lines, self._rest = text.split(b"\n")
        for line in lines:
            message = message_of(json.loads(line)) if line.strip() else None
            if message is not None:
                yield message
