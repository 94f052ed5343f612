"""Where the exhibits that exhibits.yaml adds to those of the design stand in the file."""

from dataclasses import replace
from typing import Any

from ruralimpact.defaults.described import entries_of
from ruralimpact.errors import ConfigError, Mark
from ruralimpact.schema.document import Document, KeyPath


def added_exhibits(written: Any) -> frozenset[str]:
    """Return the keys that added exhibits get among all that is shown, such as ``tables.effects``.

    Parameters
    ----------
    written : mapping
        Contents of exhibits.yaml as they were read.
    """
    added = written.get("add") if isinstance(written, dict) else None
    sections = added.items() if isinstance(added, dict) else ()
    return frozenset(
        f"{section}.{entry.get('name')}"
        for section, entries in sections
        for entry in entries_of(entries)
    )


def with_marks_of_added(exhibits: Document, content: Any) -> Document:
    """Return a document of all that is shown, added exhibits with their lines in the file.

    Parameters
    ----------
    exhibits : Document
        As it was read.
    content : mapping
        Lists of all that is shown.
    """
    marks: dict[KeyPath, Mark] = dict(exhibits.marks)
    for path, mark in exhibits.marks.items():
        if path[:1] != ("add",) or len(path) < 3:
            continue
        section, number, *inside = path[1:]
        name = exhibits.content["add"][section][number].get("name")
        names = [entry.get("name") for entry in content.get(section, ())]
        if name in names:
            marks[(section, names.index(name), *inside)] = mark
    return replace(exhibits, content=content, marks=marks)


def as_written(problem: ConfigError, added: frozenset[str]) -> ConfigError:
    """Return a problem of an added exhibit under its key in the file, which begins with ``add``.

    Parameters
    ----------
    problem : ConfigError
        About exhibits.yaml.
    added : frozenset of str
        See `added_exhibits`.
    """
    key = problem.key or ""
    if ".".join(key.split(".")[:2]) not in added:
        return problem
    return ConfigError(problem.problem, file=problem.file, key=f"add.{key}", mark=problem.mark)
