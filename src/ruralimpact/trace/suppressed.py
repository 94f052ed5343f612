"""Numbers of effects that no exhibit prints, so that a trace does not print them either."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from ruralimpact.contracts.blanking import NUMBERS
from ruralimpact.contracts.complements import FEWEST_GROUPS, FEWEST_UNITS
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.subgroup_order import level_key

MARK = "[s]"
FEW = (
    f"suppressed: fewer than {FEWEST_UNITS} units or {FEWEST_GROUPS} groups are behind it, or could be told "
    "from it"
)
MEAN = "suppressed: with the mean of nearly the same units it would tell that of the few others"
_TABLES = ("estimates", "subgroups")


@dataclass(frozen=True)
class SuppressedNumber:
    """A number that is known and not printed.

    Attributes
    ----------
    key : str
        What its key in findings.json would be.
    reason : str
    """

    key: str
    reason: str


@dataclass(frozen=True)
class PrintedEffects:
    """The effects of a study as exhibits print them.

    Attributes
    ----------
    folder : path
        Results of the study, of all rounds.
    """

    folder: Path

    def hides_means(self, name: str) -> bool:
        """Whether the means of an effect are not printed, by the name of its weights."""
        return any(
            bool(own.loc[name, ["suppressed", "means_suppressed"]].any())
            for own in self._printed.values()
            if name in own.index
        )

    def numbers(self) -> Iterator[SuppressedNumber]:
        """Yield the numbers that are known and not printed."""
        for table, printed in self._printed.items():
            known = self._stored[table][[name for name in NUMBERS if name in printed]].notna()
            for name, hidden in (known & printed[known.columns].isna()).iterrows():
                reason = FEW if printed.loc[str(name), "suppressed"] else MEAN
                key = level_key(str(name)).replace(" ", "_")
                yield from (
                    SuppressedNumber(f"{key}/{number}", reason)
                    for number in hidden.index[hidden.to_numpy(dtype=bool)]
                )

    @cached_property
    def _stored(self) -> dict[str, pd.DataFrame]:
        return {table: _by_name(_of_rounds(self.folder, table)) for table in _TABLES}

    @cached_property
    def _printed(self) -> dict[str, pd.DataFrame]:
        stored = {table: _of_rounds(self.folder, table) for table in _TABLES}
        return {table: _by_name(frame) for table, frame in suppressed_tables(stored).items()}


def _of_rounds(folder: Path, table: str) -> pd.DataFrame:
    frames = [
        pd.read_parquet(path) for path in sorted(folder.glob(f"**/estimates/{table}.parquet"))
    ]
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def _by_name(frame: pd.DataFrame) -> pd.DataFrame:
    """Index effects by the names of their weights; of comparisons of levels there are none."""
    if "kind" not in frame:
        return frame.set_index("spec_id", drop=False)
    levels = frame[frame["kind"] == "level"]
    return levels.set_index(levels["spec_id"] + "::" + levels["subgroup"] + "=" + levels["level"])
