"""The parser of the command line, whose own words are in the language that is spoken."""

import argparse
from typing import NoReturn

from ruralimpact.language import gettext, marked
from ruralimpact.language.told import told

_WORDS = (
    marked("usage: "),
    marked("positional arguments:"),
    marked("options:"),
    marked("show this help message and exit"),
    marked("show program's version number and exit"),
    marked("print shell completion script"),
)
"""What libraries say in every help."""


class Parser(argparse.ArgumentParser):
    """A parser that speaks; those of its commands are of the same kind."""

    def format_help(self) -> str:
        """Return the whole help."""
        return _spoken(super().format_help())

    def format_usage(self) -> str:
        """Return how it is called."""
        return _spoken(super().format_usage())

    def error(self, message: str) -> NoReturn:
        """Say what was not understood, and end with status 2."""
        self.exit(2, f"{self.format_usage()}{self.prog}: error: {told(message)}\n")


def _spoken(text: str) -> str:
    for words in _WORDS:
        text = text.replace(words, gettext(words))
    return text
