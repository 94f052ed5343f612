"""One file a kind of figure: what it is, what it needs, and how it is drawn; found by being here."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def modules() -> list[ModuleType]:
    """Return every module of this package."""
    return [import_module(module.name) for module in iter_modules(__path__, f"{__name__}.")]
