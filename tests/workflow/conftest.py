"""The small project is run once for all tests and workers; each test gets a copy of it."""

import shutil
from pathlib import Path

import portalocker
import pytest
from project import Project, small_project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests here as slow."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the small project after its first run; do not change it."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent  # one for all workers of pytest-xdist
    root, mark = shared / "small_project", shared / "small_project.done"
    with portalocker.Lock(shared / "small_project.lock", timeout=600):
        if not mark.exists():
            shutil.rmtree(root, ignore_errors=True)
            project = small_project(root)
            shown = project.run()
            assert shown.returncode == 0, shown.stdout + shown.stderr
            mark.write_text(shown.stdout, encoding="utf-8")
    return Project(root)


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """Return a copy of the finished project, free to change."""
    return finished.copy_to(tmp_path / "project")
