"""Set the effects of several projects side by side, and combine those on one outcome."""

from collections.abc import Mapping
from pathlib import Path

from ruralimpact import stage
from ruralimpact.across_studies.headline_effects import Measure, headline_effects
from ruralimpact.across_studies.summary import OF_A_MEAN, combination, summary_files
from ruralimpact.config import load_config


def summarise_projects(
    *, projects: Mapping[str, str], outcome: str, measure: Measure, index: str
) -> None:
    """Write the summary across studies.

    Parameters
    ----------
    projects : mapping of str to path
        Folders of the projects, by the name that a user gave them.
    outcome : str
        Outcome whose effects are combined; none when empty.
    measure : {"percent", "unit"}
    index : path
        Output: the page; the other files stand beside it.
    """
    studies = {name: load_config(Path(root)).studies for name, root in projects.items()}
    effects = [
        effect
        for name, root in projects.items()
        for effect in headline_effects(name, Path(root), studies[name])
    ]
    answered = {effect.name for effect in effects}
    without = [
        f"{name}/{study}"
        for name, own in studies.items()
        for study in own
        if f"{name}/{study}" not in answered
    ]
    combined = combination(effects, outcome, measure, without) if outcome else None
    files = summary_files(effects, combined, without)
    folder = Path(index).parent
    for name in OF_A_MEAN - set(files):
        (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        with stage.replacing(folder / name) as partial:
            partial.write_bytes(content)


if "snakemake" in globals():
    stage.run(summarise_projects, **stage.keywords(snakemake))
