"""What a run ends with: the error lines, or the reports and the headline numbers."""

import json
import re
import shutil
import textwrap
from collections.abc import Iterable
from pathlib import Path

from ruralimpact.runner.stages import STAGES, RunProgress, StudyProgress
from ruralimpact.schema.study import Study

_FAULT = (
    "error: the stage '{stage}' of {study} stopped unexpectedly{last}. This is a fault of the program, "
    "not of your data."
)


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
        for log in dict.fromkeys(study.failed):
            lines += _stage_errors(study, log.split(" (")[0], root, output)
    if not lines:
        lines = _workflow_errors(progress, root, output)
    return list(dict.fromkeys(lines))


def summary(study: Study, root: Path) -> list[str]:
    """Return the lines that say where a study's report is, and its headline numbers."""
    folder = Path("results") / study["name"]
    lines = [f"{study['name']}: {study['title']}", f"  Report: {folder / 'report.html'}"]
    try:
        text = (root / folder / "exhibits" / "findings.json").read_text(encoding="utf-8")
        headline = json.loads(text)["headline"]
    except (OSError, ValueError, KeyError):
        return lines
    width = shutil.get_terminal_size((100, 24)).columns
    for entry in headline:
        text = f"{entry['label']}: {entry['text']}"
        lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    return lines


def _stage_errors(study: StudyProgress, log: str, root: Path, output: Path) -> Iterable[str]:
    text = _read(root / log)
    result = [line for line in text.splitlines() if line.startswith("error: ")]
    if result:
        return [*result, f"Details: {log}"]
    last = _last_exception(text) or _last_exception(_read(output))
    because = f" ({last})" if last else ""
    fault = _FAULT.format(stage=STAGES[study.stage], study=study.name, last=because)
    return [fault, f"Details: {output.relative_to(root)}"]


def _workflow_errors(progress: RunProgress, root: Path, output: Path) -> list[str]:
    """Say why Snakemake itself gave up: locks, missing inputs, a mistake in the rules."""
    text = "\n".join(progress.errors) or _read(output)
    if "cannot be locked" in text or "LockException" in text:
        return [
            "error: another Snakemake is at work in this folder. Wait until it has ended; if there is "
            "none, run: snakemake --unlock"
        ]
    result = re.findall(r"^error: .*$", text, flags=re.MULTILINE)
    if result:
        return result
    return [f"error: Snakemake could not run the workflow. Details: {output.relative_to(root)}"]


def _last_exception(text: str) -> str:
    lines = re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception)\b.*$", text, flags=re.MULTILINE)
    own = [
        line
        for line in lines
        if not line.startswith(
            ("CalledProcessError", "RuleException", "WorkflowError", "Error in rule")
        )
    ]
    return str(own[-1]) if own else ""


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
