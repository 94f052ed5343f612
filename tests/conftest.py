"""Rules for all tests."""

from collections.abc import Generator

import numpy as np
import pytest


def _digest() -> tuple[object, ...]:
    name, keys, *rest = np.random.get_state()  # noqa: NPY002 - it is what must not be used
    return (name, np.asarray(keys).tobytes(), *rest)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share what their file makes once on one worker; long ones that do not are spread."""
    for item in items:
        if not item.get_closest_marker("slow") or _shares_with_its_file(item):
            item.add_marker(pytest.mark.xdist_group(item.path.name))


def _shares_with_its_file(item: pytest.Item) -> bool:
    definitions = item._fixtureinfo.name2fixturedefs.values()  # type: ignore[attr-defined]
    return any(definition[-1].scope == "module" for definition in definitions)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that draws from or seeds numpy's global random state."""
    before = _digest()
    result = yield
    if _digest() != before:
        pytest.fail(f"{item.name} changed numpy's global random state; pass a Generator instead")
    return result
