"""The import rules of the package, read from its source without importing it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from study_models import SHIPPED

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "ruralimpact"
PLUGINS = {path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")}

# What each part may import from, besides itself and the base. Imports run one way:
# survey <- outcomes <- design <- inference <- estimation <- sensitivity <- exhibits.
BASE = {
    *("errors", "exclusions", "locations", "progress", "provenance", "publishing", "suggestions"),
    *("storage", "faults", "tables", "language", "result_rows", "stage", "schema", "contracts"),
}
MAY_IMPORT = {
    "across_studies": {"exhibits"},
    "cli": {
        "across_studies",
        "checks",
        "config",
        "draft",
        "package",
        "plugins",
        "privacy",
        "runner",
        "trace",
    },
    "checks": {
        *("config", "survey", "privacy", "outcomes", "design", "plugins", "raw_rows"),
        *("estimation", "heterogeneity", "decomposition", "difference", "attrition", "power"),
        *("portfolio", "returns", "survival", "responses", "gains", "description"),
    },
    "runner": {"config"},
    "defaults": set(),
    "draft": {"survey", "privacy"},
    "config": {"defaults", "survey", "outcomes", "design", "plugins", "exhibits"},
    "privacy": set(),
    "survey": {"privacy"},
    "outcomes": {"survey"},
    "data_quality": {"survey"},
    "design": set(),
    "inference": {"design"},
    "estimation": {"design", "inference"},
    "sensitivity": {"design", "inference", "estimation"},
    "heterogeneity": {"description", "design", "inference", "estimation"},
    "decomposition": {"design", "inference", "estimation"},
    "difference": {"design", "inference", "estimation"},
    "attrition": {"design", "inference", "estimation"},
    "power": {"design", "estimation"},
    "description": {"survey"},
    "portfolio": {"design", "description"},
    "returns": {"design", "description", "inference"},
    "survival": {"design", "description", "inference"},
    "responses": {"design", "description", "inference"},
    "gains": {"design", "description", "difference", "power", "returns"},
    "waves": {"survey"},
    "package": {
        "config",
        "estimation",
        "survey",
        "design",
        "exhibits",
        "plugins",
        "privacy",
        "trace",
    },
    "trace": {"config", "survey", "design", "exhibits", "waves", "raw_rows"},
    "exhibits": {
        *("design", "inference", "estimation", "sensitivity"),
        *("difference", "attrition", "power", "waves", "plugins"),
    },
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Return the dotted names that a module imports, at any depth of its code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            module = node.module or ""
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def parts_imported(path: Path) -> set[str]:
    names = {name.split(".")[1] for name in imports(path) if name.startswith("ruralimpact.")}
    return {
        name for name in names if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()
    }


def test_every_part_is_placed() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= {*MAY_IMPORT, *BASE}, "say in MAY_IMPORT where a new part stands"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    part = part_of(path)
    if part in MAY_IMPORT:
        allowed = MAY_IMPORT[part] | BASE | {part}
        assert parts_imported(path) <= allowed, f"{part} may import {sorted(allowed)}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_knows_snakemake(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] == "snakemake"}


# What a plug-in may build on: the tables and figures of exhibits, errors, and what says how to plug in.
PUBLIC = {
    *("errors", "exhibits", "plugins", "progress", "schema", "stage", "suggestions"),
    *("tables", "decomposition", "responses", "language"),
}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_package_imports_no_plugin(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & PLUGINS


@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_plugins_import_only_what_is_public(name: str) -> None:
    for path in sorted((ROOT / "plugins" / name).rglob("*.py")):
        found = imports(path)
        assert parts_imported(path) <= PUBLIC, path
        others = PLUGINS - {name}
        assert not {one.split(".")[0] for one in found} & others, f"{path} imports another plug-in"
        own = {one for one in found if one.startswith("ruralimpact.")}
        private = {one for one in own if any(part.startswith("_") for part in one.split("."))}
        assert not private, f"{path} imports private names"


def test_nothing_is_named_after_one_document_or_country() -> None:
    """What is about one of them is in its study's folder or a plug-in."""
    words = {"bolivia", "claims", "ppar", *PLUGINS, *SHIPPED} - {"nsw"}
    paths = [path for folder in (PACKAGE, ROOT / "workflow") for path in folder.rglob("*")]
    for path in paths:
        if path.suffix not in {".py", ".smk", ".yaml", ".j2"}:
            continue
        text = f"{path.relative_to(ROOT)} {path.read_text(encoding='utf-8')}".lower()
        named = {word for word in words if re.search(rf"(?<![a-z]){word}", text)}
        assert not named, f"{path} names {sorted(named)}"


def test_base_imports_no_part() -> None:
    for path in modules():
        if part_of(path) in BASE - {"stage"}:
            assert parts_imported(path) <= BASE


def test_design_reads_no_outcome_table() -> None:
    """No module of design, nor its script, names the outcomes table."""
    script = ROOT / "workflow" / "scripts" / "design_comparisons.py"
    for path in [*(PACKAGE / "design").rglob("*.py"), script]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not {text for text in texts if text.endswith("outcomes.parquet")}, path


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_exhibits_round(path: Path) -> None:
    if part_of(path) == "exhibits":
        return
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    # `round(x)` of one argument makes a whole number of a count; it drops no decimals of a result.
    rounding = [
        call
        for call in calls
        if (ast.unparse(call.func) == "round" and len(call.args) + len(call.keywords) > 1)
        or ast.unparse(call.func).endswith((".round", ".around"))
    ]
    assert not rounding, f"{path} rounds; exhibits are the only place that does"


def test_importing_the_package_is_cheap() -> None:
    """`import ruralimpact` imports neither numpy nor pandas nor statsmodels nor scipy."""
    trees = ["numpy", "pandas", "scipy", "statsmodels", "sklearn", "matplotlib"]
    code = f"import sys, ruralimpact; print([m for m in {trees} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_public_names_can_be_imported() -> None:
    import ruralimpact

    assert set(ruralimpact.__all__) == set(ruralimpact._MODULES)
    for name in ruralimpact.__all__:
        assert getattr(ruralimpact, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'estimat'"):
        _ = ruralimpact.estimat
