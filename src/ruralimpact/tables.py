"""The contract of every table that crosses a rule: columns, types and units, checked on write.

Each schema is a `pandera.pandas.DataFrameSchema` and is built on first use, because importing pandera
costs more than most stages.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from pandera.pandas import DataFrameSchema


@cache
def schema(name: str) -> "DataFrameSchema":
    """Return the contract of a table.

    Parameters
    ----------
    name : str
        Name of a function in one of the modules of `ruralimpact.contracts`, such as ``"units"`` or
        ``"estimates"``.

    Returns
    -------
    pandera.pandas.DataFrameSchema
    """
    home = import_module(f"ruralimpact.contracts.{_HOMES[name]}")
    built: DataFrameSchema = getattr(home, name)()
    return built


def write_table(frame: "pd.DataFrame", path: str | Path, name: str) -> None:
    """Check `frame` against its contract and write it as Parquet.

    Parameters
    ----------
    frame : DataFrame
    path : path
    name : str
        Contract, see `schema`.

    Raises
    ------
    pandera.errors.SchemaError
        A column is missing, of another type or out of its range: a defect of this package, not of the
        input, and so not a `RuralImpactError`.
    """
    checked = schema(name).validate(frame)
    checked.to_parquet(path, index=False)


def empty_table(name: str) -> "pd.DataFrame":
    """Return a table without rows that fulfils its contract.

    Parameters
    ----------
    name : str
        Contract, see `schema`.

    Returns
    -------
    DataFrame
    """
    import pandas as pd

    dtypes = {column: str(dtype) for column, dtype in schema(name).dtypes.items()}
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in dtypes.items()})


_HOMES = {
    "units": "samples",
    "outcomes": "samples",
    "exclusions": "samples",
    "contamination": "samples",
    "weights": "design",
    "pairs": "design",
    "propensity": "design",
    "propensity_models": "design",
    "balance": "design",
    "balance_summary": "design",
    "designs": "design",
    "estimates": "estimates",
    "std_errors": "estimates",
    "scores": "estimates",
    "tests": "estimates",
    "sensitivity": "estimates",
    "leave_one_out": "estimates",
    "subgroups": "detail",
    "decomposition": "detail",
    "associations": "detail",
    "power": "power",
    "attrition": "attrition",
    "attrition_bounds": "attrition",
    "dynamics": "difference",
    "pre_trends": "difference",
    "comparisons": "difference",
    "parallel_trends": "difference",
}
