"""Analyses by design, and the keys of an analysis that follow from the rest of the study."""

from collections.abc import Mapping, Sequence

from ruralimpact.defaults.described import (
    DescribedVariable,
    described_sources,
    entries_of,
    waves_of,
)
from ruralimpact.language import gettext, marked
from ruralimpact.schema.document import Contents

_LABELS = {
    "matching": marked("Matched"),
    "difference_in_means": marked("As they came, not matched"),
    "difference_in_differences": marked("Difference in differences"),
    "staggered": marked("By the time at which treatment began"),
    "panel": marked("Effects for units and waves"),
    "before_after": marked("Before and after, without comparison"),
}
_LABELS_OF_DESCRIPTIONS = {
    "rate_of_return": marked("Rates of return"),
    "survival": marked("How long they last"),
    "responses": marked("What they answered"),
    "drawn_sample": marked("Who is drawn"),
    "portfolio": marked("Targets and what was reached"),
}


def with_default_analyses(
    study: Contents, variables: Sequence[DescribedVariable], strategies: Sequence[str]
) -> Contents:
    """Return contents of study.yaml whose analyses say all that they must.

    Parameters
    ----------
    study : dict
        With its samples and outcomes.
    variables : sequence of DescribedVariable
    strategies : sequence of str
        Names of the strategies.
    """
    analyses = study.get("analyses")
    if "analyses" not in study:
        analyses = _by_design(study, variables)
    if not isinstance(analyses, list) or not (analyses or "analyses" in study):
        return study
    methods = [entry.get("method") for entry in entries_of(analyses)]
    filled = [
        _filled({**_label(entry, methods), **entry}, study, variables, strategies)
        if isinstance(entry, Mapping)
        else entry
        for entry in analyses
    ]
    return {**study, "analyses": filled}


def _label(entry: Contents, methods: Sequence[object]) -> dict[str, str]:
    """Return the label of an analysis, with its name where others are of its method."""
    method, name = str(entry.get("method", "")), str(entry.get("name", ""))
    known = {**_LABELS, **_LABELS_OF_DESCRIPTIONS}
    if method not in known:
        return {"label": name} if method in _COMPARISONS else {}
    label = gettext(known[method])
    return {"label": f"{label}: {name}" if methods.count(method) > 1 else label}


def _by_design(study: Contents, variables: Sequence[DescribedVariable]) -> list[Contents]:
    """Return the analyses that a design can bear, for each treatment of the study."""
    waves = waves_of(study, described_sources(study))
    treatments = [variable.name for variable in variables if variable.role == "treatment"]
    adoptions = [variable.name for variable in variables if variable.role == "adoption"]
    design = study.get("design")
    if design == "before_after":
        return [{"name": "before_after", "method": "before_after"}]
    if design == "cross_section":
        # Both with the covariates, so that both are about the same units.
        methods = {"matched": "matching", "unadjusted": "difference_in_means"}
        return [{**entry, **_covariates(variables)} for entry in _of_each(treatments, methods)]
    if design == "panel" and adoptions:
        return [
            {"name": "staggered", "method": "staggered", "first_treated": adoptions[0]},
        ]
    if design == "panel" and len(waves) > 1:
        # Waves of files of their own hold the arm of a unit, not whether it is treated by then.
        compared = _of_each(treatments, {"difference": "difference_in_differences"})
        return [{**entry, "fixed": True, **_covariates(variables)} for entry in compared]
    if design == "panel":
        return _of_each(treatments, {"panel": "panel"})
    return []


def _of_each(treatments: Sequence[str], methods: Mapping[str, str]) -> list[Contents]:
    several = len(treatments) > 1
    return [
        {
            "name": f"{name}_{treatment}" if several else name,
            "method": method,
            "treatment": treatment,
        }
        for treatment in treatments
        for name, method in methods.items()
    ]


def _covariates(
    variables: Sequence[DescribedVariable], without: Sequence[object] = ()
) -> dict[str, list[str]]:
    """Return the covariates measured before treatment, if there are any."""
    named = [
        variable.name
        for variable in variables
        if (variable.role, variable.timing) == ("covariate", "pre") and variable.name not in without
    ]
    return {"covariates": named} if named else {}


def _filled(
    entry: Contents,
    study: Contents,
    variables: Sequence[DescribedVariable],
    strategies: Sequence[str],
) -> Contents:
    method = str(entry.get("method", ""))
    if method in _LABELS_OF_DESCRIPTIONS:
        return {**_sample(study), **_lines_of_accounts(entry), **entry}
    if method not in _COMPARISONS:
        return dict(entry)
    filled = {**_sample(study), **entry}
    outcomes = _outcomes(study, str(filled.get("sample", "")))
    if outcomes:
        filled.setdefault("outcomes", outcomes)
    treatments = [variable.name for variable in variables if variable.role == "treatment"]
    if len(treatments) == 1 and method in _WITH_TREATMENT:
        filled.setdefault("treatment", treatments[0])
    if method == "matching" and "covariates" not in entry:
        exact = entry.get("exact")
        filled |= _covariates(variables, exact if isinstance(exact, list) else [])
    if method == "matching" and strategies:
        filled.setdefault("strategies", list(strategies))
    return {**_over_time(method, study, filled), **filled}


def _lines_of_accounts(entry: Contents) -> dict[str, list[str]]:
    """Return the outcomes that the accounts of an analysis count, each once."""
    lines = [
        str(name)
        for account in entries_of(entry.get("accounts"))
        for key in ("investment", "benefits", "costs")
        for name in (account[key] if isinstance(account.get(key), list) else ())
    ]
    return {"outcomes": list(dict.fromkeys(lines))} if lines else {}


_COMPARISONS = (*_LABELS, "matched_difference", "triple_difference")
_WITH_TREATMENT = (
    *("matching", "difference_in_means", "panel"),
    *("difference_in_differences", "triple_difference"),
)


def _sample(study: Contents) -> dict[str, str]:
    """Return the sample that analyses are made on: the only one, or the last that no other refers to."""
    samples = study.get("samples")
    if not isinstance(samples, Mapping):
        return {}
    referred = [
        entry.get(key)
        for entry in samples.values()
        if isinstance(entry, Mapping)
        for key in ("baseline", "restrict_to")
    ]
    own = [str(name) for name in samples if name not in referred]
    return {"sample": own[0]} if len(own) == 1 else {}


def _outcomes(study: Contents, sample: str) -> list[str]:
    samples, outcomes = study.get("samples"), study.get("outcomes")
    entry = samples.get(sample) if isinstance(samples, Mapping) else None
    own = entry.get("outcomes") if isinstance(entry, Mapping) else None
    if isinstance(own, list):
        return list(own)
    return [str(name) for name in outcomes] if isinstance(outcomes, Mapping) else []


def _over_time(method: str, study: Contents, entry: Contents) -> Contents:
    """Return the waves and estimators of an analysis that compares changes."""
    if method == "panel":
        return {"estimators": ["two_way_fixed_effects", "first_differences"]}
    if method not in ("difference_in_differences", "triple_difference", "before_after"):
        return {}
    waves = _waves(study, str(entry.get("sample", "")))
    periods: dict[str, list[str]] = {}
    if len(waves) > 1:
        after = waves[-1:] if method == "before_after" else waves[1:]
        periods = {"before": waves[:1], "after": after}
    elif waves and study.get("design") == "cross_section":
        # Filled in, so that what refuses it is the design and not a key.
        periods = {"before": ["before"], "after": waves}
    if method == "difference_in_differences":
        adjusted = ["doubly_robust"] if entry.get("covariates") else []
        periods |= {"estimators": ["two_by_two", *adjusted]}
    return periods


def _waves(study: Contents, sample: str) -> list[str]:
    samples = study.get("samples")
    entry = samples.get(sample) if isinstance(samples, Mapping) else None
    named = entry.get("sources") if isinstance(entry, Mapping) else None
    known = named if isinstance(named, list) else []
    return waves_of(study, [source for source in described_sources(study) if source.name in known])
