"""Every stage knows what it computes with, so that an edit of it is never missed."""

import ast
from pathlib import Path

import pytest

from ruralimpact.locations import shipped
from ruralimpact.provenance import code_digest, modules_reached

PACKAGE = Path(__file__).parents[2] / "src" / "ruralimpact"
SCRIPTS = sorted(shipped("workflow", "scripts").glob("*.py"))


def imported(path: Path) -> set[Path]:
    """Return the modules of the package that a file imports, read from its syntax tree."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
        else:
            continue
        for name in names:
            first, *parts = name.split(".")
            file = PACKAGE.joinpath(*parts).with_suffix(".py")
            if first == "ruralimpact" and parts and file.exists():
                found.add(file)
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_module_that_a_script_imports_is_reached(script: Path) -> None:
    queue, expected = [script], set()
    while queue:
        for path in imported(queue.pop()) - expected:
            expected.add(path)
            queue.append(path)
    assert expected
    assert expected <= modules_reached(script)


def test_modules_imported_late_are_reached() -> None:
    """Nothing is imported by a name made at run time, but for registries, and plug-ins by their files.

    The foot of the stages imports what words an error, and the runner what jobs are forked with: no result
    depends on that.
    """
    registries = {
        "design_comparisons": ["design/strategies"],
        "make_exhibits": ["exhibits/tables", "exhibits/figures", "design/strategies"],
    }
    for script, folders in registries.items():
        reached = modules_reached(shipped("workflow", "scripts", f"{script}.py"))
        for folder in folders:
            assert set((PACKAGE / folder).glob("*.py")) <= reached
        assert not {path for path in reached if path.parent.name == "cli"}
    named = ("__init__.py", "plugins.py", "stage.py", "runner/preloaded.py")
    apart = {PACKAGE / name for name in named}
    for path in set(PACKAGE.rglob("*.py")) - apart:
        text = path.read_text(encoding="utf-8")
        assert "import_module(" not in text or "iter_modules(__path__" in text, path


def test_the_digest_follows_contents_not_places(tmp_path: Path) -> None:
    here, there = tmp_path / "a" / "scripts", tmp_path / "b" / "scripts"
    for folder in (here, there):
        folder.mkdir(parents=True)
        (folder / "stage.py").write_text("from ruralimpact import (\n    errors,\n)\n", "utf-8")
    first = code_digest(here / "stage.py")
    assert code_digest(there / "stage.py") == first
    template = here / "page.html"
    template.write_text("one", encoding="utf-8")
    assert code_digest(here / "stage.py", template) != first
    assert modules_reached(here / "stage.py") == {PACKAGE / "errors.py"}
