"""Names that one key of a configuration gives and another must know."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ruralimpact.errors import ConfigError, UnknownNameError
from ruralimpact.suggestions import nearest


def unknown_names(
    names: Iterable[str], known: Iterable[str], kind: str, file: Path, key: str
) -> Iterator[ConfigError]:
    """Yield an error for each name that is not known, with the nearest that is.

    Parameters
    ----------
    names, known : iterable of str
    kind : str
        What the names are, for the message: ``variable``, ``outcome`` ...
    file : path
    key : str
    """
    known = list(known)
    for name in names:
        if name not in known:
            problem = f"unknown {kind} '{name}'. {nearest(name, known)}"
            yield UnknownNameError(problem, name=name, file=file, key=key)


def repeated_names(names: Iterable[str], file: Path, key: str) -> Iterator[ConfigError]:
    """Yield an error for each name that stands there already."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield ConfigError(f"the name '{name}' stands twice.", file=file, key=key)
        seen.add(name)
