"""What the design of a study added to its files, in words."""

from collections.abc import Iterator

from ruralimpact.schema.document import Contents
from ruralimpact.schema.study import Study


def default_words(
    study: Study, *, written: Contents, strategies: bool, exhibits: bool
) -> Iterator[str]:
    """Yield a line for each part of a study that its files leave to its design.

    Parameters
    ----------
    study : Study
        With its defaults.
    written : mapping
        Contents of study.yaml as they were read.
    strategies, exhibits : bool
        Whether the strategies, and the exhibits, are those of the design.
    """
    if "outcomes" not in written:
        yield f"outcomes: {', '.join(study.outcomes)}"
    if "samples" not in written:
        samples = [
            f"{name} ({', '.join(sample.sources)})" for name, sample in study.samples.items()
        ]
        yield f"samples: {', '.join(samples)}"
    if "analyses" not in written:
        yield f"analyses: {', '.join(f'{analysis.name} ({analysis.method})' for analysis in study.analyses)}"
    if strategies:
        yield f"strategies: {', '.join(str(entry.name) for entry in study.strategies)}"
    if exhibits:
        names = [entry.name for entry in (*study.exhibits.tables, *study.exhibits.figures)]
        yield f"exhibits: {', '.join(names)}"
