"""Raw survey files as text, whatever their format, with the row numbers their owner sees."""

import csv
from codecs import lookup
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruralimpact.errors import ConfigError, DataError, RuralImpactError
from ruralimpact.suggestions import nearest

if TYPE_CHECKING:
    import pandas as pd

_CSV_OPTIONS = ("encoding", "delimiter", "decimal")


def require_file(path: str | Path, key: str) -> Path:
    """Return `path` if it is a file.

    Parameters
    ----------
    path : path
    key : str
        Config key that names the file, for the message.

    Raises
    ------
    DataError
        There is no such file.
    """
    if not Path(path).is_file():
        hint = f"It is named by the key '{key}'."
        raise DataError("there is no such file.", file=path, hint=hint)
    return Path(path)


def read_source(source: Mapping[str, Any], path: str | Path | None = None) -> "pd.DataFrame":
    """Read one raw file of a study, every cell as text.

    Parameters
    ----------
    source : mapping
        An item of ``sources:`` in study.yaml: ``name``, ``path`` and, for a CSV file, ``encoding``
        (default UTF-8) and ``delimiter`` (default comma); for an Excel file ``sheet`` (default the
        first).
    path : path, optional
        Where the file is, if not at ``source["path"]``.

    Returns
    -------
    DataFrame of str
        Cells without a value are the empty string. Numbers that a format stores as such are written
        so that they read back exactly, whole numbers without a decimal point. The index, ``row``,
        is the line of a CSV file or spreadsheet (the header is line 1), else the number of the
        record.
        A line that is wholly blank is kept as a row of empty strings.

    Raises
    ------
    DataError
        The file is missing, empty, not in the encoding stated, or a line has too many or too few
        fields.
    ConfigError
        The format is not known, or an option does not apply to it.
    """
    key = f"sources.{source['name']}"
    file = require_file(source["path"] if path is None else path, f"{key}.path")
    suffix = file.suffix.lower()
    if suffix not in _READERS:
        problem = f"files of type '{suffix}' cannot be read. Known: {', '.join(_READERS)}."
        raise ConfigError(problem, key=f"{key}.path")
    allowed = {".csv": _CSV_OPTIONS, ".xlsx": ("sheet",)}.get(suffix, ())
    for option in (*_CSV_OPTIONS, "sheet"):
        if option in source and option not in allowed:
            raise ConfigError(f"does not apply to a {suffix} file.", key=f"{key}.{option}")
    try:
        return _READERS[suffix](file, source)
    except RuralImpactError:
        raise
    except (
        Exception
    ) as error:  # the libraries behind a format raise what they like on a damaged file
        raise DataError(f"cannot be read as a {suffix} file: {error}", file=file) from None


def _read_csv(file: Path, source: Mapping[str, Any]) -> "pd.DataFrame":
    key, encoding = f"sources.{source['name']}.encoding", str(source.get("encoding", "utf-8"))
    try:
        lookup(encoding)
        lines = _csv_lines(file, encoding, str(source.get("delimiter", ",")))
    except UnicodeDecodeError:
        hint = f"State its encoding (often latin-1 or cp1252) under the key '{key}'."
        raise DataError(f"is not text in the encoding {encoding}.", file=file, hint=hint) from None
    except LookupError:
        hint = nearest(encoding, ["utf-8", "latin-1", "cp1252"])
        raise ConfigError(f"there is no encoding '{encoding}'. {hint}", key=key) from None
    return _with_header(lines, file)


def _csv_lines(file: Path, encoding: str, delimiter: str) -> dict[int, list[str]]:
    """Return the records of a CSV file by the line each starts on."""
    utf8 = lookup(encoding).name == "utf-8"
    with file.open(encoding="utf-8-sig" if utf8 else encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        lines: dict[int, list[str]] = {}
        start = 1
        try:
            for record in reader:
                lines[start] = record
                start = reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"cannot be read as a table: {error}.", file=file, rows=[start]
            ) from None
    return lines


def _with_header(lines: Mapping[int, Sequence[str]], file: Path) -> "pd.DataFrame":
    """Take the names from the first line, and refuse lines with more or fewer fields than it."""
    import pandas as pd

    if not lines:
        raise DataError("is empty.", file=file)
    numbers = list(lines)
    header = [name.strip() for name in lines[numbers[0]]]
    blank = [""] * len(header)
    body = {row: lines[row] or blank for row in numbers[1:]}
    odd = [row for row, record in body.items() if len(record) != len(header)]
    if odd:
        problem = f"the header has {len(header)} fields, and row {odd[0]} has {len(body[odd[0]])}."
        raise DataError(problem, file=file, rows=odd)
    index = pd.Index(list(body), name="row", dtype="int64")
    table = pd.DataFrame(list(body.values()), index=index, columns=header, dtype="str")
    stripped: pd.DataFrame = table.apply(lambda column: column.str.strip())
    return stripped


def _read_xlsx(file: Path, source: Mapping[str, Any]) -> "pd.DataFrame":
    import pandas as pd

    try:
        table = pd.read_excel(
            file,
            header=None,
            sheet_name=source.get("sheet", 0),
            keep_default_na=False,
            na_values=[""],
        )
    except ValueError as error:
        if "sheet" not in source:
            raise
        raise ConfigError(f"{error}.", key=f"sources.{source['name']}.sheet") from None
    records = _as_text(table).to_numpy().tolist()
    return _with_header(dict(enumerate(records, start=1)), file)


def _read_dta(file: Path, _: Mapping[str, Any]) -> "pd.DataFrame":
    import pandas as pd

    return _numbered(_as_text(pd.read_stata(file, convert_categoricals=False)))


def _read_sav(file: Path, _: Mapping[str, Any]) -> "pd.DataFrame":
    import pyreadstat

    return _numbered(_as_text(pyreadstat.read_sav(file, apply_value_formats=False)[0]))


def _as_text(table: "pd.DataFrame") -> "pd.DataFrame":
    text: pd.DataFrame = table.apply(lambda column: column.astype(object).map(_text))
    return text.astype(str)


def _text(value: object) -> str:
    """Write a cell so that a number reads back exactly; a missing value is the empty string."""
    if value is None or value != value:  # NaN and NaT differ from themselves
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, (str, int)):
        return str(value).strip()
    number = float(value)  # type: ignore[arg-type]
    return str(int(number)) if number.is_integer() else repr(number)


def _numbered(table: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    return table.set_axis(pd.RangeIndex(1, len(table) + 1, name="row"), axis=0)


_READERS: dict[str, Callable[[Path, Mapping[str, Any]], "pd.DataFrame"]] = {
    ".csv": _read_csv,
    ".dta": _read_dta,
    ".sav": _read_sav,
    ".xlsx": _read_xlsx,
}
