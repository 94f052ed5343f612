"""Show progress: live bars on a terminal, plain lines elsewhere."""

import os
import sys
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Protocol, Self

from ruralimpact.language import gettext
from ruralimpact.runner.stages import StudyProgress

_LINE_SECONDS = 5.0


class Display(Protocol):
    """What shows the progress of a run."""

    def __enter__(self) -> Self:
        """Start to show."""

    def __exit__(self, kind: object, error: object, trace: TracebackType | None) -> None:
        """Leave the last state standing."""

    def update(self, studies: Iterable[StudyProgress]) -> None:
        """Show where each study is."""


def display() -> Display:
    """Return live bars on a terminal that can show them, else plain lines."""
    plain = any(os.environ.get(name) for name in ("NO_COLOR", "CI")) or (
        os.environ.get("TERM", "dumb") == "dumb"
    )
    return PlainDisplay() if plain or not sys.stdout.isatty() else LiveDisplay()


class PlainDisplay:
    """One line whenever a study moves on, and now and then inside a long stage."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[str, int, float]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: TracebackType | None) -> None:
        pass

    def update(self, studies: Iterable[StudyProgress]) -> None:
        """Print the studies that have moved on."""
        for study in studies:
            text, now = study.describe(), time.monotonic()
            last, step, when = self._shown.setdefault(study.name, (gettext("waiting"), 0, now))
            moved = text != last and (step != study.step or study.complete or study.failed)
            if moved or (text != last and now - when > _LINE_SECONDS):
                self._shown[study.name] = (text, study.step, now)
                print(f"{study.name}  {text}", flush=True)


class LiveDisplay:
    """A bar a study."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._tasks: dict[str, int] = {}
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("{task.fields[where]}", markup=False),
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: object, error: object, trace: TracebackType | None) -> None:
        self._progress.stop()

    def update(self, studies: Iterable[StudyProgress]) -> None:
        """Move the bars."""
        for study in studies:
            if study.name not in self._tasks:
                self._tasks[study.name] = self._progress.add_task(study.name, total=1.0, where="")
            self._progress.update(
                self._tasks[study.name],  # type: ignore[arg-type]
                completed=study.fraction,
                where=study.describe(),
            )
