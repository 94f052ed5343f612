"""How far a long stage has come, written where the runner can read it, and when the runner lets it begin."""

import json
import os
from collections.abc import Iterable, Mapping

FILE, STUDY, STAGE = "RURALIMPACT_PROGRESS", "RURALIMPACT_STUDY", "RURALIMPACT_STAGE"
CHECKED, GO = "RURALIMPACT_CHECKED", b"1"


def is_shown() -> bool:
    """Whether a runner listens."""
    return bool(os.environ.get(FILE))


def wait_until_checked() -> None:
    """Wait until the runner, which checks the project meanwhile, lets the run begin; at once without one.

    Raises
    ------
    SystemExit
        The runner refuses the project, or is gone.
    """
    if os.environ.pop(CHECKED, "") and os.read(0, len(GO)) != GO:
        raise SystemExit(1)


def begin(study: str, stage: str) -> None:
    """Name the study and stage that this process works on; later steps carry both.

    Parameters
    ----------
    study : str
        Name of the study's folder.
    stage : str
        Name of the rule, such as ``"estimate_impacts"``.
    """
    os.environ[STUDY], os.environ[STAGE] = study, stage


def step(done: int, total: int, label: str = "") -> None:
    """Record that `done` of `total` parts of the stage are finished; nothing where no one listens.

    Parameters
    ----------
    done, total : int
        Parts finished and parts in all.
    label : str
        What was just finished, or is being worked on, in plain words.
    """
    event = {
        "study": os.environ.get(STUDY, ""),
        "stage": os.environ.get(STAGE, ""),
        "done": done,
        "total": total,
        "label": label,
    }
    _record(event)


def plan(jobs: Iterable[tuple[str, Mapping[str, str]]]) -> None:
    """Record the jobs that a run has to do.

    Parameters
    ----------
    jobs : iterable of tuple
        The rule of each, and its wildcards.
    """
    _record({"plan": [(rule, dict(wildcards)) for rule, wildcards in jobs]})


def submission_failed(study: str, said: str | None) -> None:
    """Record what was said of a study's jobs, sent to a cluster together, that failed.

    Parameters
    ----------
    study : str
    said : str, optional
        By the executor.
    """
    _record({"submission": study, "said": said or ""})


def refuse(name: str) -> None:
    """Record that a mistake of the input stopped the work, which another try would only come upon again.

    Parameters
    ----------
    name : str
        Of the study, or the folder of the project.
    """
    _record({"refused": name})


def refusals() -> set[str]:
    """Return the studies and projects that a mistake of the input stopped; none where no one listens."""
    path = os.environ.get(FILE, "")
    if not os.path.isfile(path):  # noqa: PTH113 - no pathlib in every stage
        return set()
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        lines = [line for line in file if line.startswith('{"refused"') and line.endswith("\n")]
    return {json.loads(line)["refused"] for line in lines}


def _record(event: Mapping[str, object]) -> None:
    path = os.environ.get(FILE)
    if path:
        # One short write in append mode: lines of jobs that run side by side do not mix.
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - no pathlib in every stage
            file.write(json.dumps(event) + "\n")
