"""The lock files, environment.yml and pyproject.toml agree, and none names a package index."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import lock

import ruralimpact

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DIRECT = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-dev.lock": PROJECT["dependency-groups"]["dev"],
    "requirements-uv.lock": PROJECT["dependency-groups"]["bootstrap"],
}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pinned(name: str) -> dict[str, str]:
    pairs = (pin.split(" ;")[0].split("==") for pin in lock.pins(read(name)))
    return {package.lower(): version for package, version in pairs}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.mark.parametrize("name", DIRECT)
def test_every_direct_dependency_is_pinned_within_its_bounds(name: str) -> None:
    pins = pinned(name)
    for requirement in DIRECT[name]:
        package, bound = re.split(r">=", requirement.split(",")[0])
        assert numbers(pins[package.lower()]) >= numbers(bound), requirement


@pytest.mark.parametrize("name", DIRECT)
def test_every_pin_has_a_hash_and_no_index_is_named(name: str) -> None:
    text = read(name)
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(entries) == len(lock.pins(text))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "index" not in re.sub(r"^[a-z0-9-]+==", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements-dev.lock", "requirements-uv.lock"])
def test_locks_agree(name: str) -> None:
    run, other = pinned("requirements.lock"), pinned(name)
    both = run.keys() & other.keys()
    assert {package: other[package] for package in both} == {
        package: run[package] for package in both
    }


def test_the_conda_environment_holds_the_same_pins() -> None:
    text = read("environment.yml")
    assert text == lock.environment(read("requirements.lock"), PROJECT["project"]), (
        "run `make lock`"
    )
    content = yaml.safe_load(text)
    python, _, installed = content["dependencies"]
    assert python == f"python{PROJECT['project']['requires-python']}"
    assert installed["pip"] == lock.pins(read("requirements.lock"))


def test_the_build_backend_is_pinned() -> None:
    """The package is installed without build isolation, by the backend that the lock pins."""
    (backend,) = PROJECT["build-system"]["requires"]
    assert backend in PROJECT["dependency-groups"]["bootstrap"]


def test_versions_agree() -> None:
    version = PROJECT["project"]["version"]
    assert ruralimpact.__version__ == version
    assert yaml.safe_load(read("CITATION.cff"))["version"] == version
    newest = next(line for line in read("CHANGELOG.md").splitlines() if line.startswith("## "))
    released = rf"## {re.escape(version)} - \d{{4}}-\d\d-\d\d"
    assert re.fullmatch("## Unreleased" if "dev" in version else released, newest)
