"""Several projects one after the other, and what their studies say together."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ruralimpact.errors import ConfigError, RuralImpactError

if TYPE_CHECKING:
    from ruralimpact.across_studies.headline_effects import HeadlineEffect, Measure

SUMMARY = Path("across_studies")


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


def run_projects(
    names: Sequence[str], run: Callable[[Path], int], outcome: str | None, measure: "Measure"
) -> int:
    """Run each project with all cores, then write the summary; return the exit status.

    Parameters
    ----------
    names : sequence of str
        Folders of projects.
    run : callable
        Runs the project of a folder and returns its exit status.
    outcome : str, optional
        Outcome whose effects are combined.
    measure : {"percent", "unit"}
    """
    roots = {name: Path(name).resolve() for name in dict.fromkeys(names)}
    stopped = []
    for number, (name, root) in enumerate(roots.items(), start=1):
        print(f"Project {number} of {len(roots)}: {name}", flush=True)
        try:
            status = run(root)
        except RuralImpactError as error:
            print(f"error: {error}", file=sys.stderr)
            status = 1
        if status > 1:  # stopped from outside
            return status
        stopped += [name] if status else []
    if stopped:
        count = f"{len(stopped)} of {len(roots)} projects"
        problem = f"{count} are not whole ({', '.join(stopped)}); the summary is as it was."
        print(f"error: {problem}", file=sys.stderr)
        return 1
    _summarise(roots, outcome, measure)
    print(f"\nAcross studies: {SUMMARY / 'index.html'}")
    return 0


def _summarise(roots: Mapping[str, Path], outcome: str | None, measure: "Measure") -> None:
    from ruralimpact.across_studies.summary import combination, summary_files
    from ruralimpact.stage import replacing

    effects = [effect for name, root in roots.items() for effect in _effects(name, root)]
    combined = None if outcome is None else combination(effects, outcome, measure)
    for file, content in summary_files(effects, combined).items():
        with replacing(SUMMARY / file) as partial:
            partial.write_bytes(content)


def _effects(name: str, root: Path) -> "list[HeadlineEffect]":
    from ruralimpact.across_studies.headline_effects import headline_effects
    from ruralimpact.config import load_config

    return headline_effects(name.rstrip("/"), root, load_config(root).studies)
