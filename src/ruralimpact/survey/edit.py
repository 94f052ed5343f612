"""What a declared edit works on: a table, the rule, and the file it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError
from ruralimpact.survey.raw_column import raw_column
from ruralimpact.survey.values import number_of, written

Cells = NDArray[np.bool_]


@dataclass(frozen=True)
class Edit:
    """One rule of ``edits:`` with the table that it works on.

    Attributes
    ----------
    table : DataFrame of str
        Indexed by row of the raw file.
    rule : mapping
        ``rule`` and its own keys.
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
    """

    table: pd.DataFrame
    rule: Mapping[str, Any]
    key: str
    file: Path
    keys: tuple[str, ...]
    identifier: str
    decimal: str
    one_of_several: bool = False

    def option(self, name: str) -> Any:
        """Return a key that must be there."""
        if name not in self.rule:
            raise ConfigError(f"'{self.rule['rule']}' needs the key '{name}'.", key=self.key)
        return self.rule[name]

    def column(self, name: str) -> pd.Series:
        """Return a raw column."""
        return raw_column(self.table, name, self.file)

    def numbers(self, text: pd.Series) -> pd.Series:
        """Return texts as numbers, missing where they are none."""
        result = [number_of(item.strip(), self.decimal) for item in text]
        return pd.Series(result, index=text.index, dtype=float)

    def text(self, number: float) -> str:
        """Write a number as the file would."""
        return written(float(number)).replace(".", self.decimal)

    def replaced(self, column: pd.Series, changed: Cells, values: pd.Series) -> pd.Series:
        """Return a column with numbers in the place of some cells."""
        result = column.copy()
        result[changed] = [self.text(value) for value in values[changed]]
        return result
