"""Write the generated pages of docs/: parameters, exhibits, outputs, and the drawing of the workflow.

Run by `make docs`; a test fails while a page is behind its source.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import exhibit_kinds
import output_dictionary
import yaml

ROOT = Path(__file__).resolve().parent.parent
STAGES = {
    "generate_data": "generate",
    "ingest_source": "ingest",
    "construct_samples": "construct",
    "design_comparisons": "design",
    "estimate_impacts": "estimate",
    "analyse_sensitivity": "sensitivity",
    "make_exhibits": "exhibit",
    "write_report": "report",
}
BEGIN, END = "<!-- drawn by `make docs`: begin -->", "<!-- drawn by `make docs`: end -->"
INTRODUCTION = """\
# Parameters

Every key of the configuration files, from the schemas in `workflow/schemas/`. Written by `make docs`;
do not edit. A key that is not listed here is refused, and the message names the nearest one that is.
The columns of a study's `codebook.csv` are described in [codebook.md](codebook.md), the tables and figures of
`exhibits.yaml` in [exhibits.md](exhibits.md).
"""
TYPES = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "array": "list",
    "object": "keys",
}


def parameters() -> str:
    """Return the text of docs/parameters.md."""
    pages = [INTRODUCTION]
    for name in ("config", "study", "strategies"):
        path = ROOT / "workflow" / "schemas" / f"{name}.schema.yaml"
        schema = yaml.safe_load(path.read_text(encoding="utf-8"))
        pages.append(f"## {schema['title']}\n\n{schema['description']}\n")
        pages += [_table(section, schema) for section in _sections(schema, schema)]
    return "\n".join(pages)


@dataclass(frozen=True)
class Section:
    """One set of keys: where it stands, its schema, and the keys that it must have."""

    heading: str
    schema: dict[str, Any]
    required: list[str]


def _sections(node: dict[str, Any], schema: dict[str, Any], at: str = "") -> Iterator[Section]:
    """Yield every set of keys inside a schema, outer ones first."""
    node = _resolved(node, schema)
    if node.get("type") == "array":
        yield from _sections(node.get("items", {}), schema, f"{at}[]")
        return
    branches = [rule["then"] for rule in node.get("allOf", []) if "$ref" in rule.get("then", {})]
    required = node.get("required", [])
    for branch in branches:
        inner = _resolved(branch, schema)
        heading = (
            f"### {f'`{at}`: ' if at != '[]' else ''}{inner['title']}\n\n{inner['description']}\n"
        )
        yield Section(heading, inner, required + inner.get("required", []))
        yield from _inside(inner, schema, at)
    if not branches:
        if "properties" in node:
            yield Section(f"### `{at}`\n" if at else "", node, required)
        yield from _inside(node, schema, at)


def _inside(node: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[Section]:
    inside = dict(node.get("properties", {}))
    if isinstance(node.get("additionalProperties"), dict):
        inside["<name>"] = node["additionalProperties"]
    for key, value in inside.items():
        yield from _sections(value, schema, f"{at}.{key}" if at else key)


def _table(section: Section, schema: dict[str, Any]) -> str:
    lines = [section.heading] if section.heading else []
    lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key, value in section.schema["properties"].items():
        known = _resolved(value, schema)
        needed = " **(required)**" if key in section.required else ""
        default = f"`{known['default']}`".lower() if "default" in known else ""
        meaning = " ".join(known.get("description", "").split())
        lines.append(f"| `{key}`{needed} | {_value(known)} | {default} | {meaning} |")
    return "\n".join([*lines, ""])


def _value(node: dict[str, Any]) -> str:
    if "enum" in node:
        return ", ".join(f"`{choice}`" for choice in node["enum"])
    if "oneOf" in node:
        return " or ".join(_value(choice) for choice in node["oneOf"])
    kinds = node.get("type", "string")
    words = [TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return " or ".join(words)


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target: dict[str, Any] = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return target


def drawing() -> str:
    """Return the graph of the stages as Mermaid text, drawn by Snakemake from the rules."""
    command = [sys.executable, "-m", "snakemake", "--rulegraph", "mermaid-js", "--forceall"]
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    shown = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    nodes = dict(re.findall(r"^\s*(id\d+)\[(.+)\]$", shown.stdout, flags=re.MULTILINE))
    stage = {node: _stage(rule) for node, rule in nodes.items()}
    edges = {
        (stage[start], stage[end])
        for start, end in re.findall(r"^\s*(id\d+) --> (id\d+)$", shown.stdout, flags=re.MULTILINE)
        if stage[start] and stage[end]
    }
    order = list(STAGES.values())
    lines = [
        f"    {start} --> {end}"
        for start, end in sorted(edges, key=lambda e: list(map(order.index, e)))
    ]
    return "\n".join(["```mermaid", "flowchart LR", *lines, "```"])


def _stage(rule: str) -> str:
    return next((word for name, word in STAGES.items() if rule.startswith(name)), "")


def workflow_page(text: str) -> str:
    """Return docs/workflow.md with its drawing made anew."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{drawing()}\n{END}{after}"


def main() -> None:
    """Write all pages."""
    docs = ROOT / "docs"
    (docs / "parameters.md").write_text(parameters(), encoding="utf-8")
    (docs / "exhibits.md").write_text(exhibit_kinds.exhibits(), encoding="utf-8")
    (docs / "outputs.md").write_text(output_dictionary.outputs(), encoding="utf-8")
    page = docs / "workflow.md"
    page.write_text(workflow_page(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
