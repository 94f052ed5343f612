"""How Snakemake is called in a project, and where it writes what it does."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from ruralimpact.errors import ConfigError
from ruralimpact.locations import shipped
from ruralimpact.suggestions import nearest


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
        If there is no such profile.
    """
    call = [sys.executable, "-m", "snakemake", "--nocolor"]
    if not any((root / name).is_file() for name in ("Snakefile", "workflow/Snakefile")):
        call += ["--snakefile", str(shipped("workflow", "Snakefile"))]
    call += [*profile_options(root, profile), "--logger", "ruralimpact", *options]
    if studies:
        call += ["--config", f"studies=[{','.join(studies)}]"]
    return call


def profile_options(root: Path, profile: str, *, seen_from: Path = Path()) -> list[str]:
    """Return the options by which Snakemake takes a profile: the folder's own, else the package's.

    Parameters
    ----------
    root : path
        A folder that may have ``profiles/``.
    profile : str
    seen_from : path
        How the folder is reached from that in which Snakemake works; its absolute path may have signs
        that Snakemake takes for a pattern.

    Raises
    ------
    ConfigError
        If there is no such profile.
    """
    own = Path("profiles", profile)
    if (root / own).is_dir():
        return ["--workflow-profile", str(seen_from / own)]
    return ["--workflow-profile", "none", *_options(_shipped_profile(profile))]


def _shipped_profile(profile: str) -> Path:
    folder = shipped("profiles")
    known = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if profile not in known:
        raise ConfigError(f"there is no profile '{profile}'. {nearest(profile, known)}")
    return folder / profile / "config.yaml"


def _options(path: Path) -> list[str]:
    """Return the options of a profile; Snakemake would take some signs of its path for a pattern."""
    options = []
    for name, value in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        values = value if isinstance(value, list) else [] if value is True else [value]
        if value is not False:
            options += [f"--{name}", *map(str, values)]
    return options
