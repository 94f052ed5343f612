"""The text of docs/exhibits.md: every kind of table and figure, from the registry of exhibits."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from ruralimpact.defaults import KINDS_WITH_DEFAULTS
from ruralimpact.exhibits.kinds import SECTIONS, FigureKind, Kind
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.registry import package_kinds

_INTRODUCTION = """\
# Tables and figures

What `exhibits.yaml` may ask for: `tables` and `figures`, each a list of entries with a `kind`. Written by
`make docs` from `src/ruralimpact/exhibits/`; do not edit. Plug-ins may add kinds ([page](plugins.md)).

The report shows the kinds in this order; kinds of one place stand as `exhibits.yaml` lists them. Tables are
written as CSV, LaTeX, HTML and Word and together in the workbook `tables.xlsx`, figures drawn as PNG and SVG.
Of kinds whose `analyses` are not required the title follows, too ([page](defaults.md)).

The main part of the report holds at most twelve of them: those that `main` names, or else the sections take
turns: {turns}.
Each puts in one exhibit at its turn, or the number in parentheses, the first of each kind before a second of
any, until there are twelve. All others are the annex, as are kinds marked so below unless `main` names them.

LaTeX files are taken in with `\\input` and need `adjustbox`, `array`, `booktabs`, `rotating` and
`threeparttable`: each table is a float with its notes, `\\ref{{tab:study.name}}` its number. After
`\\input{{findings}}` a text prints a number by its identifier in `findings.json`,
`\\ri{{nsw.psid_matching.nn5.earnings.estimate}}`; one that there is not is an error.
"""
_TYPES = {
    "string": "text",
    "boolean": "true or false",
    "number": "number",
    "integer": "whole number",
    "array": "list",
    "object": "keys",
}


def exhibits() -> str:
    """Return the text of docs/exhibits.md."""
    kinds = list(package_kinds())
    lines = [
        _INTRODUCTION.format(turns=_turns()),
        "Every entry has these keys; the further ones of each kind follow.\n",
    ]
    lines += _keys(Exhibit, set(), {"name"})
    for section in SECTIONS:
        own = sorted(
            (kind for kind in kinds if kind.section == section), key=lambda kind: kind.rank
        )
        lines += ["", f"## {section.heading}", *(line for kind in own for line in _kind(kind))]
    return "\n".join([*lines, ""])


def _turns() -> str:
    sections = sorted((own for own in SECTIONS if own.turn), key=lambda own: own.turn or 0)
    numbers = {1: ""}
    return "; ".join(
        f"{own.heading}{numbers.get(own.per_turn, f' ({own.per_turn})')}" for own in sections
    )


def _kind(kind: Kind[Any]) -> Iterator[str]:
    what = "figure" if isinstance(kind, FigureKind) else "table"
    yield f"\n### `{kind.kind}` ({what})\n"
    yield f"{kind.shows[:1].upper()}{kind.shows[1:]}.{_origin(kind)}"
    given = {"analyses"} if kind.kind in KINDS_WITH_DEFAULTS else set()
    rows = list(_keys(kind.options, set(Exhibit.model_fields), given))
    if len(rows) > 2:
        yield from ["", *rows]


def _origin(kind: Kind[Any]) -> str:
    tables = ", ".join(f"[{name}](outputs.md#{name})" for name in kind.needs)
    methods = ", ".join(f"`{method}`" for method in kind.of_methods)
    parts = (
        f"Of analyses of the method {methods}." if methods else "",
        f"Its analyses declare `{kind.asks}`." if kind.asks else "",
        f"Made from {tables}." if tables else "",
        "In the annex." if kind.annex or kind.section.turn is None else "",
        f"Methods: [page](methods/{kind.methods})." if kind.methods else "",
    )
    return "".join(f" {part}" for part in parts if part)


def _keys(model: type[BaseModel], known: set[str], by_design: set[str]) -> list[str]:
    lines = ["| key | value | meaning |", "|---|---|---|"]
    lines += [
        _row(model, name, "", by_design=name in by_design)
        for name in model.model_fields
        if name not in known
    ]
    for name, inner in _inner(model):
        lines += [_row(inner, key, f"{name}.") for key in inner.model_fields]
    return lines


def _row(model: type[BaseModel], name: str, within: str, *, by_design: bool = False) -> str:
    required = model.model_fields[name].is_required() and not by_design
    needed = " **(required)**" if required else ""
    described = _properties(model)[name]
    meaning = " ".join(described.get("description", "").split())
    return f"| `{within}{name}`{needed} | {_value(described)} | {meaning} |"


def _properties(model: type[BaseModel]) -> dict[str, Any]:
    properties: dict[str, Any] = model.model_json_schema()["properties"]
    return properties


def _value(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return next(_value(branch) for branch in schema["anyOf"] if branch.get("type") != "null")
    return _TYPES[schema.get("type", "object")]


def _inner(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the sets of keys inside a model, by the key that they stand under."""
    for name, field in model.model_fields.items():
        for part in _parts(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield name, part


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _parts(part)
