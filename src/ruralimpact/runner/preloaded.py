"""Imports what all stages need: for the process that jobs are forked from, and nothing else."""

import ast
import contextlib
import gc
import importlib
from collections.abc import Iterator
from pathlib import Path

from ruralimpact.locations import shipped

# What stages import where they draw.
_DRAWING = (
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
)


def imported_by(script: Path) -> Iterator[str]:
    """Yield the names of the modules that a script imports at its top."""
    for statement in ast.parse(script.read_bytes()).body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module is not None:
            yield statement.module


def _preload() -> None:
    for script in sorted(shipped("workflow", "scripts").glob("*.py")):
        # What is wrong with a stage is told by its job.
        with contextlib.suppress(Exception):
            for name in imported_by(script):
                importlib.import_module(name)
    for name in _DRAWING:
        importlib.import_module(name)
    # Else collecting garbage would write to the memory that jobs share, and so copy it.
    gc.freeze()


_preload()
