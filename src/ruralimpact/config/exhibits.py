"""The rules between exhibits.yaml and study.yaml, as the kinds of exhibits declare them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruralimpact.config.names import require
from ruralimpact.design.methods import MATCHED
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits.kinds import Kind
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.schema.analysis import Analysis
from ruralimpact.schema.study import Study

_ALONE = "before_after"


def check_exhibits(study: Study, kinds: Kinds, file: Path) -> None:
    """Check that what tables and figures name exists, and is something that they can show.

    Parameters
    ----------
    study : Study
    kinds : Kinds
        Those that the study may have.
    file : path
        exhibits.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    for section, chosen in (("tables", kinds.table), ("figures", kinds.figure)):
        for entry in study.exhibits[section]:
            _check(study, kinds, chosen(entry), entry, file)


def _check(
    study: Study, kinds: Kinds, kind: Kind[Any], entry: Mapping[str, Any], file: Path
) -> None:
    analyses: dict[str, Analysis] = {analysis.name: analysis for analysis in study.analyses}
    key, shown = f"{entry['name']}.analyses", list(entry.get("analyses", []))
    beside = [entry[option] for option in ("benchmark", "unadjusted") if option in entry]
    steps = entry.get("steps", [])
    require([*shown, *beside], analyses, "analysis", file, key)
    require(entry.get("outcomes", []), study.outcomes, "outcome", file, f"{entry['name']}.outcomes")
    for place, step in enumerate(steps, start=1):
        where = f"{entry['name']}.steps.{place}"
        require([step["analysis"]], analyses, "analysis", file, f"{where}.analysis")
        known = analyses[step["analysis"]].outcomes
        require([step["outcome"]], known, "outcome", file, f"{where}.outcome")
    for name in [*shown, *(step["analysis"] for step in steps)]:
        problem = _problem(kinds, kind, analyses[name])
        if problem:
            raise ConfigError(problem, file=file, key=key)
    for name in shown if "subgroup" in entry else []:
        declared = [item.name for item in getattr(analyses[name], "subgroups", ())]
        named = [entry["subgroup"]]
        require(named, declared, "subgroup", file, f"{entry['name']}.subgroup")
    try:
        kind.check(study, kind.parsed(entry))
    except ConfigError as error:
        within = f"{entry['name']}.{error.key}"
        raise ConfigError(error.problem, file=file, key=within) from None


def _problem(kinds: Kinds, kind: Kind[Any], analysis: Analysis) -> str:
    """Say why a kind cannot show an analysis; empty where it can."""
    name, method = analysis.name, analysis.method
    if method == _ALONE and not kind.alone:
        able = list(dict.fromkeys(item.kind for item in kinds if item.alone))
        return (
            f"'{name}' is a change of the treated alone, not attributable to the project; it may stand in "
            f"{' or '.join(able)}, and not in a '{kind.kind}' of effects."
        )
    if kind.of_methods == MATCHED and method not in MATCHED:
        return f"'{name}' is not matched, so there is nothing to show in a '{kind.kind}'."
    if kind.of_methods and method not in kind.of_methods:
        wanted = " or ".join(kind.of_methods)
        return f"'{name}' is of the method '{method}'; a '{kind.kind}' shows {wanted}."
    if kind.asks and not getattr(analysis, kind.asks, None):
        return f"'{name}' declares no {kind.asks} in study.yaml."
    return ""
