"""What a package says of itself: README, exhibits map, list of specifications, checklists, main script."""

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import metadata, requires, version
from pathlib import Path
from string import Template

from jinja2 import Environment, StrictUndefined

from ruralimpact import __version__
from ruralimpact.config import load_config
from ruralimpact.contracts import REGISTRY
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.exhibits.registry import kinds_of
from ruralimpact.language import gettext, marked, ngettext
from ruralimpact.locations import shipped
from ruralimpact.package.checklist import FOR_THE_AUTHOR, Checklist, facts_of
from ruralimpact.package.checklists import checklists
from ruralimpact.package.layout import (
    DOCUMENTATION,
    EXHIBITS_MAP,
    MAIN_SCRIPT,
    PROJECT,
    README,
    RESULTS,
    SPECIFICATIONS,
)
from ruralimpact.package.project_files import StudyFiles
from ruralimpact.package.rerun import MeasuredRun
from ruralimpact.schema.quality import QualityReport
from ruralimpact.survey.file_digest import file_digest
from ruralimpact.trace.construction import in_words

_HEADING = r"^## {}\s*\n(.*?)(?=^## |\Z)"


@dataclass(frozen=True)
class RawFileLine:
    """A raw file in the statement on data; `rows` is empty for a file that is read with another."""

    path: str
    label: str
    digest: str
    rows: str
    origin: str


@dataclass(frozen=True)
class ExhibitLine:
    """An exhibit, what makes it from which result tables, and its files; lists are set with semicolons."""

    exhibit: str
    kind: str
    title: str
    program: str
    reads: str
    made_by: str
    files: str


def raw_file_lines(files: StudyFiles, package: Path) -> list[RawFileLine]:
    """Return the raw files of a study, while they lie in its package."""
    lines = []
    for source in files.study.sources:
        report = package / RESULTS / "survey" / f"{source.name}.quality.json"
        rows = QualityReport.model_validate_json(report.read_bytes()).rows_read
        for path in (source.path, *source.other_files):
            lies = package / PROJECT / path
            generated = not lies.is_file()
            if generated:
                lies = package / RESULTS / Path(path).relative_to(Path("results", files.study.name))
            lines.append(
                RawFileLine(
                    lies.relative_to(package).as_posix(),
                    source.label or source.name,
                    file_digest(lies),
                    formatting.count(rows) if path == source.path else "",
                    gettext("made by the run itself") if generated else _origin(files, Path(path)),
                )
            )
    return lines


def _origin(files: StudyFiles, path: Path) -> str:
    near = [note for note in files.notes if note.parent in (path.parent, path.parent.parent)]
    if not near:
        return _left(marked("who collected it, when, and under which name it can be found"))
    return f"`{PROJECT.as_posix()}/{near[0].as_posix()}`"


def data_licence(files: StudyFiles) -> str:
    """Return what the notes on sources say of licences, or that the author has to."""
    told = [
        " ".join(section.group(1).split())
        for note in files.notes
        if (section := _section(note.read_text(encoding="utf-8"), "Licence"))
    ]
    if files.study.synthetic and not files.raw:
        return gettext("simulated by the program; as the program.")
    return " ".join(told) or _left(marked("under which terms they may be used and handed on."))


def _left(question: str) -> str:
    """Return what is left for the author."""
    return f"**{gettext(FOR_THE_AUTHOR)}**: {gettext(question)}"


def _section(text: str, heading: str) -> re.Match[str] | None:
    return re.search(_HEADING.format(heading), text, flags=re.MULTILINE | re.DOTALL)


def exhibit_lines(files: StudyFiles, package: Path) -> list[ExhibitLine]:
    """Return the exhibits of a study in the order of the report."""
    folder = package / RESULTS / "exhibits"
    document = FindingsDocument.model_validate_json((folder / "findings.json").read_bytes())
    kinds = kinds_of(files.plugins)
    known = {**kinds.tables, **kinds.figures}
    lines = []
    for shown in (*document.tables, *document.figures):
        kind = known[shown.kind]
        stages = {name: REGISTRY[name].paths() for name in kind.needs if name in REGISTRY}
        lines.append(
            ExhibitLine(
                shown.name,
                shown.kind,
                shown.title,
                _program(kind),
                "; ".join(path for paths in stages.values() for path in paths.values()),
                "; ".join(dict.fromkeys(stage for paths in stages.values() for stage in paths)),
                "; ".join(path.name for path in sorted(folder.glob(f"{shown.name}.*"))),
            )
        )
    return lines


def _program(kind: object) -> str:
    build = getattr(kind, "build", None) or getattr(kind, "draw", None)
    return str(getattr(build, "__module__", type(kind).__module__))


def write_documents(
    files: StudyFiles,
    package: Path,
    *,
    raw: Sequence[RawFileLine],
    run: MeasuredRun,
    compared: int,
    shared: bool,
    wheel: str,
) -> None:
    """Write what a package says of itself.

    Parameters
    ----------
    files : StudyFiles
    package : path
        With project and results in place.
    raw : sequence of RawFileLine
    run : MeasuredRun
    compared : int
        Files of results that were the same in both runs.
    shared : bool
        Raw files and rows of units are in the package.
    wheel : str
        Path of the program in the package.
    """
    study = files.study
    (package / DOCUMENTATION).mkdir(exist_ok=True)
    exhibits = exhibit_lines(files, package)
    with (package / EXHIBITS_MAP).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ExhibitLine.__annotations__), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(line) for line in exhibits)
    (package / SPECIFICATIONS).write_text(specifications_page(package), encoding="utf-8")
    facts = facts_of(study, package / RESULTS, {line.exhibit: line.kind for line in exhibits})
    lists: list[Checklist] = checklists(facts)
    for checklist in lists:
        (package / DOCUMENTATION / f"{checklist.name}.md").write_text(
            checklist.text, encoding="utf-8"
        )
    script = shipped("workflow", "package", "run.py").read_text(encoding="utf-8")
    (package / MAIN_SCRIPT).write_text(
        Template(script).substitute(study=study.name), encoding="utf-8"
    )
    template = shipped("workflow", "package", "README.md.j2").read_text(encoding="utf-8")
    environment = Environment(
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    page = environment.from_string(template).render(
        study=study,
        data=raw,
        shared=shared,
        private=files.has_private_ids,
        python=_required_python(),
        version=__version__,
        wheel=wheel,
        libraries=_libraries(),
        run=run,
        seed=load_config().seed,
        compared=compared,
        plugins=files.plugins.folders,
        exhibits=exhibits,
        checklists=[(checklist.name, gettext(checklist.title)) for checklist in lists],
        licence=data_licence(files),
    )
    (package / README).write_text(re.sub(r"\n{3,}", "\n\n", page), encoding="utf-8")


def specifications_page(package: Path) -> str:
    """Return the lists of specifications of all rounds in words, each with its digest."""
    lines = [
        f"# {gettext('Specifications')}",
        "",
        gettext(
            "Written before any outcome was read. The digest is the SHA-256 of list and definitions in "
            "`design/specifications.json`."
        ),
    ]
    for path in sorted((package / RESULTS).rglob("design/specifications.json")):
        listed = json.loads(path.read_bytes())
        lines += ["", f"## {path.relative_to(package).as_posix()}", ""]
        lines += [
            f"SHA-256: {listed['sha256']}",
            "",
            gettext("{number} estimates:").format(
                number=formatting.count(len(listed["specifications"]))
            ),
            "",
        ]
        lines += [f"- {name}" for name in listed["specifications"]]
        for title, entries in listed["definitions"].items():
            lines += ["", f"### {title.capitalize()}", ""]
            for entry in entries:
                keys = ", ".join(
                    f"{key}: {in_words(value)}" for key, value in entry.items() if key != "name"
                )
                lines.append(f"- **{entry['name']}**: {keys}")
    return "\n".join([*lines, ""])


def _required_python() -> str:
    return str(metadata("ruralimpact")["Requires-Python"]).removeprefix(">=")


def _libraries() -> str:
    names = [re.split(r"[^\w.-]", requirement)[0] for requirement in requires("ruralimpact") or ()]
    return ", ".join(f"{name} {version(name)}" for name in names)
