"""Which codes the variables of survey tables have."""

from collections.abc import Collection, Mapping

import pandas as pd

from ruralimpact.survey.declared_values import other_forms
from ruralimpact.survey.values import code_of


class ObservedCodes:
    """The codes that variables have in survey tables, of all waves that have come.

    Parameters
    ----------
    surveys : mapping of str to DataFrame
    as_written : collection of str
        Variables whose values are different although they differ only in the way of writing.
    """

    def __init__(
        self, surveys: Mapping[str, pd.DataFrame], as_written: Collection[str] = ()
    ) -> None:
        self._tables = tuple(surveys.values())
        self._as_written = frozenset(as_written)
        self._codes: dict[str, frozenset[str]] = {}

    def of(self, name: str) -> frozenset[str]:
        """Return the codes of a variable; none where no table has it."""
        if name not in self._codes:
            columns = [table[name].dropna().unique() for table in self._tables if name in table]
            self._codes[name] = frozenset(code_of(value) for values in columns for value in values)
        return self._codes[name]

    def near(self, name: str, codes: Collection[str]) -> list[str]:
        """Return the codes of a variable that are none of some, but for the way of writing."""
        if name in self._as_written:
            return []
        return other_forms(self.of(name), codes)
