"""The registry of result tables: every table that crosses a rule, declared once.

The outputs of the workflow's rules, writing, loading with disclosure control, and docs/outputs.md follow from
it. To add a table, declare it in a module of this package that lists it in ``TABLES``.
"""

from ruralimpact.contracts import (
    attrition,
    balance_by_arm,
    data_quality,
    design,
    detail,
    difference,
    estimates,
    gains,
    portfolio,
    power,
    responses,
    returns,
    samples,
    survival,
)
from ruralimpact.contracts.table import ResultTable, Withheld

_MODULES = (
    samples,
    data_quality,
    design,
    balance_by_arm,
    estimates,
    detail,
    difference,
    power,
    attrition,
    portfolio,
    returns,
    survival,
    gains,
    responses,
)

REGISTRY: dict[str, ResultTable] = {
    table.name: table for module in _MODULES for table in module.TABLES
}


def result_tables(stage: str) -> dict[str, str]:
    """Return the tables that a stage writes, one file a round.

    Parameters
    ----------
    stage : str
        Name of a rule, such as ``"estimate_impacts"``.

    Returns
    -------
    dict of str to str
        Path of each, relative to the results of a round, by its name. Tables by sample are not among them.
    """
    return {
        name: table.paths()[stage]
        for name, table in REGISTRY.items()
        if stage in table.stages and not table.by_sample
    }


def tables_for_exhibits() -> dict[str, tuple[str, ...]]:
    """Return the paths of every table that exhibits may load, one file a round and stage.

    Returns
    -------
    dict of str to tuple of str
        Paths relative to the results of a round, by the table's name, in the order of the stages. Tables
        by sample are not among them.
    """
    return {
        name: tuple(table.paths().values())
        for name, table in REGISTRY.items()
        if not table.by_sample and not isinstance(table.suppression, Withheld)
    }
