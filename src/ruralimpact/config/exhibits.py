"""The rules between exhibits.yaml and study.yaml, as the kinds of exhibits declare them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ruralimpact.config.names import unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.design.methods import MATCHED, subgroups_of
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits.kinds import Kind
from ruralimpact.exhibits.registry import Kinds
from ruralimpact.schema.analysis import Description, OfSample
from ruralimpact.schema.exhibit import MOST_IN_MAIN, Reference
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
    yield from _main_part(study, file)
    yield from _brief(study, file)
    for section, kind, exhibit in (
        *(("tables", kinds.tables[table.kind], table) for table in study.exhibits.tables),
        *(("figures", kinds.figures[figure.kind], figure) for figure in study.exhibits.figures),
    ):
        entry_key = f"{section}.{exhibit.name}"
        for reference in exhibit.references():
            yield from _reference(study, kinds, kind, reference, file, entry_key)
        try:
            kind.check(study, kind.options_of(exhibit))
        except ConfigError as error:
            within = f"{entry_key}.{error.key}"
            yield ConfigError(error.problem, file=file, key=within)


def _main_part(study: Study, file: Path) -> Iterator[ConfigError]:
    """Check that what the main part of the report names is there, and not more than it holds."""
    exhibits, named = study.exhibits, study.exhibits.main or ()
    listed = [entry.name for entry in (*exhibits.tables, *exhibits.figures)]
    yield from unknown_names(named, listed, "exhibit", file, "main")
    shown = sum(name in named for name in listed)
    if shown > MOST_IN_MAIN:
        problem = (
            f"it names {shown} exhibits; the main part of a report holds at most {MOST_IN_MAIN}."
        )
        yield ConfigError(problem, file=file, key="main")


def _brief(study: Study, file: Path) -> Iterator[ConfigError]:
    """Check that what the brief shows is there."""
    exhibits, brief = study.exhibits, study.exhibits.brief
    for kind, key, named, listed in (
        ("table", "brief.table", [brief.table] if brief.table else [], exhibits.tables),
        ("figure", "brief.figures", brief.figures or (), exhibits.figures),
    ):
        yield from unknown_names(named, [entry.name for entry in listed], kind, file, key)


def _reference(
    study: Study, kinds: Kinds, kind: Kind[Any], reference: Reference, file: Path, entry_key: str
) -> Iterator[ConfigError]:
    """Check that what an exhibit names exists, and if it is an analysis that its kind can show it."""
    key, name = f"{entry_key}.{reference.key}", reference.name
    analyses = {analysis.name: analysis for analysis in study.analyses}
    if reference.of and reference.of not in analyses:
        return  # the reference to the analysis is what is wrong
    of = analyses[reference.of] if reference.of else None
    if reference.kind == "analysis":
        known: Iterable[str] = analyses
    elif reference.kind == "outcome":
        known = study.outcomes if of is None else getattr(of, "outcomes", ())
    else:
        known = [] if of is None else [subgroups.name for subgroups in subgroups_of(of)]
    yield from unknown_names([name], known, reference.kind, file, key)
    if reference.kind == "analysis" and reference.shown and name in analyses:
        problem = _problem(kinds, kind, analyses[name])
        if problem:
            yield ConfigError(problem, file=file, key=key)


def _problem(kinds: Kinds, kind: Kind[Any], analysis: OfSample) -> str:
    """Say why a kind cannot show an analysis; empty where it can."""
    name, method = analysis.name, analysis.method
    if method == _ALONE and not kind.alone:
        able = list(dict.fromkeys(other.kind for other in kinds if other.alone))
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
