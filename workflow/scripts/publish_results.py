"""Put what the stages have made of a study into its results."""

from collections.abc import Sequence
from pathlib import Path

from ruralimpact import stage
from ruralimpact.publishing import publish


def publish_results(*, outputs: Sequence[str], report: str) -> None:
    """Put files in place beside the report.

    Parameters
    ----------
    outputs : sequence of path
        Files that the stages have made; among them the report, at the top of their folder.
    report : path
        Output: the report, at the top of the study's results.
    """
    name = Path(report).name
    source = next(Path(path).parent for path in outputs if Path(path).name == name)
    publish([Path(path) for path in outputs], source, Path(report).parent)


if "snakemake" in globals():
    stage.run(publish_results, **stage.keywords(snakemake))
