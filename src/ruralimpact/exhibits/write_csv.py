"""Tables as CSV: one line a data row, unrounded values, headings as columns."""

import csv
import io
import math

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Table, Value, one_line
from ruralimpact.exhibits.spreadsheet_text import neutralised
from ruralimpact.language import gettext, marked

_STAND_IN = marked("synthetic stand-in")


def csv_text(tables: tuple[Table, ...]) -> str:
    """Return the unrounded values behind an exhibit's tables.

    Columns are ``panel``, ``group`` and ``row`` (the headings and the label a row stands under), then
    the values by name in their printed unit; missing and suppressed values are empty. Texts that spreadsheet
    programs would run as formulas have an apostrophe before them, and no line ends and control characters.
    """
    records = [record for table in tables for record in _records(table)]
    synthetic = any(table.synthetic for table in tables)
    if synthetic and not records:
        records = [{"data": gettext(_STAND_IN)}]
    first = ["panel", "group", "row", *(["data"] if synthetic else [])]
    names = list(dict.fromkeys([*first, *(name for record in records for name in record)]))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return buffer.getvalue()


def _records(table: Table) -> list[dict[str, str]]:
    records = []
    panel = group = ""
    for row in table.rows:
        if row.kind == "panel":
            panel, group = row.label.text, ""
        elif row.kind == "group":
            group = row.label.text
        elif row.record is not None:
            position: dict[str, Value] = {"panel": panel, "group": group, "row": row.label.text}
            if table.synthetic:
                position["data"] = gettext(_STAND_IN)
            values = position | {name: _said(name, own) for name, own in row.record.items()}
            records.append({name: _text(value) for name, value in values.items()})
    return records


def _said(name: str, value: Value) -> Value:
    """Return a value; a unit in the language that is spoken."""
    return formatting.translated(value) if name == "unit" and isinstance(value, str) else value


def _text(value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return repr(float(value))
    return neutralised(one_line(value)) if isinstance(value, str) else str(value)
