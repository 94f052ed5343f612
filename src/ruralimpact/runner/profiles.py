"""Where jobs run: profiles of Snakemake, the project's own or those of the package."""

import importlib.util
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ruralimpact.errors import ConfigError
from ruralimpact.locations import shipped
from ruralimpact.schema.document import read_document
from ruralimpact.suggestions import nearest

_FILE = "config.yaml"
# Executors that send jobs elsewhere, and the command by which they do.
_COMMANDS = {"slurm": "sbatch"}


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
        There is no such profile, it cannot be read, or this machine cannot send jobs as it says.
    """
    own = Path("profiles", profile)
    if (root / own).is_dir():
        path = root / own / _FILE
        settings = _settings(path, own / _FILE) if path.is_file() else {}
        _refuse_unusable(settings, own / _FILE)
        return ["--workflow-profile", str(seen_from / own), *_of_status(settings)]
    path = _shipped_profile(profile)
    settings = _settings(path, own / _FILE)
    _refuse_unusable(settings, own / _FILE)
    return ["--workflow-profile", "none", *_options(settings), *_of_status(settings)]


def _shipped_profile(profile: str) -> Path:
    folder = shipped("profiles")
    known = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if profile not in known:
        raise ConfigError(f"there is no profile '{profile}'. {nearest(profile, known)}")
    return folder / profile / _FILE


def _settings(path: Path, shown: Path) -> Mapping[str, object]:
    content = read_document(path, shown=shown).content
    if not isinstance(content, dict):
        raise ConfigError("the file has no keys and values.", file=shown)
    resources = content.get("default-resources")
    if isinstance(resources, list) and not all("=" in str(entry) for entry in resources):
        raise ConfigError(
            "each entry is written as name=value: - slurm_partition=short",
            file=shown,
            key="default-resources",
        )
    return content


def _refuse_unusable(settings: Mapping[str, object], shown: Path) -> None:
    """Refuse an executor that this machine lacks the package or the command of."""
    executor = str(settings.get("executor", "local"))
    module = f"snakemake_executor_plugin_{executor.replace('-', '_')}"
    if executor not in ("local", "dryrun", "touch") and importlib.util.find_spec(module) is None:
        raise ConfigError(
            f"the package {module.replace('_', '-')} is not installed. Install it with pip, that of slurm at "
            "the version of requirements-cluster.lock.",
            file=shown,
            key="executor",
        )
    command = _COMMANDS.get(executor)
    if command is not None and shutil.which(command) is None:
        raise ConfigError(
            f"this machine does not have the command {command}, which sends the jobs. Start the run on a "
            "machine of the cluster that has it, usually the login node.",
            file=shown,
            key="executor",
        )


def _of_status(settings: Mapping[str, object]) -> list[str]:
    """Return the options by which Snakemake asks after jobs where Slurm keeps no accounts, if none is set."""
    if settings.get("executor") != "slurm" or "slurm-status-command" in settings:
        return []
    try:
        asked = subprocess.run(["sacct", "--allocations", "--noheader"], capture_output=True)
    except OSError:
        return ["--slurm-status-command", "squeue"]
    return [] if asked.returncode == 0 else ["--slurm-status-command", "squeue"]


def _options(settings: Mapping[str, object]) -> list[str]:
    """Return the options of a profile; Snakemake would take some signs of its path for a pattern."""
    options = []
    for name, value in settings.items():
        values = value if isinstance(value, list) else [] if value is True else [value]
        if value is not False:
            options += [f"--{name}", *map(str, values)]
    return options
