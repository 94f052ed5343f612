"""Names: what docstrings point at is there, and each class has a name of its own."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
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
# Where a place is one on a map, or on a page; and an item one of the rows of a unit.
ITEMS = {"source", "harmonise", "identifiers", "shared_keys"}
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


@dataclass(frozen=True)
class Written:
    """What a module writes: names that it gives, top-level classes, undecorated functions, and bodies."""

    names: frozenset[str]
    classes: tuple[str, ...]
    functions: frozenset[str]
    bodies: tuple[tuple[str, str], ...]


@cache
def written(path: Path) -> Written:
    """Names of variables, arguments, fields and functions; what functions do that not only pass on."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return Written(
        frozenset(
            [
                *(n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)),
                *(node.arg for node in nodes if isinstance(node, ast.arg)),
                *(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)),
            ]
        ),
        tuple(node.name for node in tree.body if isinstance(node, ast.ClassDef)),
        frozenset(node.name for node in functions if not node.decorator_list),
        tuple((body, node.name) for node in functions if (body := body_of(node))),
    )


def body_of(function: ast.FunctionDef) -> str:
    first = function.body[0]
    is_documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = function.body[1:] if is_documented else function.body
    return ast.dump(ast.Module(body, [])) if len(body) > 1 else ""


def written_in(*folders: str) -> list[Path]:
    root = PACKAGE.parents[1]
    return sorted(path for folder in folders for path in (root / folder).rglob("*.py"))


def test_names_say_what_they_name() -> None:
    meant = {"place": PLACES, "item": ITEMS}
    for path in written_in("src", "plugins", "workflow", "tools", "benchmarks"):
        empty = {
            name
            for name in written(path).names & WORDLESS
            if path.stem not in meant.get(name, set())
        }
        assert not empty, f"{path}: {', '.join(sorted(empty))}"


def test_no_function_is_called_by_tests_only() -> None:
    paths = written_in("src", "plugins", "tools", "workflow")
    callers = [*paths, *(PACKAGE.parents[1] / "workflow").rglob("*.smk")]
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
        public = {name for name in written(path).functions if not name.startswith("_")}
        unused = {name for name in public - overriding if words[name] < 2}
        assert not unused, f"{path}: only tests call {', '.join(sorted(unused))}"


def test_no_two_classes_share_a_name() -> None:
    """Neither in the package nor in the plug-ins that come with it."""
    paths = [*MODULES, *written_in("plugins")]
    counts = Counter(name for path in paths for name in written(path).classes)
    assert not {name for name, count in counts.items() if count > 1}


def test_no_function_stands_twice() -> None:
    stands: dict[str, str] = {}
    for path in written_in("src", "plugins", "workflow"):
        for body, name in written(path).bodies:
            where = f"{path}: {name}"
            assert body not in stands, f"{where} is {stands[body]} again"
            stands[body] = where
