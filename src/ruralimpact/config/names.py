"""Names that one key of a configuration gives and another must know."""

from collections.abc import Iterable
from pathlib import Path

from ruralimpact.errors import ConfigError
from ruralimpact.suggestions import nearest


def require(names: Iterable[str], known: Iterable[str], kind: str, file: Path, key: str) -> None:
    """Raise for the first name that is not known.

    Parameters
    ----------
    names, known : iterable of str
    kind : str
        What the names are, for the message: ``variable``, ``outcome`` ...
    file : path
    key : str

    Raises
    ------
    ConfigError
        With the nearest known name.
    """
    known = list(known)
    for name in names:
        if name not in known:
            raise ConfigError(
                f"unknown {kind} '{name}'. {nearest(name, known)}", file=file, key=key
            )


def refuse_twice(names: Iterable[str], file: Path, key: str) -> None:
    """Raise for the first name that stands twice.

    Raises
    ------
    ConfigError
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ConfigError(f"the name '{name}' stands twice.", file=file, key=key)
        seen.add(name)
