"""What keeps a file from being written or read, in words: a full disk, a folder that is read-only."""

import errno
import re
import shutil
from pathlib import Path

_CAUSES = {
    "ENOSPC": "the disk is full",
    "EDQUOT": "the disk quota is used up",
    "EROFS": "the disk is read-only",
    "EACCES": "permission is denied",
    "EPERM": "permission is denied",
}
# Windows has not all of them.
_BY_NUMBER = {
    getattr(errno, name): words for name, words in _CAUSES.items() if hasattr(errno, name)
}
_NUMBER = re.compile(r"\[Errno (\d+)\][^\n:]*(?::\s*'([^'\n]+)')?")
_ALMOST_NOTHING = 64 * 1024  # bytes


def storage_fault(error: OSError) -> str | None:
    """Return what is wrong with the disk or the folder, or None if the error is another one."""
    return storage_fault_in(str(error))


def storage_fault_in(text: str) -> str | None:
    """Return what the last error number of a text says is wrong with the disk or the folder, if it does.

    Parameters
    ----------
    text : str
        As Python writes it: ``[Errno 28] No space left on device: 'a.csv'``.
    """
    named = [
        (_BY_NUMBER[int(number)], file)
        for number, file in _NUMBER.findall(text)
        if int(number) in _BY_NUMBER
    ]
    if not named:
        return None
    words, file = named[-1]
    where = f"file {file}: " if file else ""
    return f"{where}{words}. Put that right and run again; earlier results are as they were."


def full_disk(folder: Path) -> str | None:
    """Return the same words as `storage_fault` if no space is left where a folder lies."""
    if shutil.disk_usage(folder).free > _ALMOST_NOTHING:
        return None
    return storage_fault_in(f"[Errno {errno.ENOSPC}]")
