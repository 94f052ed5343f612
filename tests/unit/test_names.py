"""Names: what docstrings point at is there, and each class has a name of its own."""

import ast
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "ruralimpact"
MODULES = sorted(PACKAGE.rglob("*.py"))
REFERENCE = re.compile(r"`(ruralimpact(?:\.\w+)+)`")


def resolved(name: str) -> bool:
    """Whether a dotted name is that of a module, or of something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_docstrings_point_at_is_there(path: Path) -> None:
    names = set(REFERENCE.findall(path.read_text(encoding="utf-8")))
    gone = sorted(name for name in names if not resolved(name))
    assert not gone, f"{path.name} points at {', '.join(gone)}"


WORDLESS = {"built", "found", "item", "made", "one", "place", "result", "thing"}
# Where a place is one on a map, or on a page; and an item one of the rows of a unit, or of a checklist.
ITEMS = {"source", "harmonise", "identifiers", "shared_keys", "checklists"}
PLACES = {
    "gains",
    "claims",
    "rows",
    "subgroup_order",
    "report_tables",
    "ratings",
    "cells",
    "records",
}


def names_given(path: Path) -> set[str]:
    """Names of variables, arguments, fields and functions."""
    given: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            given.add(node.id)
        elif isinstance(node, ast.arg):
            given.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            given.add(node.name)
    return given


def test_names_say_what_they_name() -> None:
    root = PACKAGE.parents[1]
    paths = [
        path
        for folder in ("src", "plugins", "workflow", "tools")
        for path in (root / folder).rglob("*.py")
    ]
    for path in sorted(paths):
        meant = {"place": PLACES, "item": ITEMS}
        empty = {
            name for name in names_given(path) & WORDLESS if path.stem not in meant.get(name, set())
        }
        assert not empty, f"{path}: {', '.join(sorted(empty))}"


def public_functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    undecorated = {node.name for node in functions if not node.decorator_list}
    return {name for name in undecorated if not name.startswith("_")}


def test_no_function_is_called_by_tests_only() -> None:
    root = PACKAGE.parents[1]
    paths = [*(root / "src").rglob("*.py"), *(root / "plugins").rglob("*.py")]
    paths += [path for folder in ("tools", "workflow") for path in (root / folder).rglob("*.py")]
    callers = [*paths, *(root / "workflow").rglob("*.smk")]
    words = Counter(
        word for path in callers for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    )
    overriding = {
        "handle_starttag",
        "handle_endtag",
        "handle_data",
        "emit",
        "construct_yaml_timestamp",
        "read_chartsheet",
    }
    for path in MODULES:
        unused = {name for name in public_functions(path) - overriding if words[name] < 2}
        assert not unused, f"{path}: only tests call {', '.join(sorted(unused))}"


def classes(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def test_no_two_classes_share_a_name() -> None:
    """Neither in the package nor in the plug-ins that come with it."""
    paths = [*MODULES, *sorted((PACKAGE.parents[1] / "plugins").rglob("*.py"))]
    counts = Counter(name for path in paths for name in classes(path))
    assert not {name for name, count in counts.items() if count > 1}
