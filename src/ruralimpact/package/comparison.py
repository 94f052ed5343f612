"""Two runs of a study, byte for byte."""

import filecmp
from collections.abc import Iterator
from pathlib import Path

from ruralimpact.package.layout import HISTORY, TIMES


def result_files(folder: Path) -> Iterator[Path]:
    """Yield the files of results, relative to their folder, in order; none that tells of times."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not TIMES & set(name.parts):
            yield name


def differences(first: Path, second: Path) -> list[str]:
    """Return what differs between two folders of results of one study, a line a file.

    Parameters
    ----------
    first, second : path
        Files that hold what was run in a folder before may differ.
    """
    ours, theirs = (set(result_files(folder)) for folder in (first, second))
    lines = [f"{name}: only in the first" for name in ours - theirs]
    lines += [f"{name}: only in the second" for name in theirs - ours]
    lines += [
        f"{name}: differs"
        for name in ours & theirs
        if name.name not in HISTORY and not filecmp.cmp(first / name, second / name, shallow=False)
    ]
    return sorted(lines)
