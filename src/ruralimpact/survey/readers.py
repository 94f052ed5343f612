"""Raw survey files as text, whatever their format, with the row numbers their owner sees."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey.suggestions import nearest

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
    return _READERS[suffix](file, source)


def _read_csv(file: Path, source: Mapping[str, Any]) -> "pd.DataFrame":
    import pandas as pd

    encoding = str(source.get("encoding", "utf-8"))
    try:
        table = pd.read_csv(
            file,
            header=None,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            sep=source.get("delimiter", ","),
            encoding="utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding,
        )
    except pd.errors.EmptyDataError:
        raise DataError("is empty.", file=file) from None
    except pd.errors.ParserError as error:
        reason = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        raise DataError(f"cannot be read as a table: {reason}.", file=file) from None
    except UnicodeDecodeError:
        key = f"sources.{source['name']}.encoding"
        hint = f"State its encoding (often latin-1 or cp1252) under the key '{key}'."
        raise DataError(f"is not text in the encoding {encoding}.", file=file, hint=hint) from None
    except LookupError:
        known = nearest(encoding, ["utf-8", "latin-1", "cp1252"])
        key = f"sources.{source['name']}.encoding"
        raise ConfigError(f"there is no encoding '{encoding}'. {known}", key=key) from None
    return _with_header(table, file)


def _with_header(table: "pd.DataFrame", file: Path) -> "pd.DataFrame":
    """Take the names from the first line, number the others, and refuse lines cut short."""
    blank = table.isna().all(axis=1)
    short = table.isna().any(axis=1) & ~blank
    if short.any():
        rows = [row + 1 for row in table.index[short]]
        raise DataError("fewer fields than the header.", file=file, rows=rows)
    body: pd.DataFrame = table.iloc[1:].fillna("").apply(lambda column: column.str.strip())
    body.columns = [str(name).strip() for name in table.iloc[0].fillna("")]
    body.index = (body.index + 1).rename("row")
    return body


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
        raise ConfigError(f"{error}.", key=f"sources.{source['name']}.sheet") from None
    if table.empty:
        raise DataError("is empty.", file=file)
    return _with_header(_as_text(table), file)


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
