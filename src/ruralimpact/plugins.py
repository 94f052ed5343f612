"""Plug-ins: what belongs to one document or survey, in a folder beside the package.

A plug-in is a folder with an ``__init__.py`` that defines ``PLUGIN``, a `Plugin`. Folders are named by
``plugins`` in ``config/config.yaml``, relative to the project's folder; see ``docs/plugins.md``. The package
never imports one by name. Importing this module, and loading plug-ins, is cheap: their functions are
named, and imported only when a stage calls them.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from ruralimpact.errors import ConfigError, DataError

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.schema.study import Study

T = TypeVar("T")

_CONFIG = "config/config.yaml"


@dataclass(frozen=True)
class GeneratedData:
    """What a generator makes.

    Attributes
    ----------
    raw : mapping of str to bytes
        Contents of raw files by file name.
    truth : mapping of str to DataFrame
        The truth that was planted, by the names that the generator declares.
    """

    raw: Mapping[str, bytes]
    truth: Mapping[str, "pd.DataFrame"]


@dataclass(frozen=True)
class Generator:
    """A process that makes the raw files of a synthetic study (``generate`` in study.yaml).

    Attributes
    ----------
    make : str
        ``"module:function"`` inside the plug-in; called with what the study's calibration file says and
        the seed, returns `GeneratedData`.
    calibration : str
        ``"module:Model"`` inside the plug-in, a `ruralimpact.schema.base.Settings`: the file is checked
        against it before anything runs, and `make` is called with an instance. Empty: `make` is called with
        the contents as they are.
    truth : tuple of str
        Names of the tables of its truth; the first is the table of effects that exhibits of kind `truth`
        read.
    """

    make: str
    calibration: str = ""
    truth: tuple[str, ...] = ("effects",)


@dataclass(frozen=True)
class ExhibitInputs:
    """Files that exhibits read besides the results of their study.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of exhibits that need them; studies without one never see the files.
    files : tuple of str
        Files or patterns, relative to the project's folder.
    read : str
        ``"module:function"`` inside the plug-in; called with the files, returns what
        ``StudyResults.plugin_inputs`` then holds under the plug-in's name.
    printed : str
        ``"module:function"`` inside the plug-in, or empty; called with `StudyResults`, returns what
        documents print of a `ruralimpact.exhibits.quantities.Quantity`, as text by quantity.
    statements : str
        ``"module:function"`` inside the plug-in, or empty; called with `StudyResults`, returns what of
        documents the study's findings answer: by finding, pairs of a name and what it says, with its place.
    """

    kinds: tuple[str, ...]
    files: tuple[str, ...]
    read: str
    printed: str = ""
    statements: str = ""


@dataclass(frozen=True)
class Plugin:
    """What a plug-in gives; all of it is optional.

    Its folder may also hold ``rules.smk``, rules that the workflow includes.

    Attributes
    ----------
    generators : mapping of str to Generator
        By the name that ``generate.process`` of study.yaml has.
    exhibits : mapping of str to str
        Modules inside the plug-in by the kind of table or figure that each declares, see
        `ruralimpact.exhibits.kinds`.
    inputs : ExhibitInputs or None
    name, folder : str
        Filled in when it is loaded: the folder's name, and its path relative to the project's folder.
    """

    generators: Mapping[str, Generator] = field(default_factory=dict)
    exhibits: Mapping[str, str] = field(default_factory=dict)
    inputs: ExhibitInputs | None = None
    name: str = ""
    folder: str = ""

    @property
    def location(self) -> Path:
        """The folder that it was loaded from."""
        return Path(str(sys.modules[self.name].__file__)).parent

    def function(self, reference: str) -> Callable[..., Any]:
        """Import a function that the plug-in names.

        Raises
        ------
        ConfigError
            There is no such module or function.
        """
        module, _, name = reference.partition(":")
        function: Callable[..., Any] = self._named(
            reference, lambda: getattr(self._imported(module), name)
        )
        return function

    def module(self, name: str) -> ModuleType:
        """Import a module that the plug-in names.

        Raises
        ------
        ConfigError
            There is no such module.
        """
        return self._named(name, lambda: self._imported(name))

    def _imported(self, module: str) -> ModuleType:
        return importlib.import_module(f"{self.name}.{module}")

    def _named(self, reference: str, find: Callable[[], T]) -> T:
        try:
            return find()
        except (ImportError, AttributeError, SyntaxError) as error:
            raise _fault(f"plug-in '{self.folder}': '{reference}' is not there: {error}.") from None

    def uses(self, study: "Study") -> bool:
        """Whether a study asks for anything of the plug-in."""
        kinds = {*self.exhibits, *(self.inputs.kinds if self.inputs else ())}
        process = study.generate.process if study.generate is not None else None
        return process in self.generators or bool(kinds & _kinds(study))

    def reads_for(self, study: "Study") -> bool:
        """Whether exhibits of a study need the inputs of the plug-in."""
        return self.inputs is not None and bool(set(self.inputs.kinds) & _kinds(study))

    def input_files(self, study: "Study", root: str | Path = ".") -> list[str]:
        """Return the files that the exhibits of a study need, in the order of their patterns.

        Raises
        ------
        DataError
            A file, or every file of a pattern, is missing.
        """
        inputs: list[str] = []
        if self.inputs is None or not self.reads_for(study):
            return inputs
        for pattern in self.inputs.files:
            files = sorted(path.relative_to(root).as_posix() for path in Path(root).glob(pattern))
            if not files:
                hint = f"Exhibits of the plug-in '{self.folder}' need it."
                raise DataError("there is no such file.", file=pattern, hint=hint)
            inputs += files
        return inputs

    def read(self, paths: Sequence[str | Path]) -> Any:
        """Read the files among `paths` that are the plug-in's inputs."""
        assert self.inputs is not None
        patterns = self.inputs.files
        own = [path for path in paths if any(PurePath(path).match(pattern) for pattern in patterns)]
        return self.function(self.inputs.read)(own)


@dataclass(frozen=True)
class Plugins:
    """The plug-ins of a project, in the order of the configuration."""

    loaded: tuple[Plugin, ...] = ()

    @property
    def folders(self) -> list[str]:
        """Their folders, as the configuration names them."""
        return [plugin.folder for plugin in self.loaded]

    @property
    def generators(self) -> dict[str, tuple[Plugin, Generator]]:
        """Generators by name, each with its plug-in."""
        return {
            name: (plugin, generator)
            for plugin in self.loaded
            for name, generator in plugin.generators.items()
        }

    def used_by(self, study: "Study") -> "Plugins":
        """Return those that a study asks anything of."""
        return Plugins(tuple(plugin for plugin in self.loaded if plugin.uses(study)))


def load_plugins(root: str | Path, folders: Iterable[str]) -> Plugins:
    """Load plug-ins by path.

    Parameters
    ----------
    root : path
        The project's folder.
    folders : iterable of str
        Folders of plug-ins, relative to `root`.

    Raises
    ------
    ConfigError
        A folder is missing, is no Python package or has no `PLUGIN`; its name is that of another plug-in
        or of an installed package; or two plug-ins give something of one name.
    """
    plugins: list[Plugin] = []
    for folder in folders:
        name = Path(folder).name
        if name in [plugin.name for plugin in plugins]:
            raise _fault(f"two plug-ins are called '{name}'.")
        plugins.append(_load(Path(root), folder, name))
    for section in ("generators", "exhibits"):
        names = [name for plugin in plugins for name in getattr(plugin, section)]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise _fault(f"two plug-ins give {section} of the name '{twice[0]}'.")
    return Plugins(tuple(plugins))


def _load(root: Path, folder: str, name: str) -> Plugin:
    start = (root / folder / "__init__.py").resolve()
    if not start.parent.is_dir():
        raise _fault(f"there is no folder '{folder}'.")
    if not start.is_file():
        raise _fault(f"the folder '{folder}' has no __init__.py, so it is no plug-in.")
    if not name.isidentifier():
        raise _fault(f"'{name}' cannot be the name of a Python package; rename the folder.")
    plugin = getattr(_import(start, folder, name), "PLUGIN", None)
    if not isinstance(plugin, Plugin):
        raise _fault(f"the plug-in '{folder}' has no PLUGIN that is a ruralimpact.plugins.Plugin.")
    return replace(plugin, name=name, folder=folder)


def _import(start: Path, folder: str, name: str) -> Any:
    """Import a package from its file, unless its name already stands for another one."""
    known = sys.modules.get(name)
    spec = getattr(known, "__spec__", None) or importlib.util.find_spec(name)
    if spec is not None and spec.origin and Path(spec.origin).resolve() != start:
        raise _fault(f"the plug-in '{folder}' has the name of an installed package; rename it.")
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(name, start)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        problem = f"{type(error).__name__}: {error}"
        raise _fault(f"the plug-in '{folder}' cannot be imported: {problem}.") from None
    return module


def _kinds(study: "Study") -> set[str]:
    """Return the kinds of all tables and figures of a study."""
    return {exhibit.kind for exhibit in (*study.exhibits.tables, *study.exhibits.figures)}


def _fault(problem: str) -> ConfigError:
    return ConfigError(problem, file=_CONFIG, key="plugins")
