"""Keys of study.yaml that follow from the design, the sources and the roles of the codebook."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ruralimpact.defaults.analyses import with_default_analyses
from ruralimpact.defaults.described import (
    DescribedVariable,
    described_sources,
    described_variables,
    entries_of,
    waves_of,
)
from ruralimpact.language import gettext, language_of, speaking
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.document import Contents

_ALL, _BEFORE = "all", "before"
_DESCRIPTIVE = "descriptive"


def with_default_keys(
    study: Contents, codebook: Sequence[CodebookRow], strategies: Sequence[str]
) -> Contents:
    """Return the contents of study.yaml with what it leaves to its design.

    Parameters
    ----------
    study : mapping
        As read; nothing in it is changed.
    codebook : sequence of CodebookRow
    strategies : sequence of str
        Names of the strategies.

    Returns
    -------
    dict
        With ``outcomes`` (one for each variable of that role), ``samples`` and ``analyses`` where it has
        none, and with the keys of analyses that follow from the rest.
    """
    with speaking(language_of(study.get("language"))):
        return _with_default_keys(study, codebook, strategies)


def _with_default_keys(
    study: Contents, codebook: Sequence[CodebookRow], strategies: Sequence[str]
) -> Contents:
    variables = described_variables(study, codebook)
    filled = dict(study)
    filled |= {"sources": _labelled(study["sources"])} if "sources" in study else {}
    filled.setdefault("unit_label", gettext("units"))
    filled.setdefault("group_label", gettext("groups"))
    if study.get("design") == _DESCRIPTIVE:
        return _with_descriptions(filled, codebook, variables, strategies)
    outcomes = _outcomes(variables, study)
    if "outcomes" not in study and outcomes:
        filled["outcomes"] = outcomes
    if "samples" not in study and described_sources(study):
        filled["samples"] = _samples(filled, variables)
    return with_default_analyses(filled, variables, strategies)


def _with_descriptions(
    study: Contents,
    codebook: Sequence[CodebookRow],
    variables: Sequence[DescribedVariable],
    strategies: Sequence[str],
) -> Contents:
    """Return the contents of a study that compares nothing: which analyses it makes it says itself."""
    filled = dict(study)
    if "samples" not in study and described_sources(study):
        filled["samples"] = dict(_samples_by_source(study, codebook))
    return with_default_analyses(filled, variables, strategies) if "analyses" in study else filled


def _samples_by_source(
    study: Contents, codebook: Sequence[CodebookRow]
) -> Iterator[tuple[str, Contents]]:
    """Yield a sample of each source: a register and those who were asked are not stacked."""
    for source in entries_of(study.get("sources")):
        name = str(source.get("name", ""))
        if "item" not in source and name:
            rows = [row for row in codebook if row.source in ("*", name)]
            groups = dict.fromkeys(row.variable for row in rows if row.role == "group")
            group = {"group": next(iter(groups))} if len(groups) == 1 else {}
            yield name, {"label": source.get("label", name), "sources": [name], **group}


def _labelled(sources: Any) -> Any:
    """Give each file its name as a label where it has none; a series makes one for each wave itself."""
    if not isinstance(sources, list):
        return sources
    return [
        {"label": str(entry.get("name", "")), **entry}
        if isinstance(entry, Mapping) and entry.get("name") and "waves" not in entry
        else entry
        for entry in sources
    ]


def _outcomes(variables: Sequence[DescribedVariable], study: Contents) -> dict[str, Contents]:
    """Return an outcome for each variable with that role that has one value a unit."""
    known = {"*", "", *(source.name for source in described_sources(study))}
    return {
        variable.name: {
            "label": variable.label or variable.name,
            "unit": "percentage points" if variable.type == "indicator" else variable.unit,
            "family": "outcomes",
            "build": "variable",
            "of": variable.name,
            "decimals": 1 if variable.type == "indicator" else 0,
        }
        for variable in variables
        if variable.role == "outcome"
        and variable.type != "category"
        and (variable.source in known or not variable.source)
    }


def _samples(study: Contents, variables: Sequence[DescribedVariable]) -> dict[str, Contents]:
    """Return one sample of all sources; of a cross section the last wave, and those before it beside."""
    sources = described_sources(study)
    groups = [variable.name for variable in variables if variable.role == "group"]
    group = {"group": groups[0]} if len(groups) == 1 else {}
    label = gettext("All {units}").format(units=study["unit_label"])
    waves = waves_of(study, sources)
    if study.get("design") != "cross_section" or len(waves) < 2:
        return {_ALL: {"label": label, "sources": [source.name for source in sources], **group}}
    last = [source.name for source in sources if waves[-1] in source.waves or not source.waves]
    before = [source.name for source in sources if source.name not in last]
    return {
        _BEFORE: {
            "label": gettext("{label}, before").format(label=label),
            "sources": before,
            **group,
        },
        _ALL: {"label": label, "sources": last, "baseline": _BEFORE, **group},
    }
