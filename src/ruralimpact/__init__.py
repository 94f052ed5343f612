"""Impact evaluation of rural investment projects.

Names are imported when they are first used (PEP 562), so that `import ruralimpact` costs next to
nothing: each stage of the workflow is a process of its own and pays for its imports.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ruralimpact.config import load_study
    from ruralimpact.errors import ConfigError, DataError, DesignError, RuralImpactError
    from ruralimpact.impact import estimate_impact
    from ruralimpact.impact_result import ImpactDifference, ImpactEstimate
    from ruralimpact.randomisation import randomisation_test

__author__ = "The ruralimpact developers"
__title__ = "ruralimpact: impact evaluation of rural investment projects"
__version__ = "0.3.0.dev0"
__all__ = [
    "ConfigError",
    "DataError",
    "DesignError",
    "ImpactDifference",
    "ImpactEstimate",
    "RuralImpactError",
    "estimate_impact",
    "load_study",
    "randomisation_test",
]
_MODULES = {
    "ConfigError": "errors",
    "DataError": "errors",
    "DesignError": "errors",
    "RuralImpactError": "errors",
    "ImpactDifference": "impact_result",
    "ImpactEstimate": "impact_result",
    "estimate_impact": "impact",
    "load_study": "config",
    "randomisation_test": "randomisation",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'ruralimpact' has no attribute '{name}'")
    return getattr(import_module(f"ruralimpact.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
