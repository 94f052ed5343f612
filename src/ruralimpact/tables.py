"""Writing result tables under their contracts: columns, types and ranges, checked by pandera.

What the tables are is declared in `ruralimpact.contracts`. A `pandera.pandas.DataFrameSchema` is built on
first use, because importing pandera costs more than most stages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ruralimpact import stage
from ruralimpact.contracts import REGISTRY, result_tables
from ruralimpact.contracts.columns import ResultColumn

# As pandera has them.
_DTYPES = {float: "float64", str: "string[pyarrow]", int: "int64", bool: "bool"}

if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import DataclassInstance
    from pandera import pandas as pa


@cache
def schema(name: str) -> "pa.DataFrameSchema":
    """Return the contract of a table.

    Parameters
    ----------
    name : str
        Of the table in the registry, such as ``"units"`` or ``"estimates"``.

    Returns
    -------
    pandera.pandas.DataFrameSchema
    """
    from pandera import pandas as pa

    table = REGISTRY[name]
    columns = {key: _column(column) for key, column in table.columns.items()}
    columns |= {key: _column(column, regex=True) for key, column in table.pattern.items()}
    return pa.DataFrameSchema(columns, strict=not table.further)


def _column(column: ResultColumn, *, regex: bool = False) -> "pa.Column":
    from pandera import pandas as pa

    checks = []
    if column.choices:
        checks.append(pa.Check.isin([column.kind(choice) for choice in column.choices]))
    if column.low is not None:
        checks.append(pa.Check.gt(column.low) if column.above else pa.Check.ge(column.low))
    if column.high is not None:
        checks.append(pa.Check.le(column.high))
    return pa.Column(
        column.kind,
        checks,
        nullable=column.missing,
        unique=column.unique,
        coerce=column.coerce,
        regex=regex,
        required=not regex,  # a round without an analysis has none of them
        description=column.meaning,
    )


def write_table(frame: "pd.DataFrame", path: str | Path, name: str) -> None:
    """Check `frame` against its contract and write it as Parquet.

    Parameters
    ----------
    frame : DataFrame
    path : path
    name : str
        Of the table in the registry.

    Raises
    ------
    pandera.errors.SchemaError
        A column is missing, of another type or out of its range: a defect of this package, not of the
        input, and so not a `RuralImpactError`.
    """
    # A round of a study may hold samples that only later rounds analyse.
    checked = empty_table(name) if frame.shape == (0, 0) else schema(name).validate(frame)
    checked.to_parquet(path, index=False)


def write_tables(
    rule: str, tables: Mapping[str, "pd.DataFrame"], paths: Mapping[str, str | Path]
) -> None:
    """Write all tables of a stage.

    Parameters
    ----------
    rule : str
        Name of the stage's rule.
    tables : mapping of str to DataFrame
        Every table that the registry has for the stage, and no other.
    paths : mapping of str to path
        Where each goes.

    Raises
    ------
    ValueError
        A table was made that is not declared, or is declared and was not made: a defect of this package.
    """
    declared = set(result_tables(rule))
    if set(tables) != declared or set(paths) != declared:
        odd = sorted((declared ^ set(tables)) | (declared ^ set(paths)))
        raise ValueError(
            f"{rule} declares other tables than it makes or writes: {', '.join(odd)}. A table is made in "
            f"workflow/scripts/{rule}.py and declared, with its stage, in ruralimpact.contracts."
        )
    for name, path in paths.items():
        with stage.replacing(path) as partial:
            write_table(tables[name], partial, name)


def table_of_rows(name: str, rows: "Sequence[DataclassInstance]") -> "pd.DataFrame":
    """Return rows as a result table; one without rows fulfils its contract.

    Parameters
    ----------
    name : str
        Of the table in the registry.
    rows : sequence of dataclass instances
        One class, whose fields are the columns in any order.

    Returns
    -------
    DataFrame
        Columns in the order of the contract.

    Raises
    ------
    ValueError
        The class has other fields than the table has columns: a defect of this package.
    """
    import pandas as pd

    if not rows:
        return empty_table(name)
    columns = list(REGISTRY[name].columns)
    if odd := {field.name for field in fields(rows[0])}.symmetric_difference(columns):
        raise ValueError(f"rows of {name} and its contract differ by {', '.join(sorted(odd))}")
    return pd.DataFrame({column: [getattr(row, column) for row in rows] for column in columns})


def stacked(name: str, frames: "Sequence[pd.DataFrame]") -> "pd.DataFrame":
    """Return parts of a result table below each other; without rows, an empty one.

    Parameters
    ----------
    name : str
        Of the table in the registry.
    frames : sequence of DataFrame
    """
    import pandas as pd

    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty_table(name)


def empty_table(name: str) -> "pd.DataFrame":
    """Return a table without rows that fulfils its contract.

    Parameters
    ----------
    name : str
        Of the table in the registry.

    Returns
    -------
    DataFrame
    """
    import pandas as pd

    columns = REGISTRY[name].columns
    return pd.DataFrame(
        {key: pd.Series(dtype=_DTYPES[column.kind]) for key, column in columns.items()}
    )
