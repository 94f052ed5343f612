"""The rules between exhibits.yaml and study.yaml, as the kinds of exhibits declare them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruralimpact.config.names import unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.design.methods import MATCHED
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits.kinds import Kind
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.schema.analysis import Description, OfSample
from ruralimpact.schema.study import Study

_ALONE = "before_after"


@Rule
def check_exhibits(study: Study, kinds: Kinds, file: Path) -> Iterator[ConfigError]:
    """Check that what tables and figures name exists, and is something that they can show.

    Parameters
    ----------
    study : Study
    kinds : Kinds
        Those that the study may have.
    file : path
        exhibits.yaml, for messages.
    """
    for section, chosen in (("tables", kinds.table), ("figures", kinds.figure)):
        for entry in study.exhibits[section]:
            try:
                kind = chosen(entry)
            except ConfigError as error:
                yield error
                continue
            yield from _problems(study, kinds, kind, entry, file)


def _problems(
    study: Study, kinds: Kinds, kind: Kind[Any], entry: Mapping[str, Any], file: Path
) -> Iterator[ConfigError]:
    analyses: dict[str, OfSample] = {analysis.name: analysis for analysis in study.analyses}
    key, shown = f"{entry['name']}.analyses", list(entry.get("analyses", []))
    beside = [entry[option] for option in ("benchmark", "unadjusted") if option in entry]
    steps = entry.get("steps", [])
    yield from unknown_names([*shown, *beside], analyses, "analysis", file, key)
    named, where = entry.get("outcomes", []), f"{entry['name']}.outcomes"
    yield from unknown_names(named, study.outcomes, "outcome", file, where)
    for place, step in enumerate(steps, start=1):
        where = f"{entry['name']}.steps.{place}"
        yield from unknown_names(
            [step["analysis"]], analyses, "analysis", file, f"{where}.analysis"
        )
        if step["analysis"] not in analyses:
            continue
        known = getattr(analyses[step["analysis"]], "outcomes", ())
        yield from unknown_names([step["outcome"]], known, "outcome", file, f"{where}.outcome")
    named = [*shown, *(step["analysis"] for step in steps)]
    for name in filter(analyses.get, named):
        problem = _problem(kinds, kind, analyses[name])
        if problem:
            yield ConfigError(problem, file=file, key=key)
    for name in filter(analyses.get, shown) if "subgroup" in entry else []:
        declared = [item.name for item in getattr(analyses[name], "subgroups", ())]
        where = f"{entry['name']}.subgroup"
        yield from unknown_names([entry["subgroup"]], declared, "subgroup", file, where)
    try:
        kind.check(study, kind.parsed(entry))
    except ConfigError as error:
        within = f"{entry['name']}.{error.key}"
        yield ConfigError(error.problem, file=file, key=within)


def _problem(kinds: Kinds, kind: Kind[Any], analysis: OfSample) -> str:
    """Say why a kind cannot show an analysis; empty where it can."""
    name, method = analysis.name, analysis.method
    if method == _ALONE and not kind.alone:
        able = list(dict.fromkeys(item.kind for item in kinds if item.alone))
        return (
            f"'{name}' is a change of the treated alone, not attributable to the project; it may stand in "
            f"{' or '.join(able)}, and not in a '{kind.kind}' of effects."
        )
    if isinstance(analysis, Description) and not kind.of_methods:
        return (
            f"'{name}' describes ({method}) and compares nothing that a '{kind.kind}' could show."
        )
    if kind.of_methods == MATCHED and method not in MATCHED:
        return f"'{name}' is not matched, so there is nothing to show in a '{kind.kind}'."
    if kind.of_methods and method not in kind.of_methods:
        wanted = " or ".join(kind.of_methods)
        return f"'{name}' is of the method '{method}'; a '{kind.kind}' shows {wanted}."
    if kind.asks and not getattr(analysis, kind.asks, None):
        return f"'{name}' declares no {kind.asks} in study.yaml."
    return ""
