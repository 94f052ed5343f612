"""Mappings without types are where types cannot be known, and nowhere else."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FREE = re.compile(r"(?:Mapping|dict)\[str, Any\]")
UNTIL_VALIDATED = "a strategy or a file as written, before a model has checked it"
WHY = {
    "design/point_tree.py": "keywords of SciPy's tree",
    "design/strategies/base.py": "options of any strategy, by name",
    "design/study.py": "contents of a JSON file",
    "exhibits/document.py": "contents of a JSON file",
    "exhibits/palette.py": "keywords of matplotlib",
    "exhibits/plugin_inputs.py": "what a plug-in reads is of its own type",
    "exhibits/registry.py": "fields of models that pydantic makes of the kinds there are",
    "exhibits/report.py": "what a template takes",
    "exhibits/results.py": "what a plug-in reads is of its own type",
    "exhibits/write_pdf.py": "what a template takes",
    "impact.py": UNTIL_VALIDATED,
    "randomisation.py": UNTIL_VALIDATED,
    "runner/messages.py": "a line of JSON that another program writes",
    "runner/processes.py": "keywords of a process, which differ by system",
    "schema/base.py": "values of the keys of any model",
    "schema/document.py": UNTIL_VALIDATED,
    "schema/stages.py": "plain mappings, which is how Snakemake compares what a rule is passed",
    "stage.py": "what Snakemake names, of any type",
    "../snakemake_logger_plugin_ruralimpact/__init__.py": "a line of JSON that another program reads",
}


def test_only_what_cannot_be_typed_is_a_free_mapping() -> None:
    package = ROOT / "src" / "ruralimpact"
    paths = [*(ROOT / "src").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]
    free = {path for path in paths if FREE.search(path.read_text(encoding="utf-8"))}
    assert free == {(package / name).resolve() for name in WHY}
