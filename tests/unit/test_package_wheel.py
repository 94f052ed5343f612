"""What a replication package carries of the software."""

import tomllib
from pathlib import Path

from ruralimpact.package.wheel import SHIPPED

ROOT = Path(__file__).parents[2]


def test_a_package_carries_what_a_wheel_does() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert set(SHIPPED) == set(included)
