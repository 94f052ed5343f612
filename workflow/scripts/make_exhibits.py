"""Make every table and figure of a study, and the numbers that its report may cite."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruralimpact import progress, stage
from ruralimpact.exhibits.build import exhibit_files
from ruralimpact.exhibits.load import load_results


def make_exhibits(
    *,
    exclusions: Sequence[str],
    quality: Sequence[str],
    findings: str,
    exhibits: Sequence[str],
    study: Mapping[str, Any],
    samples: Sequence[str],
    outcomes: Sequence[str] = (),
    truth: Sequence[str] = (),
    **tables: Sequence[str],
) -> None:
    """Write the files of all exhibits beside `findings`.

    Parameters
    ----------
    exclusions, quality : sequence of path
        Tables of exclusions by stage, and quality reports by source.
    findings : path
        Output; the other files go into its folder.
    exhibits : sequence of path
        The other outputs, for progress.
    study : mapping
        The study's configuration, less its codebook.
    samples : sequence of str
        Samples in the order of the rounds.
    outcomes : sequence of path
        Outcomes by unit of each sample, in the order of `samples`.
    truth : sequence of path
        What synthetic data were planted with; none for real data.
    **tables : sequence of path
        Estimates, scores, standard errors, weights, propensity, balance and designs, by name; one
        file a round.
    """
    results = load_results(
        study,
        tables=tables,
        exclusions=exclusions,
        quality=quality,
        outcomes=dict(zip(samples, outcomes, strict=True)),
        truth=truth,
    )
    progress.begin(study["name"], "make_exhibits")
    for done, file in enumerate(exhibit_files(results), start=1):
        with stage.replacing(Path(findings).parent / file.name) as partial:
            partial.write_bytes(file.content)
        progress.step(done, len(exhibits) + 1, file.name)


if "snakemake" in globals():
    stage.run(make_exhibits, **stage.keywords(snakemake))
