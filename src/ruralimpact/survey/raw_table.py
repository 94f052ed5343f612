"""A raw file as read: every cell as text, with what the file itself says of its columns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from ruralimpact.schema.quality import FileLabels

# How a file stores a column: as text, as a number of 64 or 32 bits (or whole), or as a date.
TEXT, NUMBER, FLOAT32, DATE = "text", "number", "float32", "date"


@dataclass(frozen=True)
class RawTable:
    """One raw file.

    Attributes
    ----------
    cells : DataFrame of str
        The empty string is missing. The index, ``row``, is the line of a text file or spreadsheet (the
        first is 1), else the number of the record. Names of columns may stand twice, as long as nothing
        uses them.
    value_labels : mapping of str to mapping
        By column: code (as `values.code_of` writes it) to the label that the file gives it.
    questions : mapping of str to str
        By column: what the file says that it is.
    missing : mapping of str to frozenset of str
        By column: texts that the file itself declares to mean "missing".
    stored : mapping of str to str
        By column: ``number``, ``float32`` or ``date`` where the file stores it as such; others are text.
    decimals : mapping of str to str
        By column: its decimal mark, where it is stated and may differ from that of the source.
    notes : tuple of str
        What was edited or passed over in reading, in words.
    blank_lines : int
        Lines without any cell, which are not among `cells`.
    """

    cells: pd.DataFrame
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stored: Mapping[str, str] = field(default_factory=dict)
    decimals: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    blank_lines: int = 0

    def with_cells(self, cells: pd.DataFrame) -> "RawTable":
        """Return the table with other cells."""
        return replace(self, cells=cells)

    def file_labels(self, columns: Collection[str]) -> dict[str, FileLabels]:
        """What the file says of some columns, where it does."""
        return {
            name: FileLabels(
                label=self.questions.get(name, ""), values=dict(self.value_labels.get(name, {}))
            )
            for name in self.cells.columns
            if name in columns and (name in self.questions or name in self.value_labels)
        }


def numbered_records(cells: pd.DataFrame) -> pd.DataFrame:
    """Return cells of a file that has records rather than lines, indexed by their number from 1."""
    return cells.set_axis(pd.RangeIndex(1, len(cells) + 1, name="row"), axis=0)
