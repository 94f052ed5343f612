"""What a run ends with: the error lines, or the reports and the headline numbers."""

import json
import re
import shutil
import textwrap
from collections.abc import Iterable
from pathlib import Path

from ruralimpact.faults import told_fault
from ruralimpact.language import gettext
from ruralimpact.runner import submissions
from ruralimpact.runner.index_page import further_pages
from ruralimpact.runner.stages import RunProgress, StudyProgress
from ruralimpact.schema.study import Study
from ruralimpact.storage import full_disk, storage_fault_in

_FAULT = (
    "error: the stage '{stage}' of {study} stopped unexpectedly{last}. This is a fault of the program, "
    "not of your data."
)

# They say that a job failed, not why.
_OF_SNAKEMAKE = ("CalledProcessError", "RuleException", "WorkflowError", "Error")


def errors(progress: RunProgress, root: Path, output: Path) -> list[str]:
    """Return the lines that say why a run failed.

    Parameters
    ----------
    progress : RunProgress
    root : path
        The project's folder.
    output : path
        File with Snakemake's own output.
    """
    lines: list[str] = []
    for study in progress.studies.values():
        if study.submitted:
            lines += _submission_errors(study, root)
            continue
        for log in _logs(study):
            lines += _stage_errors(study, log, root, output)
    if not lines:
        lines = _workflow_errors(progress, root, output)
    return list(dict.fromkeys(lines))


def summary(study: Study, root: Path) -> list[str]:
    """Return the lines that say where a study's report is, and its headline numbers."""
    folder = Path("results") / study.name
    title = study.title
    if study.synthetic:
        title = gettext("{title} (synthetic stand-in)").format(title=title)
    report = gettext("Report: {path}").format(path=folder / "report.html")
    lines = [f"{study.name}: {title}", f"  {report}"]
    try:
        text = (root / folder / "exhibits" / "findings.json").read_text(encoding="utf-8")
        answer = json.loads(text)["answer"]
    except (OSError, ValueError, KeyError):
        return lines
    width = shutil.get_terminal_size((100, 24)).columns
    verdict = [answer["verdict"]["text"]] if answer["verdict"] else []
    said = [f"{line['label']}: {line['text']}" for line in answer["lines"]]
    for text in (*verdict, *said, *(line["text"] for line in answer["against"])):
        lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    return lines


def overview(root: Path, index: Path) -> list[str]:
    """Return the lines on the pages beside the reports, and the page that opens all of them."""
    width = shutil.get_terminal_size((100, 24)).columns
    lines: list[str] = []
    for page in further_pages(root):
        lines += [f"{page.title}: {page.path}"]
        lines += textwrap.wrap(
            page.description, width, initial_indent="  ", subsequent_indent="    "
        )
    return [*lines, f"All results: {index}"]


def _logs(study: StudyProgress) -> list[str]:
    return list(dict.fromkeys(log.split(" (")[0] for log in study.failed))


def _submission_errors(study: StudyProgress, root: Path) -> list[str]:
    """Return what stages of a submission said, or that the cluster ended it."""
    said = [line for log in _logs(study) for line in _said(root / log, log)]
    if said or not study.failed:
        return said
    kept = [log.split(" (")[0] for log in study.lost]
    last = _read(root / kept[-1]) if kept else ""
    problem = submissions.problem(study.name, study.said, last)
    return [problem, *(f"Details: {log}" for log in kept)]


def _said(path: Path, log: str) -> list[str]:
    lines = [line for line in _read(path).splitlines() if line.startswith("error: ")]
    return [*lines, f"Details: {log}"] if lines else []


def _stage_errors(study: StudyProgress, log: str, root: Path, output: Path) -> Iterable[str]:
    text = _read(root / log)
    if said := _said(root / log, log):
        return said
    storage = storage_fault_in("\n".join([text, _read(output)])) or full_disk(root)
    if storage:
        return [f"error: {storage}"]
    last = told_fault(_read(output)) or _last_exception(text) or _last_exception(_read(output))
    because = f" ({last})" if last else ""
    fault = _FAULT.format(stage=study.words(study.stage), study=study.name, last=because)
    return [fault, f"Details: {output.relative_to(root)}"]


def _workflow_errors(progress: RunProgress, root: Path, output: Path) -> list[str]:
    """Say why Snakemake itself gave up: locks, missing inputs, a mistake in the rules."""
    text = "\n".join(progress.errors) or _read(output)
    if "cannot be locked" in text or "LockException" in text:
        return [
            "error: another Snakemake is at work in this folder. Wait until it has ended; if there is "
            "none, run: snakemake --unlock"
        ]
    told = re.findall(r"^error: .*$", text, flags=re.MULTILINE)
    if told:
        return told
    storage = storage_fault_in(text) or full_disk(root)
    if storage:
        return [f"error: {storage}"]
    return [f"error: Snakemake could not run the workflow. Details: {output.relative_to(root)}"]


def _last_exception(text: str) -> str:
    """Return the type of the last exception of a log; what follows it may quote a cell."""
    types = re.findall(r"^(?:\w+\.)*(\w*(?:Error|Exception))\b", text, flags=re.MULTILINE)
    own = [name for name in types if name not in _OF_SNAKEMAKE]
    return str(own[-1]) if own else ""


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
