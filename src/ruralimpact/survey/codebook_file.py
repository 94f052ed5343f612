"""The codebook as a file: .csv as any spreadsheet saves it, or .xlsx."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ruralimpact.errors import ConfigError, DataError, Mark
from ruralimpact.schema.codebook import COLUMNS, CodebookRow
from ruralimpact.suggestions import near, nearest, nearest_of
from ruralimpact.survey.codebook import UNUSED
from ruralimpact.survey.file_kind import other_kind
from ruralimpact.survey.grid import Grid
from ruralimpact.survey.malformed_codebook import (
    PARTED,
    is_readable,
    lines_apart,
    without_surplus,
)
from ruralimpact.survey.read_csv import read_csv
from ruralimpact.survey.values import ERROR_HINTS, normalised

NAMES = ("codebook.csv", "codebook.xlsx")
# Sheet of a workbook that has others beside it.
SHEET = "codebook"
_NEEDED = ("variable", "source", "raw_name", "type", "role")
_DELIMITERS = ",;\t|"
_BOUNDS = ("minimum", "maximum")
# In the place of a column that is none of a codebook.
_IGNORED = ""


def codebook_path(folder: Path) -> Path:
    """Return the codebook of a study's folder.

    Raises
    ------
    ConfigError
        There are two.
    """
    paths = [folder / name for name in NAMES if (folder / name).is_file()]
    if len(paths) > 1:
        problem = f"there is {paths[1].name} too; one of them is to be the codebook."
        raise ConfigError(problem, file=paths[0])
    return paths[0] if paths else folder / NAMES[0]


@dataclass(frozen=True)
class CodebookFile:
    """A codebook as far as it can be read.

    Attributes
    ----------
    rows : dict of int to CodebookRow
        By line of the file; a column that is nearly one of a codebook is taken for it. None where a column is
        missing that every row needs.
    problems : tuple of ConfigError
        All that is wrong, in the order of the file.
    unread : frozenset of str
        Variables of lines that cannot be read.
    """

    rows: dict[int, CodebookRow]
    problems: tuple[ConfigError, ...] = ()
    unread: frozenset[str] = frozenset()


def read_codebook(path: Path, *, shown: Path | None = None) -> dict[int, CodebookRow]:
    """Read the rows of a codebook as text.

    Parameters
    ----------
    path : path
        Cells of a .csv may be separated by commas, semicolons (then numbers may have a decimal comma), or
        tabs.
    shown : path, optional
        Its name in messages.

    Returns
    -------
    dict of int to CodebookRow
        By line of the file. Blank lines are passed over, and those of columns that are not used; so are
        columns of one's own (`further_columns`).

    Raises
    ------
    ConfigError
        The file is missing or no table; the name of a column is nearly that of one that is known, or stands
        twice; a column is missing; a line has more cells than the header.
    """
    codebook = examine_codebook(path, shown=shown)
    for problem in codebook.problems:
        raise problem
    return codebook.rows


def examine_codebook(path: Path, *, shown: Path | None = None) -> CodebookFile:
    """Find all that is wrong with a codebook as a table, and read what can be read of it.

    Parameters
    ----------
    path, shown
        See `read_codebook`.
    """
    name = shown or path
    malformed: list[ConfigError] = []
    try:
        grid, comma = _grid(path, name)
    except ConfigError as problem:
        malformed.append(problem)
        delimiter = _delimiter(path)
        grid, comma = lines_apart(path, delimiter), delimiter == ";"
    filled = {line: cells for line, cells in grid.items() if any(map(str.strip, cells))}
    if not filled:
        told = malformed or [ConfigError("the codebook is empty.", file=name)]
        return CodebookFile({}, tuple(told))
    first, *lines = filled
    header, problems = _header(filled[first], name, first)
    missing = [column for column in _NEEDED if column not in header]
    if missing and malformed:
        return CodebookFile({}, tuple(malformed))
    if missing:
        absent = f"the codebook has no column '{missing[0]}'."
        told = problems[:1] or [ConfigError(absent, file=name, mark=Mark(first))]
        return CodebookFile({}, tuple(told))
    rows: dict[int, CodebookRow] = {}
    unread: set[str] = set()
    for line in lines:
        row, mistake = _nearly(header, filled[line], comma, name, line)
        if mistake is not None or (malformed and not is_readable(row)):
            problems += [mistake] if mistake is not None else []
            unread.add(row.variable)
        if row.role != UNUSED and (is_readable(row) or not (mistake or malformed)):
            rows[line] = row
    return CodebookFile(rows, (*malformed, *problems), frozenset(unread))


def further_columns(path: Path) -> list[str]:
    """Return the columns of a codebook that can be read which are its author's own, such as comments."""
    grid, _ = _grid(path, path)
    header = next((cells for cells in grid.values() if any(map(str.strip, cells))), ())
    names = [name for name in map(normalised, header) if name and name not in COLUMNS]
    return [name for name in names if not near(name, COLUMNS)]


def _grid(path: Path, name: Path) -> tuple[Grid, bool]:
    """Return the cells by line, and whether commas may be decimal marks; a fault names the line."""
    try:
        return _cells(path)
    except FileNotFoundError:
        raise ConfigError("there is no such file.", file=name) from None
    except DataError as error:
        line = error.rows[0] if error.rows else None
        mark = Mark(line) if isinstance(line, int) else None
        problem = f"{error.problem} {error.hint or ''}".strip()
        raise ConfigError(problem, file=name, mark=mark) from None


def _cells(path: Path) -> tuple[Grid, bool]:
    """Return the cells by line, and whether commas may be decimal marks."""
    if path.is_file() and (kind := other_kind(path, path.suffix.lower())):
        raise DataError(f"is no {path.suffix.lower()} file: it is {kind}.")
    if path.suffix.lower() == ".xlsx":
        from ruralimpact.survey.read_excel import read_excel

        if not path.is_file():
            raise FileNotFoundError
        try:
            return read_excel(path, sheet=_sheet(path))[0], False
        except DataError as error:
            several = f"Call the one that is the codebook '{SHEET}'."
            hint = several if "none is named" in error.problem else error.hint
            raise DataError(error.problem, rows=error.rows, hint=hint) from None
        except Exception as error:  # openpyxl raises what it likes on a damaged file
            raise DataError(f"cannot be read as a workbook: {error}") from None
    delimiter = _delimiter(path)
    try:
        return read_csv(path, delimiter=delimiter), delimiter == ";"
    except DataError as error:
        if "encoding" not in error.problem:
            raise
        raise DataError(error.problem, hint="Save it as text in UTF-8.") from None


def _delimiter(path: Path) -> str:
    """Return what separates the cells of a text file, by its header."""
    if not path.is_file():
        return ","
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        header = next((line for line in file if line.strip()), "")
    marks = [mark for mark in _DELIMITERS if "variable" in map(_word, header.split(mark))]
    return marks[0] if marks else ","


def _sheet(path: Path) -> str | None:
    """Return the sheet of the codebook where it says which it is."""
    from ruralimpact.survey.workbook import open_workbook

    book = open_workbook(path, data_only=False)
    try:
        return SHEET if SHEET in book.sheetnames else None
    finally:
        book.close()


def _word(cell: str) -> str:
    return normalised(cell).strip('"')


def _header(cells: Sequence[str], name: Path, line: int) -> tuple[list[str], list[ConfigError]]:
    """Return the columns of a codebook, those that are none as what they are nearly, and their mistakes."""
    header = [normalised(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    lacking = [column for column in _NEEDED if column not in header]
    columns: list[str] = []
    problems: list[ConfigError] = []
    for column in header:
        if column and column not in COLUMNS and (lacking or near(column, COLUMNS)):
            problem = f"there is no codebook column '{column}'. {nearest(column, COLUMNS)}"
            problems.append(ConfigError(problem, file=name, mark=Mark(line)))
            close = nearest_of(column, COLUMNS)
            columns.append(close if close is not None and close not in header else _IGNORED)
        elif column in COLUMNS and column in columns:
            problem = f"the column '{column}' stands twice."
            problems.append(ConfigError(problem, file=name, mark=Mark(line)))
            columns.append(_IGNORED)
        else:
            columns.append(column if column in COLUMNS else _IGNORED)
    return columns, problems


def _nearly(
    header: Sequence[str], cells: Sequence[str], comma: bool, name: Path, line: int
) -> tuple[CodebookRow, ConfigError | None]:
    """Return the row of a line, or what it seems to be and what is wrong with it."""
    if any(map(str.strip, cells[len(header) :])):
        column, row = without_surplus(header, cells) or (None, _row(header, cells, comma))
        return row, ConfigError(_surplus(column), file=name, mark=Mark(line))
    row = _row(header, cells, comma)
    for column, text in row.model_dump().items():
        if text in ERROR_HINTS:
            problem = (
                f"the cell of the column '{column}' has no value of its own. {ERROR_HINTS[text]}"
            )
            known = row.model_copy(update={column: ""})
            return known, ConfigError(problem, file=name, mark=Mark(line))
    return row, None


def _surplus(column: str | None) -> str:
    """Say what a line with too many cells lacks."""
    if column in PARTED:
        return (
            f"the line has more fields than the header. The parts of '{column}' are separated by |."
        )
    if column:
        return (
            "the line has more fields than the header. A cell that holds what separates cells stands in "
            f"quotes: here that of '{column}'."
        )
    return "the line has more fields than the header."


def _row(header: Sequence[str], cells: Sequence[str], comma: bool) -> CodebookRow:
    texts = [normalised(cell) for cell in cells[: len(header)]]
    known = {column: text for column, text in zip(header, texts, strict=False) if column in COLUMNS}
    row = {**dict.fromkeys(COLUMNS, ""), **known}
    if comma:
        row |= {bound: row[bound].replace(",", ".") for bound in _BOUNDS}
    return CodebookRow(**row)
