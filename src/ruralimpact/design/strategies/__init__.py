"""Matching and weighting strategies: one module a method, found by being here.

To add one, write a module with a subclass of `Strategy` whose `method` is a new name. Nothing else lists
methods: configuration, schema, documentation, stages and reports follow.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, Union

from pydantic import AfterValidator, Discriminator

from ruralimpact.design.strategies.base import Strategy
from ruralimpact.errors import ConfigError
from ruralimpact.schema.base import fault
from ruralimpact.schema.document import Contents
from ruralimpact.schema.stages import StageView
from ruralimpact.schema.strategy import StrategyEntry
from ruralimpact.schema.study import Study
from ruralimpact.schema.validation import validated

__all__ = [
    "METHODS",
    "AnyStrategy",
    "StrategiesFile",
    "Strategy",
    "parse_strategy",
    "strategies_by_name",
    "strategies_of_stage",
]


def _strategy_classes() -> Iterator[tuple[str, type[Strategy]]]:
    """Yield every strategy of this package that has a method of its own."""
    for module in iter_modules(__path__, f"{__name__}."):
        for member in vars(import_module(module.name)).values():
            if isinstance(member, type) and issubclass(member, Strategy):
                method = member.model_fields["method"].default
                if isinstance(method, str) and member.__module__ == module.name:
                    yield method, member


METHODS: dict[str, type[Strategy]] = dict(_strategy_classes())
"""Strategies by method."""


def _with_name_and_label(strategy: Strategy) -> Strategy:
    for key in ("name", "label"):
        if getattr(strategy, key) is None:
            raise fault(f"the key '{key}' is missing.")
    return strategy


AnyStrategy: Any = Annotated[Union[tuple(METHODS.values())], Discriminator("method")]  # noqa: UP007
"""Any of the strategies, by its `method`."""
StrategiesFile: Any = tuple[Annotated[AnyStrategy, AfterValidator(_with_name_and_label)], ...]
"""Contents of strategies.yaml."""


def strategies_of_stage(view: StageView) -> tuple[Strategy, ...]:
    """Return the strategies of a study in the part of it that a stage is given, where labels are left out."""
    strategies: tuple[Strategy, ...] = validated(
        tuple[AnyStrategy, ...], list(view.get("strategies", ())), key="strategies"
    )
    return strategies


def strategies_by_name(study: Study) -> dict[str, Strategy]:
    """Return the strategies of a study by their names."""
    return {str(entry.name): parse_strategy(entry) for entry in study.strategies}


def parse_strategy(row: str | Contents | StrategyEntry) -> Strategy:
    """Read a strategy from a mapping such as a row of strategies.yaml.

    Parameters
    ----------
    row : str, mapping or entry of a study's strategies
        A method, or ``method`` (``"nearest"`` when omitted) and that method's own options.

    Returns
    -------
    Strategy

    Raises
    ------
    ConfigError
        An unknown method, option or value; the nearest known one is named.
    """
    if isinstance(row, Strategy):
        return row
    if isinstance(row, str):
        row = {"method": row}
    if not isinstance(row, Mapping):
        problem = f"'{row}' is neither a method nor a method with its options."
        raise ConfigError(problem, key="strategy")
    strategy: Strategy = validated(AnyStrategy, {"method": "nearest", **row})
    return strategy
