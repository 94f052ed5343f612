"""How Snakemake is called in a project, and where it writes what it does."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ruralimpact.locations import shipped
from ruralimpact.runner.profiles import profile_options


@dataclass(frozen=True)
class Files:
    """Files of a run, in Snakemake's own folder of the project.

    Attributes
    ----------
    state : path
        The folder.
    events : path
        What Snakemake does, one JSON line an event, from the logger plugin.
    steps : path
        How far the stages are, see `ruralimpact.progress`.
    output : path
        Snakemake's own output.
    """

    state: Path
    events: Path
    steps: Path
    output: Path

    @classmethod
    def of(cls, root: Path, call: str) -> "Files":
        """Return the files of a kind of call (``"run"`` or ``"status"``) of a project."""
        state = root / ".snakemake"
        state.mkdir(exist_ok=True)
        names = ("events.jsonl", "progress.jsonl", "output.log")
        return cls(state, *(state / f"{call}.{name}" for name in names))

    def clear(self) -> None:
        """Delete what an earlier call left."""
        for path in (self.events, self.steps):
            path.unlink(missing_ok=True)

    def environment(self) -> dict[str, str]:
        """Return the environment in which Snakemake and the stages write these files."""
        return {
            **os.environ,
            "RURALIMPACT_EVENTS": str(self.events),
            "RURALIMPACT_PROGRESS": str(self.steps),
        }


def command(
    root: Path, studies: Sequence[str], *options: str, profile: str = "default"
) -> list[str]:
    """Return the call of Snakemake, in a project's folder, for some of its studies (all if none is named).

    Parameters
    ----------
    root : path
        The project's folder. Its own Snakefile is used if it has one, else the one that comes with the
        package; its own profiles likewise.
    studies : sequence of str
    *options : str
        Further options.
    profile : str
        Where jobs run: a folder of ``profiles/``.

    Raises
    ------
    ConfigError
        There is no such profile, or this machine cannot use it.
    """
    call = [sys.executable, "-m", "snakemake", "--nocolor"]
    if not any((root / name).is_file() for name in ("Snakefile", "workflow/Snakefile")):
        call += ["--snakefile", str(shipped("workflow", "Snakefile"))]
    call += [*profile_options(root, profile), "--logger", "ruralimpact", *options]
    if studies:
        call += ["--config", f"studies=[{','.join(studies)}]"]
    return call
