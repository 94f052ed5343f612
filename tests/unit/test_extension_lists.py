"""The lists of CONTRIBUTING: a strategy or an outcome that lacks one of their places is named."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest

from ruralimpact.design.strategies import METHODS
from ruralimpact.estimation.strategy_estimators import ESTIMATORS
from ruralimpact.outcomes.build import _CONSTRUCTORS
from ruralimpact.schema.construction import AnyOutcome, AnyVariable, Construction

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
    assert not without, f"add {sorted(without)} to STRATEGIES of tests/simulation/coverage.py"
    assert not simulated & set(coverage.NOT_SIMULATED)
    assert set(coverage.NOT_SIMULATED) <= set(METHODS)


def test_what_can_be_built_is_built_and_described() -> None:
    outcomes = builds(AnyOutcome)
    assert builds(AnyVariable) == outcomes, (
        "schema/construction.py: AnyVariable or AnyOutcome lacks one"
    )
    assert set(_CONSTRUCTORS) == outcomes, "outcomes/build.py: _CONSTRUCTORS"
    schema = Construction.model_json_schema()["properties"]["build"]["description"]
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests/unit").glob("test_outcomes*.py")
    )
    for name in outcomes:
        assert f"`{name}`" in schema, f"describe '{name}' under `build` of Construction"
        assert f'"{name}"' in tests, f"test '{name}' in tests/unit/test_outcomes_*.py"
