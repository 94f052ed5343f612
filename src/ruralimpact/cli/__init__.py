"""The command line: `ruralimpact run | new | check | status | trace | package`.

Exit status: 0 when all is well, 1 when something must be mended (said in one line), 2 when the command
itself is not understood.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import get_args

import shtab

from ruralimpact import __version__
from ruralimpact.cli.parsing import Parser
from ruralimpact.cli.speech import OPTION, say, speaking, spoken_language
from ruralimpact.errors import RuralImpactError
from ruralimpact.faults import fault_place, fault_text, storage_fault_behind
from ruralimpact.language import Language, gettext, marked
from ruralimpact.language.told import told, told_paragraphs

# In the order in which someone needs them.
COMMANDS = ("new", "check", "run", "status", "trace", "package")
_BROKEN_PIPE = 13  # the signal of POSIX, which not every system names
_DESCRIPTION = marked("""\
Impact evaluations of rural investment projects, from raw survey files to a report.

A project is a folder with config/ (what is compared), data/ (raw files) and results/ (made here).
""")
_FIRST_STEPS = marked("""\
first steps:
  ruralimpact new ../peru-2026     make a project folder, with a small example study in it; with
                                   --from ../files a draft of the study of these files
  cd ../peru-2026
  ruralimpact check                list every mistake in configuration and data
  ruralimpact run                  make everything that is not up to date
  ruralimpact status               say what is up to date and what is not
  ruralimpact trace ID             go from a printed number back to the rows of raw files
  ruralimpact package STUDY        make the replication package of a study

`ruralimpact COMMAND --help` says more. Tab completion in bash:
  eval "$(ruralimpact --print-completion bash)"
""")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for and return the exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.
    """
    try:
        status = _status(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # as of `ruralimpact run | head`
        return _unread()
    return status


def _status(arguments: Sequence[str] | None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    with speaking(spoken_language(given)):
        return _done(given)


def _done(given: Sequence[str]) -> int:
    named = [name for name in given[:1] if name in COMMANDS]
    options = parser(named or COMMANDS).parse_args(given)
    try:
        return int(options.command(options))
    except RuralImpactError as error:
        say(f"error: {error}", error=True)
        return 1
    except BrokenPipeError:
        raise
    except Exception as error:
        storage = storage_fault_behind(error)
        say(f"error: {storage}" if storage else _fault(error), error=True)
        return 1


def _fault(error: Exception) -> str:
    """Return what is shown of a fault of the program; its message may quote a cell."""
    return (
        f"{fault_text(error)}\n"
        f"error: stopped unexpectedly ({fault_place(error)}). This is a fault of the program, not of "
        "your data."
    )


def _unread() -> int:
    """Stop writing when nobody reads any more, and return the status that a shell gives such a process."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    return 128 + _BROKEN_PIPE


def parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of the command line, with all commands or some."""
    whole = Parser(
        prog="ruralimpact",
        description=gettext(_DESCRIPTION),
        epilog=gettext(_FIRST_STEPS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"ruralimpact {__version__}")
    shtab.add_argument_to(whole)
    commands = whole.add_subparsers(title=gettext("commands"), metavar="COMMAND", required=True)
    for name in names:
        module = _module(name)
        description = told_paragraphs(str(module.__doc__))
        command = commands.add_parser(
            name,
            help=description.partition("\n\n")[0].rstrip(".\n"),
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.add_argument(
            OPTION,
            choices=get_args(Language),
            help="language of what is said here, if not that of the study or the system",
        )
        for action in command._actions:
            action.help = action.help and told(action.help)
        command.set_defaults(command=module.main)
    return whole


def _module(name: str) -> ModuleType:
    """Import a command: each takes much with it that the others do not need."""
    match name:
        case "new":
            from ruralimpact.cli import new

            return new
        case "check":
            from ruralimpact.cli import check

            return check
        case "run":
            from ruralimpact.cli import run

            return run
        case "status":
            from ruralimpact.cli import status

            return status
        case "trace":
            from ruralimpact.cli import trace

            return trace
        case _:
            from ruralimpact.cli import package

            return package
