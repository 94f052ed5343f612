"""Impact evaluation of rural investment projects: matching, weighting and difference estimators.

>>> import ruralimpact
>>> ruralimpact.estimate_impact  # doctest: +ELLIPSIS
<function estimate_impact at ...>
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ruralimpact.errors import ConfigError, DataError, DesignError, RuralImpactError
    from ruralimpact.impact import ImpactDifference, ImpactEstimate, estimate_impact

__all__ = [
    "ConfigError",
    "DataError",
    "DesignError",
    "ImpactDifference",
    "ImpactEstimate",
    "RuralImpactError",
    "estimate_impact",
]
_HOMES = {
    "ConfigError": "errors",
    "DataError": "errors",
    "DesignError": "errors",
    "RuralImpactError": "errors",
    "ImpactDifference": "impact",
    "ImpactEstimate": "impact",
    "estimate_impact": "impact",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: the package alone must not cost pandas and statsmodels."""
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
