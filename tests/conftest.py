"""Rules for all tests."""

from collections.abc import Generator

import numpy as np
import pytest


def _digest() -> tuple[object, ...]:
    name, keys, *rest = np.random.get_state()  # noqa: NPY002 - it is what must not be used
    return (name, np.asarray(keys).tobytes(), *rest)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that draws from or seeds numpy's global random state."""
    before = _digest()
    result = yield
    if _digest() != before:
        pytest.fail(f"{item.name} changed numpy's global random state; pass a Generator instead")
    return result
