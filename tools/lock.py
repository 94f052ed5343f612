"""Resolve the direct dependencies of pyproject.toml into the lock files and environment.yml.

Run by `make lock`. The lock files pin every package with its hashes and name no package index, so
that each machine uses the index it is set up for.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCKS = {
    "requirements.lock": ["pyproject.toml"],
    "requirements-uv.lock": ["--group", "bootstrap", "--constraints", "requirements.lock"],
    "requirements-dev.lock": ["--group", "dev", "--constraints", "requirements.lock"],
    "requirements-cluster.lock": ["--group", "cluster", "--constraints", "requirements.lock"],
    "requirements-docs.lock": ["--group", "docs", "--constraints", "requirements.lock"],
}
ENVIRONMENT_HEAD = """\
# For conda users: the same pins as requirements.lock. Written by `make lock`; do not edit.
# No conda was to be had where this was made, so it has not been tried; `make` is the tested way.
#   conda env create --file environment.yml
#   conda activate ruralimpact
#   pip install --no-deps --editable .
#   ruralimpact run
name: ruralimpact
channels:
  - conda-forge
dependencies:
  - python>={python}
  - pip
  - pip:
"""


def pins(lock_text: str) -> list[str]:
    """Return the pinned requirements of a lock file, with markers and without hashes."""
    lines = re.findall(r"^[A-Za-z0-9][^\\\n]*", lock_text, flags=re.MULTILINE)
    return [" ".join(line.split()) for line in lines]


def environment(lock_text: str, project: dict[str, Any]) -> str:
    """Return environment.yml for the pins of requirements.lock."""
    python = project["requires-python"].removeprefix(">=")
    listed = "".join(f'      - "{pin}"\n' for pin in pins(lock_text))
    return ENVIRONMENT_HEAD.format(python=python) + listed


def compile_lock(name: str, sources: list[str]) -> None:
    """Write one lock file for every platform and Python the project supports."""
    uv = Path(sys.executable).parent / "uv"
    command = [str(uv) if uv.exists() else shutil.which("uv") or "uv", "pip", "compile", *sources]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]
    # One version of each package for every Python: the same numbers everywhere.
    command += ["--fork-strategy", "fewest", "--no-header", "--no-annotate", "--quiet"]
    command += ["--output-file", name]
    subprocess.run(command, cwd=ROOT, check=True)
    text = (ROOT / name).read_text(encoding="utf-8")
    if "://" in text:
        raise SystemExit(f"error: {name} names a package index or an address; it must not")


def main() -> None:
    """Write all lock files, then environment.yml."""
    for name, sources in LOCKS.items():
        compile_lock(name, sources)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock_text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (ROOT / "environment.yml").write_text(environment(lock_text, project), encoding="utf-8")


if __name__ == "__main__":
    main()
