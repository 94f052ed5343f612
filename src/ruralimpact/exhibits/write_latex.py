r"""Tables as LaTeX: floats with booktabs rules and notes under them, to be taken in with ``\input``."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from math import ceil
from textwrap import wrap

from pylatexenc.latexencode import UnicodeToLatexEncoder

from ruralimpact.exhibits.model import Cell, Column, Row, Table
from ruralimpact.language import gettext

PACKAGES = "adjustbox,array,booktabs,rotating,threeparttable"
_LABEL = 14  # characters to the line of a column label
_LONG_LABEL = 44  # characters of a row label that is broken into lines
_STUB = 5.5  # its width then, cm
_STEP = 1.2  # cm of a column of width 1
_UPRIGHT, _LYING = 46, 25  # lines that a float holds
_NOTE_LINE = 110  # characters of a line of notes
_FEWEST = 4  # rows of the last float of a table

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedblright{}",
        "\N{MINUS SIGN}": r"\ensuremath{-}",
        "\N{EN DASH}": "--",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{PRIME}": r"\ensuremath{'}",
        "\N{REVERSED PRIME}": r"\textasciigrave{}",
        "\N{LATIN SMALL LETTER N PRECEDED BY APOSTROPHE}": "'n",
        "\N{LATIN SMALL LETTER LONG S}": "s",
        "\N{NO-BREAK SPACE}": "~",
        "\N{DAGGER}": r"\dag{}",
        "\N{DOUBLE DAGGER}": r"\ddag{}",
    }
)
# Commands of which TeX's first encoding, that of an article that says nothing, has no letter.
_OF_T1 = re.compile(r"\\(guil\w+|quot\w+base|k\b|th\b|TH\b|dh\b|DH\b|dj\b|DJ\b|ng\b|NG\b)")


def escape(text: str) -> str:
    """Return `text` with LaTeX's special characters made literal, and others as its commands."""
    plain = unicodedata.normalize("NFC", text).translate(_ESCAPES)
    if plain.isascii():
        return plain
    return "".join(sign if sign.isascii() else _command(sign) for sign in plain)


@cache
def _command(sign: str) -> str:
    """The command of a character; the character itself where there is none."""
    command = str(_encoder().unicode_to_latex(sign))
    return rf"{{\fontencoding{{T1}}\selectfont {command}}}" if _OF_T1.search(command) else command


@cache
def _encoder() -> UnicodeToLatexEncoder:
    return UnicodeToLatexEncoder(
        non_ascii_only=True, unknown_char_policy="keep", unknown_char_warning=False
    )


def latex_document(tables: tuple[Table, ...], label: str) -> str:
    r"""Return the tables of an exhibit as LaTeX, to be used with ``\input``.

    Parameters
    ----------
    tables : tuple of Table
    label : str
        Stem of the cross-reference labels, with the study's name: ``tab:label``, ``tab:label-2``.

    Notes
    -----
    A table is a float, on its side where it is wide, and several of one number where it is longer than a
    page. One that is too large nevertheless is made smaller.
    """
    body = [
        line
        for position, table in enumerate(tables, start=1)
        for line in _floats(table, f"tab:{label}" if position == 1 else f"tab:{label}-{position}")
    ]
    text = "\n".join(body)
    head = [f"% Needs \\usepackage{{{PACKAGES}}}"]
    if not text.isascii():
        head.append("% Holds characters that pdflatex does not know: use XeLaTeX or LuaLaTeX")
    if tables[0].synthetic:
        head.append("% Synthetic stand-in: no number here describes real producers")
    return "\n".join([*head, text]) + "\n"


def _floats(table: Table, label: str) -> Iterator[str]:
    parts = _parts(table)
    for position, rows in enumerate(parts):
        title = escape(table.full_title)
        caption = rf"\caption{{{title}}}\label{{{label}}}"
        if position:
            caption = rf"{{\tablename~\ref{{{label}}} ({gettext('continued')})\par\medskip}}"
        yield _float(table, rows, caption, last=position == len(parts) - 1)


def _float(table: Table, rows: Sequence[Row], caption: str, *, last: bool) -> str:
    kind, floating, height = (
        ("sidewaystable", "", r"0.84\textwidth")
        if table.wide
        else ("table", "[htbp]", r"0.84\textheight")
    )
    columns = "".join(
        rf"{_BROKEN}p{{{_STEP * column.width:.1f}cm}}" if column.text else "r"
        for column in table.columns
    )
    letters = r"\scriptsize" if table.dense else r"\footnotesize"
    lines = [
        rf"\begin{{{kind}}}{floating}",
        r"\centering",
        caption,
        rf"\begin{{adjustbox}}{{max width=\linewidth,max totalheight={height}}}",
        rf"{letters}\setlength{{\tabcolsep}}{{{2 if table.dense else 3}pt}}",
        r"\renewcommand{\TPTminimum}{\linewidth}",
        r"\begin{threeparttable}",
        rf"\begin{{tabular}}{{@{{}}{_stub(table)}{columns}@{{}}}}",
        rf"\toprule{_head(table)}\midrule",
        *_rows(table, rows),
        r"\bottomrule",
        r"\end{tabular}",
        *(_below(table) if last else ()),
        r"\end{threeparttable}",
        r"\end{adjustbox}",
        rf"\end{{{kind}}}",
    ]
    return "\n".join(lines)


def _parts(table: Table) -> list[list[Row]]:
    """Rows of each float of a table: as many as a page holds, the notes with the last."""
    most = _LYING if table.wide else _UPRIGHT
    notes = sum(ceil(len(text) / _NOTE_LINE) for text in _texts_below(table))
    parts: list[list[Row]] = [[]]
    panel: Row | None = None
    for position, row in enumerate(table.rows):
        left = len(table.rows) - position
        full = len(parts[-1]) >= most or (
            row.kind in ("panel", "group") and len(parts[-1]) >= most - 2
        )
        makes_room = left == _FEWEST and len(parts[-1]) + left + notes > most + _FEWEST
        if parts[-1] and (full or (makes_room and len(parts[-1]) > _FEWEST)):
            parts.append([panel] if panel is not None and row.kind != "panel" else [])
        panel = row if row.kind == "panel" else panel
        parts[-1].append(row)
    return parts


_BROKEN = r">{\raggedright\arraybackslash\hspace{0pt}}"


def _stub(table: Table) -> str:
    """Long row labels are broken into lines."""
    return rf"{_BROKEN}p{{{_STUB}cm}}" if _breaks_labels(table) else "l"


def _breaks_labels(table: Table) -> bool:
    return any(
        len(row.label.text) > _LONG_LABEL for row in table.rows if row.kind in ("data", "foot")
    )


def _head(table: Table) -> str:
    labels = " & ".join([_broken(table.stub, 40, "l"), *map(_label, table.columns)])
    if not any(column.group for column in table.columns):
        return f"\n{labels} \\\\\n"
    spanners, rules, position = [], [], 2
    for label, width in table.column_groups:
        text = _broken(label, _LABEL * width, "c")
        spanners.append(rf"\multicolumn{{{width}}}{{c}}{{{text}}}")
        if label:
            rules.append(rf"\cmidrule(lr){{{position}-{position + width - 1}}}")
        position += width
    return f"\n & {' & '.join(spanners)} \\\\\n{''.join(rules)}\n{labels} \\\\\n"


def _label(column: Column) -> str:
    return escape(column.label) if column.text else _broken(column.label, _LABEL, "r")


def _broken(text: str, length: int, side: str) -> str:
    """Return a label broken into lines of about `length` characters, set at one side."""
    lines = wrap(text, length, break_long_words=False, break_on_hyphens=False)
    if len(lines) < 2:
        return escape(text)
    stacked = r"\\".join(map(escape, lines))
    return rf"\shortstack[{side}]{{{stacked}}}"


def _rows(table: Table, rows: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    previous = ""
    for row in rows:
        if row.kind == "foot" and previous not in ("foot", ""):
            lines.append(r"\midrule")
        lines.append(_row(table, row))
        previous = row.kind
    return lines


def _row(table: Table, row: Row) -> str:
    label = _content(row.label)
    if row.kind in ("panel", "group"):
        style = "textbf" if row.kind == "panel" else "textit"
        width = len(table.columns) + 1
        return rf"\addlinespace\multicolumn{{{width}}}{{@{{}}l}}{{\{style}{{{label}}}}} \\"
    indent = r"\hspace{1em}" if row.kind == "data" else ""
    if _breaks_labels(table):
        label = _breakable(label)
    cells, start = [], 0
    for cell, is_text in zip(row.cells, table.texts(row), strict=True):
        content = _content(cell)
        covered = table.columns[start : start + cell.span]
        cells.append(_breakable(content) if is_text else _spanned(cell, content, covered))
        start += cell.span
    return " & ".join([indent + label, *cells]) + r" \\"


def _spanned(cell: Cell, content: str, covered: Sequence[Column]) -> str:
    """A cell over several columns: words that are longer than these are broken into lines."""
    if cell.span == 1:
        return content
    width = sum(column.width for column in covered)
    if len(cell.text) <= 8 * width:
        return rf"\multicolumn{{{cell.span}}}{{c}}{{{content}}}"
    side = rf"{_BROKEN}p{{{_STEP * width:.1f}cm}}"
    return rf"\multicolumn{{{cell.span}}}{{{side}}}{{{_breakable(content)}}}"


def _breakable(content: str) -> str:
    """Let lines break after underscores and slashes, which names of files and columns have."""
    return content.replace(r"\_", r"\_\allowbreak{}").replace("/", r"/\allowbreak{}")


def _content(cell: Cell) -> str:
    mark = rf"\textsuperscript{{{escape(cell.mark)}}}" if cell.mark else ""
    return f"{escape(cell.text)}{mark}"


def _texts_below(table: Table) -> list[str]:
    source = [table.source] if table.source else []
    return [*table.interpretation, *source, " ".join(table.notes)]


def _below(table: Table) -> list[str]:
    lines = [rf"\item {_breakable(escape(line))}" for line in table.interpretation]
    if table.source:
        lines.append(rf"\item \textit{{{gettext('Source:')}}} {_breakable(escape(table.source))}")
    if table.notes:
        lines.append(
            rf"\item \textit{{{gettext('Note:')}}} {_breakable(escape(' '.join(table.notes)))}"
        )
    if not lines:
        return []
    return [r"\begin{tablenotes}[flushleft]\raggedright", *lines, r"\end{tablenotes}"]
