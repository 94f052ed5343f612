"""Whether a package is whole and its numbers belong together."""

import csv
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

from ruralimpact.language import Language, gettext, marked, speaking
from ruralimpact.package.comparison import differences
from ruralimpact.package.layout import (
    CRATE,
    DOCUMENTATION,
    EXHIBITS_MAP,
    LEFT_OUT,
    LICENCE,
    LOCK,
    MAIN_SCRIPT,
    PROJECT,
    README,
    RESULTS,
    SPECIFICATIONS,
)
from ruralimpact.package.manifest import Manifest, digests_of, read_manifest
from ruralimpact.package.number_check import number_problems

_NEEDED = (
    *(README, MAIN_SCRIPT, LICENCE, LOCK, CRATE, EXHIBITS_MAP, SPECIFICATIONS),
    *(DOCUMENTATION / f"{name}.md" for name in ("risk_of_bias", "reproducibility")),
)
_SECTIONS = (
    *(marked("Data availability"), marked("Software"), marked("Run time and machine")),
    *(marked("How to run"), marked("Exhibits"), marked("Checklists"), marked("Licences")),
)


def package_problems(package: Path) -> list[str]:
    """Return what is wrong with a package, a line each; nothing where it is whole.

    Parameters
    ----------
    package : path

    Raises
    ------
    DataError
        The folder is no package.
    """
    manifest = read_manifest(package)
    problems = [*_files(package, manifest), *_documents(package, manifest)]
    if any(not (package / path).is_file() for path in _NEEDED):
        return problems
    problems += _specifications(package)
    if manifest.data_included:
        problems += number_problems(package, manifest.study)
    return [*problems, *_rerun(package, manifest)]


def _files(package: Path, manifest: Manifest) -> Iterator[str]:
    """Files that are not there, not listed, or not what was listed."""
    now = digests_of(package)
    left_out = set() if manifest.data_included else _handed_separately(package)
    for name in sorted({*now, *manifest.files}):
        if name not in now:
            yield f"{name}: is missing"
        elif name not in manifest.files and name not in left_out:
            yield f"{name}: is not in the manifest"
        elif name in manifest.files and now[name] != manifest.files[name]:
            yield f"{name}: has changed since the package was made"


def _handed_separately(package: Path) -> set[str]:
    """Files that were left out and now lie in their place with the content that they had."""
    if not (package / LEFT_OUT).is_file():
        return set()
    now = digests_of(package)
    with (package / LEFT_OUT).open(newline="", encoding="utf-8", errors="replace") as file:
        rows = [(row.get("path"), row.get("sha256")) for row in csv.DictReader(file)]
    return {path for path, digest in rows if path and digest in ("", now.get(path, ""))}


def _documents(package: Path, manifest: Manifest) -> Iterator[str]:
    for path in _NEEDED:
        if not (package / path).is_file():
            yield f"{path.as_posix()}: a package needs it"
    if (package / README).is_file():
        text = (package / README).read_text(encoding="utf-8")
        for heading in _SECTIONS:
            if not any(f"\n## {told}\n" in text for told in _in_every_language(heading)):
                yield f"{README}: has no section '{heading}'"
    if (package / CRATE).is_file():
        yield from _crate(package, manifest)


def _in_every_language(heading: str) -> Iterator[str]:
    for language in get_args(Language):
        with speaking(language):
            told = gettext(heading)
        yield told


def _crate(package: Path, manifest: Manifest) -> Iterator[str]:
    from rocrate.rocrate import ROCrate

    try:
        crate = ROCrate(package)
    except (ValueError, KeyError, OSError) as error:
        yield f"{CRATE}: is no RO-Crate ({error})"
        return
    stated = {unquote(entity.id): entity.get("sha256") for entity in crate.data_entities}
    for name, digest in manifest.files.items():
        if name not in (CRATE.as_posix(),) and stated.get(name) != digest:
            yield f"{CRATE}: does not have {name} with its digest"


def _specifications(package: Path) -> Iterator[str]:
    for path in sorted((package / RESULTS).rglob("design/specifications.json")):
        name = path.relative_to(package).as_posix()
        try:
            listed = json.loads(path.read_bytes())
            digest = listed.pop("sha256")
        except (ValueError, KeyError, AttributeError, TypeError):
            yield f"{name}: is no list of specifications"
            continue
        text = json.dumps(listed, sort_keys=True, ensure_ascii=False)
        if sha256(text.encode()).hexdigest() != digest:
            yield f"{name}: its digest is another"
        if digest not in (package / SPECIFICATIONS).read_text(encoding="utf-8"):
            yield f"{SPECIFICATIONS.as_posix()}: has not the digest of {name}"


def _rerun(package: Path, manifest: Manifest) -> Iterator[str]:
    """What a run in the package's own folder has made otherwise, if there was one."""
    rerun = package / PROJECT / "results" / manifest.study
    if not (rerun / "report.html").is_file():
        return
    for line in differences(package / RESULTS, rerun):
        left_out = not manifest.data_included and line.endswith("only in the second")
        if not left_out:
            yield f"rerun: {line.replace('the first', 'the package').replace('the second', 'the rerun')}"
