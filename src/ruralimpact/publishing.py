"""Results are what a finished run has made: stages work elsewhere, and all is put in place at the end."""

import filecmp
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from ruralimpact import stage

# Below the folder of what the stages make of a study: the files that were published last.
_LIST = "published.json"


def publish(files: Sequence[Path], source: Path, target: Path) -> None:
    """Put files in place as results, and take away those that are no longer made.

    Parameters
    ----------
    files : sequence of path
        Files under `source`.
    source, target : path
        Folders of what the stages make of a study, and of its results. A file that is the same already is
        left alone, with its time.
    """
    names = [path.relative_to(source) for path in files]
    for name in names:
        _place(source / name, target / name)
    for name in set(_published(source)) - set(names):
        (target / name).unlink(missing_ok=True)
    with stage.replacing(source / _LIST) as partial:
        partial.write_text(json.dumps(sorted(name.as_posix() for name in names)), encoding="utf-8")


def whole(source: Path, target: Path) -> bool:
    """Return whether every file that was published last is still among the results."""
    return all((target / name).is_file() for name in _published(source))


def _published(source: Path) -> list[Path]:
    try:
        return [Path(name) for name in json.loads((source / _LIST).read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []


def _place(path: Path, target: Path) -> None:
    if target.is_file() and filecmp.cmp(path, target, shallow=False):
        return
    # A copy, not a link: who edits a result by hand must not change what stages read.
    with stage.replacing(target) as partial:
        shutil.copy2(path, partial)
