"""What of a package is about single units, and is left out where that may not be handed on."""

import csv
from collections.abc import Iterator
from pathlib import Path

from ruralimpact.language import gettext
from ruralimpact.package.layout import LEFT_OUT, PROJECT, RESULTS
from ruralimpact.privacy.keyed_ids import KEY_FILE
from ruralimpact.survey.file_digest import file_digest

# Of results, what a reader of the study needs and what holds no unit.
_SHOWN = (
    *("exhibits", "methods", "tables.xlsx"),
    *("report.html", "report.pdf", "report.docx", "brief.html", "brief.pdf"),
)
_DESIGN = ("specifications.json", "specification_lists.json")


def leave_out(package: Path, raw: list[Path]) -> None:
    """Take raw files, the key of identifiers and rows of units out of a package, and list them.

    Parameters
    ----------
    package : path
    raw : list of path
        Raw files, relative to the project.
    """
    reasons = {PROJECT / path: gettext("raw file, not to be shared") for path in raw}
    reasons |= {PROJECT / KEY_FILE: gettext("key of identifiers")}
    results = dict.fromkeys(
        _of_units(package), gettext("rows of units, or numbers before small cells are hidden")
    )
    reasons |= results
    lines = []
    for path, reason in reasons.items():
        if (package / path).is_file():
            digest = "" if path.name == KEY_FILE.name else file_digest(package / path)
            lines.append((path.as_posix(), reason, digest))
            (package / path).unlink()
    target = package / LEFT_OUT
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("path", "reason", "sha256"))
        writer.writerows(lines)


def _of_units(package: Path) -> Iterator[Path]:
    results = package / RESULTS
    for path in sorted(results.rglob("*")):
        name = path.relative_to(results)
        if path.is_file() and name.parts[0] not in _SHOWN and name.name not in _DESIGN:
            yield RESULTS / name
