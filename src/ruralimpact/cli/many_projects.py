"""Several projects as the jobs of one workflow, and what their studies say together."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ruralimpact.cli.speech import say
from ruralimpact.errors import ConfigError
from ruralimpact.locations import shipped
from ruralimpact.runner import processes, snakemake, submissions
from ruralimpact.runner.profiles import profile_options

SUMMARY = Path("across_studies")
_POLL_SECONDS = 0.1
_CORES = 2  # as in profiles/


def are_projects(names: Sequence[str]) -> bool:
    """Whether names are folders of projects rather than studies of one.

    Raises
    ------
    ConfigError
        Some are and some are not.
    """
    projects = [(Path(name) / "config" / "config.yaml").is_file() for name in names]
    if any(projects) and not all(projects):
        name = names[projects.index(False)]
        raise ConfigError(f"there is no project in {name}: it has no config/config.yaml.")
    return any(projects)


def run_projects(options: argparse.Namespace) -> int:
    """Run every project and, if all are whole, write the summary; return the exit status.

    Parameters
    ----------
    options : Namespace
        Of `ruralimpact run`; its studies are folders of projects.
    """
    roots = _folders(options.studies)
    SUMMARY.mkdir(exist_ok=True)
    files = snakemake.Files.of(SUMMARY.resolve(), "run")
    with processes.only_run(files.state):
        logs = _clear(roots)
        command = _command(roots, options)
        environment = {**files.environment(), "COLUMNS": str(_width(roots))}
        with processes.started(command, files.state, environment, files.output) as process:
            processes.let_work(process)
            _show(process, logs)
    return _conclude(process.returncode, logs, files)


def _folders(names: Sequence[str]) -> dict[str, str]:
    """Return the folder of each project by its name; no two may be one."""
    roots = {name.rstrip("/"): str(Path(name).resolve()) for name in dict.fromkeys(names)}
    named: dict[str, str] = {}
    for name, folder in roots.items():
        if folder in named:
            raise ConfigError(f"{named[folder]} and {name} are the same folder; name it once.")
        named[folder] = name
    return roots


def _clear(roots: Mapping[str, str]) -> "dict[str, _Log]":
    """Delete what an earlier run left of the projects' logs; return them by the name of their project."""
    logs = {name: _Log(name, number) for number, name in enumerate(roots, start=1)}
    for path in [*SUMMARY.glob("logs/*.log"), *SUMMARY.glob(".snakemake/projects/*.whole")]:
        path.unlink()
    return logs


def _width(roots: Mapping[str, str]) -> int:
    """Return the characters that a project may put on a line, so that its name has its place before it."""
    return max(40, shutil.get_terminal_size((100, 24)).columns - max(map(len, roots)) - 3)


def _command(roots: Mapping[str, str], options: argparse.Namespace) -> list[str]:
    """Return the call of Snakemake; the jobs of this machine share its cores."""
    cores = options.cores or _CORES
    return [
        *(sys.executable, "-m", "snakemake", "--nocolor"),
        *("--snakefile", str(shipped("workflow", "projects", "Snakefile"))),
        *profile_options(Path(), options.profile, seen_from=Path("..")),
        *("--logger", "ruralimpact", "--cores", str(cores), "--keep-going", "--rerun-incomplete"),
        *("--forcerun", "run_project"),
        *("--configfile", str(_configuration(roots, options, cores))),
    ]


def _configuration(roots: Mapping[str, str], options: argparse.Namespace, cores: int) -> Path:
    """Write what the workflow is told, which a command line is too short for, into a file; return it."""
    config = {
        "projects": roots,
        "threads": max(1, cores // len(roots)) if options.profile == "default" else cores,
        "outcome": options.combine or "",
        "measure": options.measure,
    }
    path = Path(".snakemake", "projects.json")
    (SUMMARY / path).write_text(json.dumps(config), encoding="utf-8")
    return path


class _Log:
    """What a project says while it is run."""

    def __init__(self, project: str, number: int) -> None:
        self.project = project
        self.path = SUMMARY / "logs" / f"{number}.log"
        self._whole = SUMMARY / ".snakemake" / "projects" / f"{number}.whole"
        self._read = 0

    @property
    def is_whole(self) -> bool:
        """Whether the run of the project ended well."""
        return self._whole.exists()

    @property
    def has_error(self) -> bool:
        """Whether the project said why it stopped."""
        return self.path.exists() and "error: " in self.path.read_text("utf-8", "replace")

    def new_lines(self) -> Iterator[str]:
        """Yield the whole lines that were added since the last look."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            *lines, rest = file.read().split(b"\n")
            self._read = file.tell() - len(rest)
        yield from (line.decode(errors="replace") for line in lines)


def _show(process: subprocess.Popen[bytes], logs: Mapping[str, _Log]) -> None:
    """Print what the projects say, each line with the name of its project, until the run ends."""
    while True:
        ended = process.poll() is not None
        for log in logs.values():
            for line in log.new_lines():
                stream = sys.stderr if line.startswith("error: ") else sys.stdout
                print(f"{log.project} | {line}", file=stream, flush=True)
        if ended:
            return
        time.sleep(_POLL_SECONDS)


def _conclude(status: int, logs: Mapping[str, _Log], files: snakemake.Files) -> int:
    """Say where the summary is, or why there is no new one."""
    stopped = [name for name, log in logs.items() if not log.is_whole]
    refused = SUMMARY / "logs" / "summary.log"
    if status == 0:
        say(f"\nAcross studies: {SUMMARY / 'index.html'}")
        return 0
    printed = files.output.read_text(encoding="utf-8", errors="replace")
    silent = [name for name in stopped if not logs[name].has_error]
    of_cluster = bool(silent) and submissions.is_told(printed)
    if of_cluster:
        say(submissions.problem(", ".join(silent), printed), error=True)
    if stopped and (of_cluster or any(log.path.exists() for log in logs.values())):
        problem = (
            f"error: {len(stopped)} of {len(logs)} projects are not whole ({', '.join(stopped)}); "
            "the summary is as it was."
        )
    elif not stopped and refused.exists():
        problem = refused.read_text(encoding="utf-8").strip()
    else:
        output = SUMMARY / files.output.relative_to(SUMMARY.resolve())
        problem = f"error: Snakemake could not run the projects. Details: {output}"
    say(problem, error=True)
    return 1
