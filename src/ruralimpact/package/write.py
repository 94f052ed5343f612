"""Making the package of a study: project, results of a fresh run, tables, documents, metadata."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ruralimpact import __version__
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.language import language_of, speaking
from ruralimpact.locations import shipped
from ruralimpact.package.archive import write_zip
from ruralimpact.package.comparison import differences, result_files
from ruralimpact.package.crate import write_crate
from ruralimpact.package.data_left_out import leave_out
from ruralimpact.package.documents import data_licence, raw_file_lines, write_documents
from ruralimpact.package.exported import export_tables
from ruralimpact.package.layout import (
    LICENCE,
    LOCK,
    MANIFEST,
    PROJECT,
    RESULTS,
    SOFTWARE,
    TIMES,
    is_remade,
)
from ruralimpact.package.manifest import Manifest, digests_of
from ruralimpact.package.project_files import StudyFiles, lay_project
from ruralimpact.package.rerun import run_again
from ruralimpact.package.wheel import licence, write_wheel
from ruralimpact.privacy.keyed_ids import KEY_FILE

_LISTED = 5


@dataclass(frozen=True)
class WrittenPackage:
    """A package that was written.

    Attributes
    ----------
    folder, archive : path
    manifest : Manifest
    """

    folder: Path
    archive: Path
    manifest: Manifest


def write_package(
    files: StudyFiles, target: Path, *, shared: bool, tell: Callable[[str], None]
) -> WrittenPackage:
    """Write the package of a study of the project in whose folder this runs.

    Parameters
    ----------
    files : StudyFiles
    target : path
        Folder of the package, which is new or an older package; the archive lies beside it.
    shared : bool
        Whether raw files and rows of units are in it.
    tell : callable
        Called with what is being done.

    Returns
    -------
    WrittenPackage

    Raises
    ------
    ConfigError
        The target holds something else.
    DataError
        There are no results yet, the run in the package did not end well, or its results are others.
    """
    _refuse_other_contents(target)
    own = Path("results", files.study.name)
    if not (own / "report.html").is_file():
        hint = f"Run first: ruralimpact run {files.study.name}"
        raise DataError(f"there are no results of {files.study.name} yet.", file=own, hint=hint)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as temporary:
        package = Path(temporary) / target.name
        manifest = _fill(files, package, own.resolve(), shared=shared, tell=tell)
        shutil.rmtree(target, ignore_errors=True)
        package.rename(target)
    names = sorted([*manifest.files, MANIFEST.as_posix()])
    archive = write_zip(
        target.with_name(f"{target.name}.zip"),
        ((f"{target.name}/{name}", (target / name).read_bytes()) for name in names),
    )
    return WrittenPackage(target, archive, manifest)


def _refuse_other_contents(target: Path) -> None:
    older = not target.exists() or (target / MANIFEST).is_file()
    if not older and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{target} holds something else; name a folder that is new with --to.")


def _fill(
    files: StudyFiles, package: Path, own: Path, *, shared: bool, tell: Callable[[str], None]
) -> Manifest:
    name = files.study.name
    project, rerun = package / PROJECT, package / PROJECT / "results" / name
    tell("Laying out the project")
    lay_project(files, project)
    tell("Running the study from there")
    run = run_again(project, name)
    tell("Comparing both runs")
    compared = _compared(own, rerun)
    if files.study.synthetic:  # the key is that of all studies of the project
        (project / KEY_FILE).unlink(missing_ok=True)
    shutil.copytree(rerun, package / RESULTS, ignore=shutil.ignore_patterns(*TIMES))
    for path in sorted(project.iterdir()):
        if is_remade(path.relative_to(package)):
            shutil.rmtree(path)
    tell("Writing tables, documents and metadata")
    (package / SOFTWARE).mkdir()
    wheel = write_wheel(package / SOFTWARE)
    shutil.copyfile(shipped("requirements.lock"), package / LOCK)
    (package / LICENCE).write_text(licence(), encoding="utf-8")
    if shared:
        export_tables(files.study, package)
    with speaking(language_of(files.study.language)):
        write_documents(
            files,
            package,
            raw=raw_file_lines(files, package),
            run=run,
            compared=compared,
            shared=shared,
            wheel=wheel.relative_to(package).as_posix(),
        )
        if not shared:
            leave_out(package, files.raw)
        write_crate(files.study, package, licence=data_licence(files), on=date.today())
    manifest = Manifest(
        study=name, version=__version__, data_included=shared, files=digests_of(package)
    )
    (package / MANIFEST).write_text(f"{manifest.model_dump_json(indent=1)}\n", encoding="utf-8")
    return manifest


def _compared(first: Path, second: Path) -> int:
    """Return how many files of results are the same; refuse results that are not."""
    lines = differences(first, second)
    if lines:
        more = f" and {len(lines) - _LISTED:,} more" if len(lines) > _LISTED else ""
        raise DataError(
            f"results are not those of a fresh run of the same files: {'; '.join(lines[:_LISTED])}{more}.",
            file=first,
            hint="Run again: ruralimpact run; then make the package.",
        )
    return sum(1 for _ in result_files(first))
