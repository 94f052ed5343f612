"""A fault of the program as it may be shown: its type and place, not what its message may quote."""

import re
import traceback
from collections.abc import Iterator
from pathlib import Path

from ruralimpact.storage import storage_fault_in

_LED_BY = "fault: "
_LINE = re.compile(rf"^{_LED_BY}(.+)$", flags=re.MULTILINE)
# In the folders that hold code of this project; a fault is often raised by a library that it calls.
_OWN = ("ruralimpact", "scripts", "plugins")


def fault_place(error: BaseException) -> str:
    """Return the type of an exception and the innermost line of this project that it came through.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
        Such as ``KeyError in estimation/weighting.py, line 40``.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if set(_OWN) & set(Path(frame.filename).parts)] or frames
    if not own:
        return type(error).__name__
    file = "/".join(Path(own[-1].filename).parts[-2:])
    return f"{type(error).__name__} in {file}, line {own[-1].lineno}"


def fault_text(error: BaseException) -> str:
    """Return the lines of code that exceptions came through, the types of these, and last the place.

    A message may quote a cell of an identifier, as `KeyError` does, and so may a note: both are left out.

    Parameters
    ----------
    error : BaseException
    """
    raised = [
        f"{''.join(traceback.format_tb(own.__traceback__))}{type(own).__name__}"
        for own in _chain(error)
    ]
    return "\n\n".join([*reversed(raised), f"{_LED_BY}{fault_place(error)}"])


def told_fault(text: str) -> str:
    """Return the place in the last `fault_text` of a log, or nothing."""
    places = _LINE.findall(text)
    return str(places[-1]) if places else ""


def storage_fault_behind(error: BaseException) -> str | None:
    """Return what is wrong with the disk or folder, if an exception or one behind it says so."""
    words = (storage_fault_in(str(own)) for own in _chain(error))
    return next((own for own in words if own is not None), None)


def is_for_memory(error: BaseException) -> bool:
    """Whether an exception, or one behind it, is that the memory did not suffice."""
    return any(isinstance(own, MemoryError) for own in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that it was raised from."""
    behind: BaseException | None = error
    while behind is not None:
        yield behind
        context = None if behind.__suppress_context__ else behind.__context__
        behind = behind.__cause__ or context
