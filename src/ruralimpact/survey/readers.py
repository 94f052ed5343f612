"""A raw file of a study as text, whatever its format: one module a format, one table out of each."""

from collections.abc import Sequence
from pathlib import Path

from ruralimpact.errors import ConfigError, DataError, RuralImpactError
from ruralimpact.schema.source import JoinedFile, Reading, SourceEntry
from ruralimpact.survey.file_digest import file_digest
from ruralimpact.survey.file_kind import other_kind
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.table_place import table_place

# Text files by the mark that separates their cells where none is stated.
TEXTS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": ",", ".dat": ","}
# Options of a source by the formats that they apply to.
_OPTIONS = {
    **dict.fromkeys(TEXTS, ("encoding", "delimiter", "decimal")),
    ".xlsx": ("sheet", "merged", "decimal"),
    ".dta": ("encoding", "decimal"),
    ".sav": ("encoding", "decimal"),
    ".parquet": ("decimal",),
}
FORMATS = tuple(_OPTIONS)


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
        problem = "is a folder." if Path(path).is_dir() else "there is no such file."
        raise DataError(problem, file=path, hint=hint)
    return Path(path)


def read_source(source: SourceEntry | JoinedFile, path: str | Path | None = None) -> RawTable:
    """Read one raw file of a study, see `read_file`.

    Parameters
    ----------
    source : SourceEntry or JoinedFile
    path : path, optional
        Where the file is, if not at ``source.path``.
    """
    file = source.path if path is None else path
    try:
        return read_file(file, source, key=f"sources.{source.name}")
    except DataError as error:
        if str(error.file) != str(file):
            raise
        raise error.in_file(table_place(source, file)) from None


def read_joined(source: SourceEntry) -> dict[str, RawTable]:
    """Read the files that are joined to a source, by name; see `read_file`."""
    return {joined.name: read_source(joined) for joined in source.join}


def read_file(path: str | Path, reading: Reading, *, key: str) -> RawTable:
    """Read a raw file, every cell as text.

    Parameters
    ----------
    path : path
    reading : Reading
        How it is read, as far as its format can be read in several ways.
    key : str
        Config key of the file, for messages.

    Returns
    -------
    RawTable
        Numbers that a format stores as such are written so that they read back exactly, whole numbers
        without a decimal point.

    Raises
    ------
    DataError
        The file is missing, empty, damaged or not in the encoding, its rows differ in length, or it changed
        while it was read.
    ConfigError
        Its type is unknown, an option does not apply to its type, or names no sheet or encoding.
    """
    file = require_file(path, f"{key}.path")
    suffix = file.suffix.lower()
    if suffix not in _OPTIONS:
        problem = f"files of type '{suffix}' cannot be read. Known: {', '.join(_OPTIONS)}."
        raise ConfigError(problem, key=f"{key}.path")
    for option in sorted({name for names in _OPTIONS.values() for name in names}):
        if getattr(reading, option) is not None and option not in _OPTIONS[suffix]:
            raise ConfigError(f"does not apply to a {suffix} file.", key=f"{key}.{option}")
    kind = other_kind(file, suffix)
    if kind is not None:
        raise DataError(f"is no {suffix} file: it is {kind}.", file=file)
    before = file_digest(file)
    table = _read(file, suffix, reading, key)
    if file_digest(file) != before:
        raise DataError("changed while it was being read.", file=file, hint="Run again.")
    return table


def _read(file: Path, suffix: str, reading: Reading, key: str) -> RawTable:
    try:
        return _by_format(file, suffix, reading, key)
    except DataError as error:
        if error.file is not None:
            raise
        raise DataError(error.problem, file=file, hint=error.hint) from None
    except RuralImpactError:
        raise
    except MemoryError as error:
        raise DataError("is too large for this computer's memory.", file=file) from error
    except (
        Exception
    ) as error:  # the libraries behind a format raise what they like on a damaged file
        words = " ".join(str(error).split())
        raise DataError(f"cannot be read as a {suffix} file: {words}", file=file) from None


def _by_format(file: Path, suffix: str, reading: Reading, key: str) -> RawTable:
    # Each reader is imported when its format occurs: their libraries are slow to load.
    header = _rows(reading.header)
    stated = {name: getattr(reading, name) for name in _OPTIONS[suffix]}
    given = {name: value for name, value in stated.items() if value is not None}
    mark = given.pop("decimal", ".")
    if suffix in TEXTS:
        from ruralimpact.survey.csv_table import read_csv_table

        return read_csv_table(file, header, key=key, **{"delimiter": TEXTS[suffix], **given})
    if suffix == ".xlsx":
        from ruralimpact.survey.grid import table_of
        from ruralimpact.survey.read_excel import read_excel

        grid, notes = read_excel(file, header=header, decimal=mark, key=key, **given)
        return table_of(grid, file, header, notes=notes)
    if header:
        raise ConfigError(f"does not apply to a {suffix} file.", key=f"{key}.header")
    if suffix == ".dta":
        from ruralimpact.survey.read_stata import read_stata

        return read_stata(file, key=key, **given)
    if suffix == ".sav":
        from ruralimpact.survey.read_spss import read_spss

        return read_spss(file, key=key, **given)
    from ruralimpact.survey.read_parquet import read_parquet

    return read_parquet(file)


def _rows(header: int | Sequence[int] | None) -> tuple[int, ...]:
    if header is None:
        return ()
    return (header,) if isinstance(header, int) else tuple(header)
