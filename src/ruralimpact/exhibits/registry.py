"""The kinds of tables and figures that there are, in the package and in plug-ins.

A kind is a `TableKind` or `FigureKind` in a module of `ruralimpact.exhibits.tables` or
`ruralimpact.exhibits.figures`, or in a module that a plug-in names. The keys of exhibits.yaml, the order of
the report, its sections and docs/exhibits.md follow from what it declares.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Annotated, Any, Literal, Protocol, TypeVar, Union

from pydantic import Field, create_model

from ruralimpact.contracts import tables_for_exhibits
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import figures, tables
from ruralimpact.exhibits.kinds import SECTIONS, FigureKind, Kind, Section, TableKind
from ruralimpact.language import add_catalogues
from ruralimpact.plugins import Plugins
from ruralimpact.schema.base import DistinctEntries, Entries, Text
from ruralimpact.schema.exhibit import Exhibit, ExhibitLists, Exhibits
from ruralimpact.schema.validation import validated
from ruralimpact.suggestions import nearest


class OfKind(Protocol):
    """A table or figure of a kind."""

    @property
    def kind(self) -> str:
        """Its kind."""


S = TypeVar("S", bound=OfKind)


@dataclass(frozen=True)
class Kinds:
    """Kinds of tables and figures by name, in the order of the report."""

    tables: Mapping[str, TableKind[Any]]
    figures: Mapping[str, FigureKind[Any]]

    def __iter__(self) -> Iterator[Kind[Any]]:
        return iter([*self.tables.values(), *self.figures.values()])


def package_kinds() -> Kinds:
    """Return the kinds of the package."""
    return kinds_of(Plugins())


def kinds_of(plugins: Plugins) -> Kinds:
    """Return the kinds of the package and of plug-ins, and know what their catalogues translate.

    Raises
    ------
    ConfigError
        A plug-in gives a kind of a name that is taken, a module that it names is not there, or a kind stands
        in no section of the report or needs a result table that there is not.
    """
    kinds = list(_package_kinds())
    for plugin in plugins.loaded:
        add_catalogues(plugin.name, plugin.location / "locale")
        for name, module in plugin.exhibits.items():
            own = [kind for kind in _kinds_in([plugin.module(module)]) if kind.kind == name]
            problem = "" if own else f"'{module}' declares no kind of exhibit '{name}'."
            problem = next(filter(None, map(_misdeclared, own)), problem)
            if name in [kind.kind for kind in kinds]:
                problem = f"the kind '{name}' is one of the package's own."
            if problem:
                raise ConfigError(f"plug-in '{plugin.folder}': {problem}")
            kinds += own
    kinds.sort(key=_place)
    return Kinds(
        {kind.kind: kind for kind in kinds if isinstance(kind, TableKind)},
        {kind.kind: kind for kind in kinds if isinstance(kind, FigureKind)},
    )


def _misdeclared(kind: Kind[Any]) -> str:
    """Say what a kind declares that there is not; empty where all is there."""
    if kind.section not in SECTIONS:
        known = ", ".join(section.anchor for section in SECTIONS)
        return (
            f"the kind '{kind.kind}' is of the section '{kind.section.anchor}', which the report has not; it "
            f"has those of ruralimpact.exhibits.kinds: {known}."
        )
    loaded = tables_for_exhibits()
    unknown = [name for name in kind.needs if name not in loaded]
    if unknown:
        problem = f"the kind '{kind.kind}' needs '{unknown[0]}', which is no result table"
        return f"{problem} that exhibits may load. {nearest(unknown[0], loaded)}"
    return ""


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


def exhibits_file(kinds: Kinds) -> type[Exhibits]:
    """Return the model of exhibits.yaml: one branch a kind.

    Parameters
    ----------
    kinds : Kinds
    """
    return _exhibits_file(tuple(kinds.tables.values()), tuple(kinds.figures.values()))


def read_exhibits(content: Any, kinds: Kinds) -> Exhibits:
    """Return the tables and figures of a study, each as the options of its kind.

    Parameters
    ----------
    content : Document or mapping
        Contents of exhibits.yaml.
    kinds : Kinds
        Those that the study may have.

    Raises
    ------
    ConfigError
        Names the key that is wrong, and the nearest known one.
    """
    entries = validated(exhibits_file(kinds), content)
    arranged = entries.model_fields_set & {"main", "brief"}
    return Exhibits(
        tables=tuple(kinds.tables[table.kind].options_of(table) for table in entries.tables),
        figures=tuple(kinds.figures[figure.kind].options_of(figure) for figure in entries.figures),
        **{key: getattr(entries, key) for key in arranged},
    )


@cache
def _exhibits_file(tables: tuple[Kind[Any], ...], figures: tuple[Kind[Any], ...]) -> type[Exhibits]:
    fields: dict[str, Any] = {"tables": (_entries(tables), ()), "figures": (_entries(figures), ())}
    added = create_model("Added", __base__=ExhibitLists, __doc__="Further exhibits.", **fields)
    changes: dict[str, Any] = {
        "analyses": (DistinctEntries[str] | None, Field(default=None, description=_ANALYSES)),
        "add": (added | None, Field(default=None, description=_ADD)),
        "drop": (DistinctEntries[str], Field(default=(), description=_DROP)),
        "titles": (dict[str, Text], Field(default_factory=dict, description=_TITLES)),
    }
    return create_model(
        "ExhibitsFile", __base__=Exhibits, __doc__=Exhibits.__doc__, **fields, **changes
    )


_ANALYSES = "Analyses that exhibits show which do not say; all that they can show when not given."
_ADD = "Tables and figures beside those that the design shows; one of the same name stands in its place."
_DROP = "Names of exhibits that the design shows and this study does not."
_TITLES = "Other titles, by name of the exhibit."


def _entries(kinds: Iterable[Kind[Any]]) -> Any:
    branches = tuple(_entry(kind) for kind in kinds)
    return Entries[Annotated[Union[branches], Field(discriminator="kind")]]  # type: ignore[valid-type]  # noqa: UP007


def _entry(kind: Kind[Any]) -> type[Exhibit]:
    """Return the model of an entry of one kind."""
    chosen: Any = (Literal[kind.kind], Field(description="What is shown."))  # type: ignore[valid-type]
    model: type[Exhibit] = create_model(
        kind.kind,
        __base__=kind.options,
        __doc__=f"{kind.shows[:1].upper()}{kind.shows[1:]}.",
        kind=chosen,
    )
    return model


def numbered(
    entries: Sequence[Exhibit], kinds: Mapping[str, Kind[Any]], main: Container[str]
) -> Iterator[tuple[int, Exhibit]]:
    """Yield tables or figures with their numbers, from 1: the order in which the report shows them.

    Parameters
    ----------
    entries : sequence of Exhibit
        ``tables`` or ``figures`` of exhibits.yaml.
    kinds : mapping of str to Kind
        Those of tables, or of figures.
    main : container of str
        Names of those in the main part of the report, which stand before the others.
    """

    def position(entry: Exhibit) -> tuple[bool, int, int]:
        return entry.name not in main, *_place(kinds[entry.kind])

    yield from enumerate(sorted(entries, key=position), start=1)


def shown_in(
    section: Section,
    tables: Sequence[S],
    figures: Sequence[S],
    kinds: Kinds,
) -> list[S]:
    """Return the exhibits of a section in the order in which they stand there.

    Parameters
    ----------
    section : Section
    tables, figures : sequence of OfKind
        In the order of exhibits.yaml.
    kinds : Kinds
    """
    own = sorted(
        (
            (kind, exhibit)
            for of_format, exhibits in ((kinds.figures, figures), (kinds.tables, tables))
            for exhibit in exhibits
            for kind in [of_format[exhibit.kind]]
            if kind.section == section
        ),
        key=lambda pair: pair[0].rank,
    )
    in_order = [exhibit for _, exhibit in own]
    first = next((exhibit for kind, exhibit in own if isinstance(kind, TableKind)), None)
    if section.opens_with_table and first is not None:
        return [first, *(exhibit for exhibit in in_order if exhibit is not first)]
    return in_order
