"""Variables that a unit does not change, as its records before and after have them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.contradictions import Contradiction
from ruralimpact.description.records import set_to_missing

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class KeptVariables:
    """Variables that units keep: by which they are shown, their place, and amounts that are no outcome.

    Attributes
    ----------
    before : DataFrame
        One row a unit, with the variables and what was set to missing of them.
    after : mapping of str to DataFrame, each of shape (n, waves)
        By variable, in the order of the units of `before`.
    """

    before: pd.DataFrame
    after: Mapping[str, pd.DataFrame]

    @cached_property
    def described(self) -> pd.DataFrame:
        """The records before; what is blank there is known from those after, where these agree."""
        known = {
            name: self.before[name].where(~self._known_after_only(name), self._in_common(name))
            for name in self.after
        }
        return self.before.assign(**known)

    def contradictions(self) -> Iterator[Contradiction]:
        """Yield what another record has otherwise, or alone."""
        for name, after in self.after.items():
            before = self.before[name]
            differs = after.notna() & after.ne(before, axis=0)
            yield Contradiction(
                name,
                before.notna().to_numpy(bool),
                differs.any(axis=1).to_numpy(bool),
                f"'{name}' is another one after than before; that before is used",
            )
            yield Contradiction(
                name,
                before.isna().to_numpy(bool),
                self._known_after_only(name),
                f"'{name}' is known after and not before; that after is used",
            )

    def _in_common(self, name: str) -> "pd.Series[Any]":
        """What all records after that have any have; missing where they differ."""
        after = self.after[name]
        first = after.bfill(axis=1)[after.columns[0]]
        return first.where((after.eq(first, axis=0) | after.isna()).all(axis=1))

    def _known_after_only(self, name: str) -> BoolArray:
        """Units whose value before is blank, and was not set to missing, with one known after."""
        blank = self.before[name].isna() & ~set_to_missing(self.before, name)
        return np.asarray(blank & self._in_common(name).notna(), dtype=bool)
