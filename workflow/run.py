"""Run the pipeline: `python workflow/run.py [STUDY ...] [--cores N]`. This is what `make` calls."""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".snakemake"
EVENTS, STEPS, OUTPUT = (
    STATE / name for name in ("run.events.jsonl", "run.progress.jsonl", "run.output.log")
)
_POLL_SECONDS = 0.05

sys.path.insert(0, str(ROOT / "src"))

from runner import outcome, processes  # noqa: E402
from runner.display import display  # noqa: E402
from runner.stages import LineReader, RunProgress  # noqa: E402

from ruralimpact.config import check_files, known_studies, load_config, load_studies  # noqa: E402
from ruralimpact.errors import ConfigError, RuralImpactError  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the studies asked for and return the exit status."""
    options = _options(arguments)
    os.chdir(ROOT)
    try:
        studies = _studies(options.studies)
        with processes.stop_signals(), processes.only_run(STATE):
            return _run(studies, _command(options))
    except RuralImpactError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except processes.AnotherRunError:
        print("error: another run is at work in this folder; wait until it ends.", file=sys.stderr)
        return 1
    except processes.StoppedError as stop:
        print(
            "\nStopped. Stages that had finished are kept; the next run goes on from there.",
            file=sys.stderr,
        )
        return 128 + stop.number


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build the studies of config/config.yaml.")
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="build only these studies")
    parser.add_argument("--cores", type=int, help="jobs at the same time")
    return parser.parse_args(arguments)


def _studies(names: Sequence[str]) -> list[dict[str, Any]]:
    """Read the configuration, with the studies named on the command line if there are any."""
    config = load_config(ROOT)
    known = known_studies(ROOT)
    for name in names:
        if name not in known:
            raise ConfigError(f"there is no study '{name}'. Known studies: {', '.join(known)}.")
    studies = load_studies(ROOT, {**config, "studies": list(names) or config["studies"]})
    check_files(ROOT, studies)
    return studies


def _command(options: argparse.Namespace) -> list[str]:
    command = [sys.executable, "-m", "snakemake", "--logger", "ruralimpact", "--rerun-incomplete"]
    command += ["--nocolor", "--keep-going"]
    if options.studies:
        command += ["--config", f"studies=[{','.join(options.studies)}]"]
    if options.cores:
        command += ["--cores", str(options.cores)]
    return command


def _environment() -> dict[str, str]:
    paths = [ROOT / "workflow" / "plugins", ROOT / "src", *_split(os.environ.get("PYTHONPATH"))]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "RURALIMPACT_EVENTS": str(EVENTS),
        "RURALIMPACT_PROGRESS": str(STEPS),
    }


def _split(paths: str | None) -> list[str]:
    return paths.split(os.pathsep) if paths else []


def _run(studies: Sequence[Mapping[str, Any]], command: Sequence[str]) -> int:
    """Run Snakemake, show where it is, and print what came of it."""
    for path in (EVENTS, STEPS):
        path.unlink(missing_ok=True)
    progress, began = RunProgress(studies), time.monotonic()
    events, steps = LineReader(EVENTS), LineReader(STEPS)
    with processes.started(command, STATE, _environment(), OUTPUT) as process:
        shown = None
        try:
            while True:
                ended = process.poll() is not None
                for event in events.new():
                    progress.take_event(event)
                for step in steps.new():
                    progress.take_step(step)
                if progress.any_planned:
                    shown = shown or display().__enter__()
                    shown.update(progress.studies.values())
                if ended:
                    break
                time.sleep(_POLL_SECONDS)
        finally:
            if shown:
                shown.__exit__(None, None, None)
    return _conclude(studies, progress, process.returncode, time.monotonic() - began)


def _conclude(
    studies: Sequence[Mapping[str, Any]], progress: RunProgress, status: int, seconds: float
) -> int:
    """Print the reports of the studies that are whole, then what went wrong with the others."""
    if status == 0 and not progress.any_planned:
        print("Nothing to do: all results are up to date.")
    elif status == 0:
        print(f"Done in {seconds:.0f} seconds.")
    for study in studies:
        if status == 0 or (progress.any_planned and progress.studies[study["name"]].complete):
            print("\n".join(["", *outcome.summary(study, ROOT)]))
    if status != 0:
        sys.stdout.flush()
        print("\n".join(outcome.errors(progress, OUTPUT.relative_to(ROOT))), file=sys.stderr)
    return min(status, 1)


if __name__ == "__main__":
    sys.exit(main())
