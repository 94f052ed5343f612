"""The rules for analyses that describe: what they name, and samples that no comparison may use."""

from collections.abc import Iterator
from pathlib import Path

from ruralimpact.config.names import unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.errors import ConfigError
from ruralimpact.schema.study import Study


@Rule
def check_descriptions(study: Study, variables: list[str], file: Path) -> Iterator[ConfigError]:
    """Check the descriptions of a study; comparisons pass.

    A sample or variable may be unknown, or a comparison may use the sample: its units would then hold what
    descriptions read, and designs are made without outcomes.

    Parameters
    ----------
    study : Study
    variables : list of str
        Variables and outcomes, by name.
    file : path
        study.yaml, for messages.
    """
    compared = {
        name for analysis in study.comparisons for name in _with_referred(study, analysis.sample)
    }
    for description in study.descriptions:
        key = f"analyses.{description.name}"
        for sample, names in {
            description.sample: description.variables,
            **description.beside,
        }.items():
            yield from unknown_names([sample], study.samples, "sample", file, f"{key}.sample")
            yield from unknown_names(names, variables, "variable", file, key)
            if sample in compared:
                problem = f"the sample '{sample}' is compared by another analysis; describe one of its own."
                yield ConfigError(problem, file=file, key=f"{key}.sample")


def _with_referred(study: Study, sample: str) -> set[str]:
    others = study.samples[sample].referred if sample in study.samples else ()
    return {sample}.union(*(_with_referred(study, other) for other in others))
