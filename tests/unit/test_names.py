"""Names: what docstrings point at is there, and what exhibits are made of has a name of its own."""

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


def classes(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def test_what_exhibits_are_made_of_has_names_of_its_own() -> None:
    """A class of exhibits or contracts shares its name with no other of the package."""
    counts = Counter(name for path in MODULES for name in classes(path))
    own = {
        name
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] in ("exhibits", "contracts")
        for name in classes(path)
    }
    assert not {name for name in own if counts[name] > 1}
