"""Write the generated pages of docs/, the JSON schemas for editors, and the drawing of the workflow.

Run by `make docs`; a test fails while a page is behind its source.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import exhibit_kinds
import output_dictionary
import parameters

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
    (docs / "parameters.md").write_text(parameters.page(), encoding="utf-8")
    for name, text in parameters.schema_files().items():
        (ROOT / parameters.SCHEMAS / name).write_text(text, encoding="utf-8")
    (docs / "exhibits.md").write_text(exhibit_kinds.exhibits(), encoding="utf-8")
    (docs / "outputs.md").write_text(output_dictionary.outputs(), encoding="utf-8")
    page = docs / "workflow.md"
    page.write_text(workflow_page(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
