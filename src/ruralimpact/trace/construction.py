"""How an outcome is made, from study.yaml down to columns of raw files."""

from collections.abc import Iterator, Mapping

from ruralimpact.schema.base import plain
from ruralimpact.schema.construction import Construction
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import Entry, parse_codebook

_SHOWN_APART = {"label", "unit", "family", "decimals", "role", "timing"}


def construction_lines(study: Study, outcome: str, sources: list[str]) -> Iterator[str]:
    """Yield a line for an outcome and for all that it is made of, those deeper indented.

    Parameters
    ----------
    study : Study
    outcome : str
    sources : list of str
        Names of the sources whose columns are named.
    """
    entries = parse_codebook(study.codebook, [source.name for source in study.sources])
    described = {source.series or source.name: source.name for source in study.sources}
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.source == "*" or {entry.source, described.get(entry.source)} & set(sources):
            by_name.setdefault(entry.variable, []).append(entry)
    yield from _lines(study, by_name, outcome, study.outcomes, depth=0)


def _lines(
    study: Study,
    by_name: Mapping[str, list[Entry]],
    name: str,
    first: Mapping[str, Construction],
    *,
    depth: int,
) -> Iterator[str]:
    """Lines of one name; that of an outcome may be that of a variable, too, of which it is then made."""
    indent = "  " * depth
    definition = first.get(name) or study.variables.get(name)
    if definition is None:
        for entry in by_name.get(name, ()):
            yield f"{indent}{name}: {_of_column(entry)}"
        if name not in by_name:
            yield f"{indent}{name}: made with the sample"
        return
    keys = {
        key: value
        for key, value in plain(definition).items()
        if key not in _SHOWN_APART and value is not None and value != [] and value != {}
    }
    yield f"{indent}{name}: {', '.join(f'{key} {in_words(value)}' for key, value in keys.items())}"
    for inner in dict.fromkeys(definition.inputs):
        below = study.outcomes if inner in study.outcomes and inner != name else study.variables
        yield from _lines(study, by_name, inner, below, depth=depth + 1)


def _of_column(entry: Entry) -> str:
    source = "every source" if entry.source == "*" else f"source {entry.source}"
    unit = f", {entry.unit}" if entry.unit else ""
    return f"column '{entry.raw_name}' of {source} ({entry.type}{unit})"


def in_words(value: object) -> str:
    """Return a value of a configuration as it would be written there."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {in_words(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(in_words(part) for part in value) + "]"
    return str(value)
