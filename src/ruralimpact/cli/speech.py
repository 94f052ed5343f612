"""What the command line says, and in which language."""

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import get_args

from ruralimpact.language import SOURCE, Language, speaking
from ruralimpact.language.told import told

OPTION = "--language"
VARIABLE = "RURALIMPACT_LANGUAGE"
# In the order in which POSIX asks them.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_STATED = re.compile(r"^language:\s*['\"]?(\w+)", flags=re.MULTILINE)

__all__ = ("OPTION", "say", "speaking", "spoken_language")


def say(*lines: str, error: bool = False) -> None:
    """Print lines in the language that is spoken.

    Parameters
    ----------
    *lines : str
        In English; texts of several lines, too.
    error : bool, optional
        Whether they go to standard error.
    """
    said = (told(line) for text in lines for line in text.split("\n"))
    print("\n".join(said), file=sys.stderr if error else sys.stdout, flush=True)


def spoken_language(given: Sequence[str], environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of messages: the one asked for, that of the studies, or that of the system.

    Parameters
    ----------
    given : sequence of str
        Arguments of the command line, not yet understood.
    environment : mapping of str to str, optional
    """
    asked = _value(given, OPTION) or environment.get(VARIABLE, "")
    system = next(filter(None, map(environment.get, _LOCALE)), "")
    candidates = (asked, _of_studies(given), re.split(r"[_.@]", system)[0])
    return next(filter(None, map(_known, candidates)), SOURCE)


def _known(name: str) -> Language | None:
    return next((language for language in get_args(Language) if language == name), None)


def _value(given: Sequence[str], option: str) -> str:
    """Return the value of an option, written in either way."""
    for position, argument in enumerate(given):
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
        if argument == option:
            return next(iter(given[position + 1 :]), "")
    return ""


def _of_studies(given: Sequence[str]) -> str:
    """Return the language that the studies state, if they state one and the same; files need not be sound."""
    folder = Path(_value(given, "--directory") or ".") / "config" / "studies"
    named = [folder / name / "study.yaml" for name in given if not name.startswith("-")]
    chosen = [path for path in named if path.is_file()] or sorted(folder.glob("*/study.yaml"))
    stated = set(_stated(chosen))
    return stated.pop() if len(stated) == 1 else ""


def _stated(files: Iterable[Path]) -> Iterable[str]:
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        key = _STATED.search(text)
        yield key[1] if key else ""
