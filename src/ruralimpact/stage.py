"""The foot of every workflow script: arguments in, one-line errors out, outputs replaced whole."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ruralimpact import progress
from ruralimpact.errors import ConfigError, DataError, DesignError, RuralImpactError
from ruralimpact.faults import fault_text, is_for_memory, storage_fault_behind

_TRIGGERS = {"code", "content"}


def keywords(job: Any) -> dict[str, Any]:
    """Gather the named inputs, outputs and params of a Snakemake job as keyword arguments.

    Parameters
    ----------
    job : snakemake object of a ``script:`` rule
        Params called ``code`` and ``content`` only make a rule re-run when these change, and are excluded.

    Returns
    -------
    dict
        With ``log``, the path of the job's log file, where the rule names one.
    """
    named = {
        name: value
        for section in (job.input, job.output, job.params)
        for name, value in section.items()
        if name not in _TRIGGERS
    }
    return {**named, "log": str(job.log[0])} if len(job.log) else named


def run(function: Callable[..., None], *, log: str | Path | None = None, **arguments: Any) -> None:
    """Call a script's function; turn a fault of the input, or a full disk, into one line and exit status 1.

    A fault of the program ends it, too: standard error has its place, and no value that its message quotes.

    Parameters
    ----------
    function : callable
    log : path, optional
        File that the line is written to as well as to standard error.
    **arguments
        Passed on to `function`.
    """
    try:
        function(**arguments)
    except RuralImpactError as error:
        if (study := _name(arguments.get("study"))) and not is_for_memory(error):
            progress.refuse(study)
        _end(f"error: {_in_project(error, arguments.get('study'))}", log)
    except Exception as error:
        if storage := storage_fault_behind(error):
            _end(f"error: {storage}", log)
        print(fault_text(error), file=sys.stderr)
        sys.exit(1)


def _end(line: str, log: str | Path | None) -> None:
    print(line, file=sys.stderr)
    if log is not None:
        with suppress(OSError):  # the disk may be full
            Path(log).write_text(f"{line}\n", encoding="utf-8")
    sys.exit(1)


def _in_line(error: RuralImpactError) -> RuralImpactError:
    """Name the line of a key, where its file can be read."""
    if not isinstance(error, ConfigError) or error.file is None or not Path(error.file).is_file():
        return error
    document = importlib.import_module("ruralimpact.schema.document")
    validation = importlib.import_module("ruralimpact.schema.validation")
    written = document.read_document(Path(error.file), shown=Path(error.file))
    moved: RuralImpactError = validation.located(error, written)
    return moved


def _in_project(error: RuralImpactError, study: Any) -> RuralImpactError:
    """Name the rows of raw files in an error about units of a sample, the key in one about an analysis."""
    if isinstance(error, DesignError) and isinstance(study, Mapping):
        analyses = [str(analysis.get("name")) for analysis in study.get("analyses", ())]
        return _in_line(error.in_analysis(_study_file(study), analyses))
    if isinstance(error, ConfigError) and error.file is None and isinstance(study, Mapping):
        return _in_line(error.at(file=_study_file(study), key=error.key, mark=None))
    if not isinstance(error, DataError) or not error.units or study is None:
        return error
    # Imported by name, so that it is no part of what a stage computes with: no result depends on it.
    raw_rows = importlib.import_module("ruralimpact.raw_rows")
    located: RuralImpactError = raw_rows.in_raw_files(error, _name(study))
    return located


def _name(study: Any) -> str:
    return str(study["name"]) if isinstance(study, Mapping) else str(study or "")


def _study_file(study: Mapping[str, Any]) -> str:
    return f"config/studies/{study['name']}/study.yaml"


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place only if the block ends well.

    Parameters
    ----------
    path : path
        Folders that do not exist are made. The temporary name keeps the suffix.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.stem}.{os.getpid()}.partial{target.suffix}")
    try:
        yield partial
        partial.replace(target)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
