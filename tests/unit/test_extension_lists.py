"""The lists of CONTRIBUTING: a strategy, outcome or estimator that lacks one of their places is named."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest

from ruralimpact.design.strategies import METHODS
from ruralimpact.estimation.strategy_estimators import ESTIMATORS
from ruralimpact.exhibits.results import METHOD_LABELS
from ruralimpact.outcomes.build import CONSTRUCTORS
from ruralimpact.schema.analysis import DifferenceInDifferences, GroupTimeEstimator, Panel
from ruralimpact.schema.construction import Construction
from ruralimpact.schema.definitions import AnyOutcome, AnyVariable

ROOT = Path(__file__).parents[2]
LISTS = ("an estimator", "a strategy", "an outcome", "a table or figure", "a result table")


def simulation() -> ModuleType:
    path = ROOT / "tests/simulation/coverage.py"
    spec = importlib.util.spec_from_file_location("simulated_coverage", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def builds(union: Any) -> set[str]:
    """Return the values of `build` that choose a model of a union."""
    models = get_args(get_args(union)[0])
    return {name for model in models for name in get_args(model.model_fields["build"].annotation)}


def test_contributing_has_every_list() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for what in LISTS:
        assert f"## To add {what}\n" in text


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_strategy_has_its_row_and_its_estimator(method: str) -> None:
    registry = (ROOT / "docs/methods/README.md").read_text(encoding="utf-8")
    assert f"`{method}`" in registry, f"add a row of '{method}' to docs/methods/README.md"
    own = METHODS[method].estimator
    assert own in ESTIMATORS, f"register '{own}' in estimation/strategy_estimators.py"


def test_coverage_of_every_strategy_is_simulated_or_says_why_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tests/simulation")
    coverage = simulation()
    simulated = {row["method"] for row in coverage.STRATEGIES.values()}
    without = set(METHODS) - simulated - set(coverage.NOT_SIMULATED)
    assert not without, (
        f"add {sorted(without)} to STRATEGIES of tests/simulation/coverage.py, or to NOT_SIMULATED there "
        "with the reason"
    )
    assert not simulated & set(coverage.NOT_SIMULATED)
    assert set(coverage.NOT_SIMULATED) <= set(METHODS)


def test_what_can_be_built_is_built_and_described() -> None:
    outcomes = builds(AnyOutcome)
    assert builds(AnyVariable) == outcomes, (
        "schema/definitions.py: AnyVariable or AnyOutcome lacks one"
    )
    assert set(CONSTRUCTORS) == outcomes, "outcomes/build.py: CONSTRUCTORS"
    schema = Construction.model_json_schema()["properties"]["build"]["description"]
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests/unit").glob("test_outcomes*.py")
    )
    for name in outcomes:
        assert f"`{name}`" in schema, f"describe '{name}' under `build` of Construction"
        assert f'"{name}"' in tests, f"test '{name}' in tests/unit/test_outcomes_*.py"


PACKAGE = ROOT / "src" / "ruralimpact"
# Functions that return a scored estimate and are no estimators: they put together those of others.
PUT_TOGETHER = {
    *("estimation/degenerate.py", "estimation/estimands.py", "estimation/missing.py"),
    *("estimation/potential_means.py", "estimation/stratified.py"),
    *("difference/estimators.py", "difference/levels.py", "difference/staggered.py"),
    *("attrition/matched.py", "attrition/response.py"),
}
NOT_COMPARED = {
    "panel_estimator": "one of the two above it, by name",
    "weighted_difference": "scores are numerical derivatives; other software through its strategies",
    "analysis_of_covariance": "statsmodels, in tests/unit",
    "repeated_difference": "values of drdid, in tests/unit/test_difference_repeated.py",
    "reweighted_difference": "statsmodels and numerical derivatives, in tests/unit",
    "reweighted_regression": "statsmodels and numerical derivatives, in tests/unit",
}


def estimating_functions() -> dict[str, str]:
    """Return the module of every public function that returns a scored estimate."""
    result = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = str(path.relative_to(PACKAGE))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                returned = "" if node.returns is None else ast.unparse(node.returns)
                if "ScoredEstimate" in returned and module not in PUT_TOGETHER:
                    result[node.name] = module
    return result


@pytest.mark.parametrize(("function", "module"), estimating_functions().items())
def test_an_estimator_has_its_row_and_an_outside_value(function: str, module: str) -> None:
    registry = (ROOT / "docs/methods/README.md").read_text(encoding="utf-8")
    assert Path(module).name in registry, f"add a row of `{module}` to docs/methods/README.md"
    paths = (ROOT / "tests/reference").rglob("test_*.py")
    compared = any(function in path.read_text(encoding="utf-8") for path in paths)
    assert compared or function in NOT_COMPARED, (
        f"compare '{function}' with an outside value in tests/reference, or say in NOT_COMPARED of "
        "tests/unit/test_extension_lists.py why not"
    )


def test_what_is_said_of_functions_is_about_some() -> None:
    assert set(NOT_COMPARED) <= set(estimating_functions())
    assert all((PACKAGE / module).is_file() for module in PUT_TOGETHER)


def named_estimators() -> list[str]:
    """Return the names by which analyses ask for estimators."""
    lists = [
        get_args(model.model_fields["estimators"].annotation)[0]
        for model in (Panel, DifferenceInDifferences)
    ]
    return [name for choice in (*lists, GroupTimeEstimator) for name in get_args(choice)]


@pytest.mark.parametrize("name", named_estimators())
def test_an_estimator_that_analyses_name_has_its_label_and_its_page(name: str) -> None:
    pages = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "docs/methods").glob("*.md")
    )
    assert f"`{name}`" in pages, f"describe `{name}` on a page of docs/methods"
    assert name in METHOD_LABELS, (
        f"add '{name}' to METHOD_LABELS of src/ruralimpact/exhibits/results.py"
    )
