"""The text of docs/outputs.md: every result table and column, from the registry in the package."""

from collections.abc import Iterator

from ruralimpact.contracts import REGISTRY
from ruralimpact.contracts.columns import ResultColumn
from ruralimpact.contracts.complements import FEWEST_GROUPS, FEWEST_UNITS
from ruralimpact.contracts.table import NoCells, ResultTable, Suppressed, Withheld

_INTRODUCTION = f"""\
# Result tables

Every table that a stage writes for the stages after it, as Parquet under `results/<study>/` (and
`results/<study>/waves/<wave>/` for later waves). Written by `make docs` from
`src/ruralimpact/contracts/`; do not edit.

These files hold numbers as they were computed, small cells too: they are for work on the study, not for
publication. Exhibits are: they load the tables with cells blanked that rest on fewer than
{FEWEST_UNITS} units in an arm or fewer than {FEWEST_GROUPS} groups. Each table says how.

Amounts are in the unit that the column `unit` names, shares as fractions. What cannot be known is missing.
"""
_TYPES = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def outputs() -> str:
    """Return the text of docs/outputs.md."""
    lines = [_INTRODUCTION, "| table | file | one row is |", "|---|---|---|"]
    for name, table in REGISTRY.items():
        files = ", ".join(f"`{path}`" for path in _files(table))
        lines.append(f"| [{name}](#{name}) | {files} | {table.row} |")
    for table in REGISTRY.values():
        lines += ["", *_section(table)]
    return "\n".join([*lines, ""])


def _files(table: ResultTable) -> list[str]:
    return [path.replace("{sample}", "<sample>") for path in table.paths().values()]


def _section(table: ResultTable) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"{table.description} Written by {' and '.join(f'`{stage}`' for stage in table.stages)}.\n"
    yield f"{_disclosure(table)}\n"
    yield "| column | type | unit | meaning |"
    yield "|---|---|---|---|"
    for name, column in table.columns.items():
        yield f"| `{name}` | {_type(column)} | {column.unit} | {_meaning(column)} |"
    for column in table.pattern.values():
        yield f"| one an estimate | {_type(column)} | {column.unit} | {_meaning(column)} |"
    if table.further:
        yield f"| further columns | | | {table.further} |"


def _type(column: ResultColumn) -> str:
    return f"{_TYPES[column.kind]}{', may be missing' if column.missing else ''}"


def _meaning(column: ResultColumn) -> str:
    if column.kind is not str or not column.choices:
        return column.meaning
    choices = ", ".join(f"`{choice}`" if choice else "empty" for choice in column.choices)
    return f"{column.meaning}: {choices}"


def _disclosure(table: ResultTable) -> str:
    rule = table.suppression
    if isinstance(rule, NoCells):
        return f"Exhibits load it whole: {rule.reason}."
    if isinstance(rule, Withheld):
        return f"No exhibit may load it: {rule.reason}."
    assert isinstance(rule, Suppressed)
    words = " ".join((rule.rule.__doc__ or "").split())
    return f"In exhibits: {words}"
