"""What a result was computed with: digests that change when the code or an installed version does."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path

_PACKAGE = Path(__file__).parent
_OWN = rf"({_PACKAGE.name}[\w.]*)"
_IMPORT = re.compile(
    rf"^\s*from\s+{_OWN}\s+import\s+(\([^)]*\)|.*)"
    rf"|^\s*import\s+{_OWN}",
    flags=re.MULTILINE,
)


def code_digest(script: Path, *others: Path) -> str:
    """Return a digest of all that a stage computes with.

    Snakemake sees an edited script, but neither an edited module that it imports nor another version of
    a library.

    Parameters
    ----------
    script : path
        The stage's script. Every package of this one of which it reaches a module, directly or through
        other modules, counts as a whole.
    *others : path
        Other files that the stage reads, such as templates, or modules of a plug-in.
    """
    reached = modules_reached(script, *(path for path in others if path.suffix == ".py"))
    modules = {path for part in set(map(_part, reached)) for path in _sources(part)}
    return digest_of_files([script, *others, *sorted(modules)])


def digest_of_files(paths: Iterable[Path]) -> str:
    """Return a digest of the contents of files, in their order, and of the installed versions."""
    digest = hashlib.sha256("\n".join(_installed_versions()).encode())
    for path in paths:
        digest.update(f"\n{path.parent.name}/{path.name}\n".encode() + _digest(path))
    return digest.hexdigest()


def modules_reached(*scripts: Path) -> set[Path]:
    """Return the files of this package that scripts import, directly or through others."""
    reached: set[Path] = set()
    queue = list(scripts)
    while queue:
        for path in _imported(queue.pop()) - reached:
            reached.add(path)
            queue.append(path)
    return reached


@cache
def _imported(path: Path) -> set[Path]:
    """Return the files of the modules of this package that a file imports."""
    text = _content(path).decode()
    named = {file for name in _names(text) for file in _files(name)}
    # A registry imports every module of its own package.
    registry = path.name == "__init__.py" and "iter_modules(__path__" in text
    return named.union(path.parent.glob("*.py")) if registry else named


def _names(text: str) -> Iterator[str]:
    """Yield the dotted names that a module's text imports; they may be of attributes, too."""
    for package, names, module in _IMPORT.findall(text):
        yield package or module
        for name in re.findall(r"(\w+)(?:\s+as\s+\w+)?", names.split("#")[0]):
            yield f"{package}.{name}"


def _files(name: str) -> Iterator[Path]:
    """Yield the file of a module, if there is one of this dotted name."""
    base = _PACKAGE.joinpath(*name.split(".")[1:])
    if base == _PACKAGE:  # its names load what they need when they are used
        return
    if base.with_suffix(".py").is_file():
        yield base.with_suffix(".py")
    elif (base / "__init__.py").is_file():
        yield base / "__init__.py"


@cache
def _part(path: Path) -> Path:
    """Return the package, or the module beside the packages, of this one that a file belongs to."""
    return _PACKAGE / path.relative_to(_PACKAGE).parts[0]


@cache
def _sources(part: Path) -> tuple[Path, ...]:
    """Return the modules of a part of the package, and the catalogues and templates that they read."""
    if part.is_file():
        return (part,)
    return tuple(path for ending in ("*.py", "*.po", "*.typ") for path in part.rglob(ending))


@cache
def _digest(path: Path) -> bytes:
    return hashlib.sha256(_content(path)).digest()


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _installed_versions() -> list[str]:
    """Return the libraries that this package requires, each with its installed version."""
    required = requires(_PACKAGE.name) or []
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in required if ";" not in line}
    return [f"{name}=={version(name)}" for name in sorted(names)]
