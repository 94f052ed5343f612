"""What a declared edit works on: a table, the rule, and the file it is about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.schema import edit as rules
from ruralimpact.survey.raw_column import raw_column
from ruralimpact.survey.values import number_of, written

Cells = NDArray[np.bool_]
RuleT = TypeVar("RuleT", bound=rules.Edit)


@dataclass(frozen=True)
class EditJob(Generic[RuleT]):
    """One rule of ``edits:`` with the table that it works on.

    Attributes
    ----------
    table : DataFrame of str
        Indexed by row of the raw file.
    rule : schema.edit.Edit
    key : str
        Configuration key, for messages.
    file : path
    keys : tuple of str
        Raw columns that identify a row.
    identifier : str
        Raw column (or columns) of the unit's identifier, as `raw_column.raw_column` takes it.
    decimal : str
        Decimal mark of the file.
    one_of_several : bool
        Whether other files are edited by the same rule.
    as_written : tuple of str
        Raw columns whose values are different although they differ only in the way of writing.
    missing_codes : mapping of str to collection of str
        What means "missing" by raw column, in each form that it may be written in.
    """

    table: pd.DataFrame
    rule: RuleT
    key: str
    file: Path
    keys: tuple[str, ...]
    identifier: str
    decimal: str
    one_of_several: bool = False
    as_written: tuple[str, ...] = ()
    missing_codes: Mapping[str, Collection[str]] = field(default_factory=dict)

    def column(self, name: str) -> pd.Series:
        """Return a raw column."""
        return raw_column(self.table, name, self.file)

    def numbers(self, text: pd.Series) -> pd.Series:
        """Return texts as numbers, missing where they are none."""
        numbers = [number_of(cell.strip(), self.decimal) for cell in text]
        return pd.Series(numbers, index=text.index, dtype=float)

    def text(self, number: float) -> str:
        """Write a number as the file would."""
        return written(float(number)).replace(".", self.decimal)

    def replaced(self, column: pd.Series, changed: Cells, values: pd.Series) -> pd.Series:
        """Return a column with numbers in the place of some cells."""
        edited = column.copy()
        edited[changed] = [self.text(value) for value in values[changed]]
        return edited
