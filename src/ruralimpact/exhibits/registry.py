"""The kinds of tables and figures that there are, in the package and in plug-ins.

A kind is a `TableKind` or `FigureKind` in a module of `ruralimpact.exhibits.tables` or
`ruralimpact.exhibits.figures`, or in a module that a plug-in names. The keys of exhibits.yaml, the order of
the report, its sections and docs/exhibits.md follow from what it declares.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Annotated, Any, Literal, Union

from pydantic import Field, create_model

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import figures, tables
from ruralimpact.exhibits.kinds import SECTIONS, FigureKind, Kind, Section, TableKind
from ruralimpact.plugins import Plugins
from ruralimpact.schema.base import Entries, Settings
from ruralimpact.suggestions import nearest


@dataclass(frozen=True)
class Kinds:
    """Kinds of tables and figures by name, in the order of the report."""

    tables: Mapping[str, TableKind[Any]]
    figures: Mapping[str, FigureKind[Any]]

    def table(self, entry: Mapping[str, Any]) -> TableKind[Any]:
        """Return the kind of an entry of ``tables``.

        Raises
        ------
        ConfigError
            There is none of the name.
        """
        result: TableKind[Any] = _known(self.tables, "tables", entry)
        return result

    def figure(self, entry: Mapping[str, Any]) -> FigureKind[Any]:
        """Return the kind of an entry of ``figures``, as `table` does."""
        result: FigureKind[Any] = _known(self.figures, "figures", entry)
        return result

    def __iter__(self) -> Iterator[Kind[Any]]:
        return iter([*self.tables.values(), *self.figures.values()])


def package_kinds() -> Kinds:
    """Return the kinds of the package."""
    return kinds_of(Plugins())


def kinds_of(plugins: Plugins) -> Kinds:
    """Return the kinds of the package and of plug-ins.

    Raises
    ------
    ConfigError
        A plug-in gives a kind of a name that is taken, or a module that it names is not there.
    """
    result = list(_package_kinds())
    for plugin in plugins.loaded:
        for name, module in plugin.exhibits.items():
            own = [kind for kind in _kinds_in([plugin.module(module)]) if kind.kind == name]
            problem = "" if own else f"'{module}' declares no kind of exhibit '{name}'."
            if name in [kind.kind for kind in result]:
                problem = f"the kind '{name}' is one of the package's own."
            if problem:
                raise ConfigError(f"plug-in '{plugin.folder}': {problem}")
            result += own
    result.sort(key=_place)
    return Kinds(
        {kind.kind: kind for kind in result if isinstance(kind, TableKind)},
        {kind.kind: kind for kind in result if isinstance(kind, FigureKind)},
    )


@cache
def _package_kinds() -> tuple[Kind[Any], ...]:
    return tuple(_kinds_in([*tables.modules(), *figures.modules()]))


def _kinds_in(modules: Iterable[ModuleType]) -> Iterator[Kind[Any]]:
    """Yield the kinds that modules declare; those that one imports from another are passed over."""
    seen: set[int] = set()
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Kind) and id(value) not in seen:
                seen.add(id(value))
                yield value


def _place(kind: Kind[Any]) -> tuple[int, int]:
    return SECTIONS.index(kind.section), kind.rank


def _known(kinds: Mapping[str, Any], key: str, entry: Mapping[str, Any]) -> Any:
    if entry["kind"] not in kinds:
        problem = f"unknown kind '{entry['kind']}'. {nearest(str(entry['kind']), list(kinds))}"
        raise ConfigError(problem, key=f"{key}.{entry['name']}.kind")
    return kinds[entry["kind"]]


def exhibits_file(kinds: Kinds) -> type[Settings]:
    """Return the model of exhibits.yaml: one branch a kind.

    Parameters
    ----------
    kinds : Kinds
    """
    fields: dict[str, Any] = {
        key: (_entries(getattr(kinds, key)), Field(default=(), description=text))
        for key, text in _FORMATS.items()
    }
    return create_model(
        "ExhibitsFile", __base__=Settings, __doc__="The tables and figures of a study.", **fields
    )


_FORMATS = {
    "tables": "Tables, in the order of the report; each is written as CSV, LaTeX, HTML and Word.",
    "figures": "Figures, in the order of the report; each is drawn as PNG and SVG.",
}


def _entries(kinds: Mapping[str, Kind[Any]]) -> Any:
    branches = tuple(_entry(kind) for kind in kinds.values())
    return Entries[Annotated[Union[branches], Field(discriminator="kind")]]  # type: ignore[valid-type]  # noqa: UP007


def _entry(kind: Kind[Any]) -> type[Settings]:
    """Return the model of an entry of one kind."""
    chosen: Any = (Literal[kind.kind], Field(description="What is shown."))  # type: ignore[valid-type]
    model: type[Settings] = create_model(
        kind.kind,
        __base__=kind.options,
        __doc__=f"{kind.shows[:1].upper()}{kind.shows[1:]}.",
        kind=chosen,
    )
    return model


def numbered(
    entries: Sequence[Mapping[str, Any]], kinds: Mapping[str, Kind[Any]]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield tables or figures with their numbers, from 1: the order in which the report shows them.

    Parameters
    ----------
    entries : sequence of mapping
        ``tables`` or ``figures`` of exhibits.yaml.
    kinds : mapping of str to Kind
        Those of tables, or of figures.
    """
    yield from enumerate(sorted(entries, key=lambda entry: _place(kinds[entry["kind"]])), start=1)


def shown_in(
    section: Section,
    tables: Sequence[Mapping[str, Any]],
    figures: Sequence[Mapping[str, Any]],
    kinds: Kinds,
) -> list[Mapping[str, Any]]:
    """Return the exhibits of a section in the order in which they stand there.

    Parameters
    ----------
    section : Section
    tables, figures : sequence of mapping
        With ``kind``, in the order of exhibits.yaml.
    kinds : Kinds
    """
    placed = [
        *((kinds.figures[item["kind"]], item) for item in figures),
        *((kinds.tables[item["kind"]], item) for item in tables),
    ]
    own = sorted(
        (pair for pair in placed if pair[0].section == section), key=lambda pair: pair[0].rank
    )
    result = [entry for _, entry in own]
    first = next((entry for kind, entry in own if isinstance(kind, TableKind)), None)
    if section.opens_with_table and first is not None:
        result = [first, *(entry for entry in result if entry is not first)]
    return result
