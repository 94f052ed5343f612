"""The part of a study that has no mistake, which can be looked at further."""

from collections.abc import Iterable
from typing import Any, TypeVar

from ruralimpact.schema.analysis import Analysis, Description, OfSample
from ruralimpact.schema.construction import Construction, OfRows
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.study import Study


def sound_part(study: Study, keys: Iterable[str], names: Iterable[str] = ()) -> Study:
    """Return a study without the entries that have mistakes, and without what needs them.

    Parameters
    ----------
    study : Study
    keys : iterable of str
        Dotted keys of study.yaml in which there are mistakes.
    names : iterable of str, optional
        Variables, outcomes, sources and samples that could not be understood.
    """
    parts = [key.split(".") for key in keys]
    gone = {
        block: {part[1] for part in parts if part[0] == block and part[1:]} for block in _BLOCKS
    }
    variables: dict[str, Construction] = {}
    outcomes: dict[str, Construction] = {}
    broken = gone["variables"] | gone["outcomes"] | set(names)
    for definitions, kept in ((study.variables, variables), (study.outcomes, outcomes)):
        for name, definition in definitions.items():
            rows = definition.rows if isinstance(definition, OfRows) else None
            if name in broken or broken & {*definition.inputs, rows}:
                broken.add(name)
            else:
                kept[name] = definition
    samples: dict[str, Sample] = {}
    for name, sample in study.samples.items():
        if name not in gone["samples"] and not broken & set(_variables(sample)):
            samples[name] = _with_outcomes(sample, outcomes)
    samples = {
        name: sample for name, sample in samples.items() if set(sample.referred) <= set(samples)
    }
    analyses = tuple(
        _of_outcomes(analysis, outcomes)
        for analysis in study.analyses
        if analysis.name not in gone["analyses"]
        and analysis.sample in samples
        and not broken & {str(name) for name in named_variables(analysis)}
        and not (isinstance(analysis, Analysis) and broken.issuperset(analysis.outcomes))
    )
    changes = {
        "variables": variables,
        "outcomes": outcomes,
        "samples": samples,
        "analyses": analyses,
        "power": tuple(entry for entry in study.power if entry.analysis not in gone["power"]),
        "attrition": tuple(
            entry for entry in study.attrition if entry.name not in gone["attrition"]
        ),
    }
    return study.model_copy(update=changes)


A = TypeVar("A", bound=OfSample)
_BLOCKS = ("variables", "outcomes", "samples", "analyses", "power", "attrition")


def _of_outcomes(analysis: A, known: Iterable[str]) -> A:
    """Return an analysis that compares, of the outcomes that are left."""
    if not isinstance(analysis, Analysis):
        return analysis
    kept = tuple(name for name in analysis.outcomes if name in set(known))
    return analysis.model_copy(update={"outcomes": kept})


def _with_outcomes(sample: Sample, known: Iterable[str]) -> Sample:
    if sample.outcomes is None:
        return sample
    kept = tuple(name for name in sample.outcomes if name in set(known))
    return sample.model_copy(update={"outcomes": kept or None})


def _variables(sample: Sample) -> list[str]:
    periods = sample.two_periods
    named = [
        *sample.sources,
        *sample.referred,
        sample.group,
        sample.strata,
        sample.arm,
        sample.first_treated,
        *(sample.weight or ()),
    ]
    named += [] if periods is None else [periods.status, *periods.covariates]
    return [name for name in named if name is not None]


def named_variables(analysis: Any) -> list[str]:
    """Return the variables of units that an analysis names."""
    if isinstance(analysis, Description):
        return list(analysis.variables)
    options = ("treatment", "first_treated", "eligible")
    named = [getattr(analysis, option, None) for option in options]
    return [*filter(None, named), *analysis.covariates, *getattr(analysis, "exact", ())]
