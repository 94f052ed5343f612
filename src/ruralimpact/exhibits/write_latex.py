"""Tables as LaTeX: `longtable` with booktabs rules, turned on its side when it is wide."""

from textwrap import wrap

from ruralimpact.exhibits.model import Cell, Column, Row, Table

_LABEL = 14  # characters to the line of a column label

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
        "\N{MINUS SIGN}": "$-$",
        "\N{EN DASH}": "--",
        "\N{DAGGER}": r"\dag{}",
        "\N{DOUBLE DAGGER}": r"\ddag{}",
    }
)


def escape(text: str) -> str:
    """Return `text` with LaTeX's special characters made literal."""
    return text.translate(_ESCAPES)


def latex_document(tables: tuple[Table, ...], label: str) -> str:
    r"""Return the tables of an exhibit as LaTeX, to be used with ``\input``.

    Parameters
    ----------
    tables : tuple of Table
    label : str
        Stem of the cross-reference labels.
    """
    lines = ["% Needs \\usepackage{array,booktabs,longtable,pdflscape}"]
    if tables[0].synthetic:
        lines.append("% Synthetic stand-in: no number here describes real producers")
    for position, table in enumerate(tables, start=1):
        lines.append(_table(table, f"tab:{label}" if position == 1 else f"tab:{label}-{position}"))
    return "\n".join(lines) + "\n"


def _table(table: Table, label: str) -> str:
    columns = "".join(
        rf">{{\raggedright\arraybackslash}}p{{{1.2 * column.width:.1f}cm}}" if column.text else "r"
        for column in table.columns
    )
    head = _head(table)
    letters = r"\scriptsize" if table.dense else r"\footnotesize"
    body = [
        rf"\begingroup{letters}\setlength{{\tabcolsep}}{{{2 if table.dense else 3}pt}}",
        rf"\begin{{longtable}}{{@{{}}{_stub(table)}{columns}@{{}}}}",
        rf"\caption{{{escape(table.full_title)}}}\label{{{label}}}\\",
        rf"\toprule{head}\midrule\endfirsthead",
        rf"\toprule{head}\midrule\endhead",
        r"\bottomrule\endfoot",
        *_rows(table),
        r"\end{longtable}",
        *_below(table),
        r"\endgroup",
    ]
    if table.wide:
        body = [r"\begin{landscape}", *body, r"\end{landscape}"]
    return "\n".join(body)


def _stub(table: Table) -> str:
    """Long row labels beside words are broken into lines."""
    if not any(column.text for column in table.columns):
        return "l"
    return r">{\raggedright\arraybackslash}p{6cm}"


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


def _rows(table: Table) -> list[str]:
    lines: list[str] = []
    previous = ""
    for row in table.rows:
        if row.kind == "foot" and previous != "foot":
            lines.append(r"\midrule")
        lines.append(_row(row, len(table.columns) + 1))
        previous = row.kind
    return lines


def _row(row: Row, width: int) -> str:
    label = _content(row.label)
    if row.kind in ("panel", "group"):
        style = "textbf" if row.kind == "panel" else "textit"
        return rf"\addlinespace\multicolumn{{{width}}}{{@{{}}l}}{{\{style}{{{label}}}}} \\*"
    indent = r"\hspace{1em}" if row.kind == "data" else ""
    return " & ".join([indent + label, *map(_spanned, row.cells)]) + r" \\"


def _spanned(cell: Cell) -> str:
    content = _content(cell)
    return rf"\multicolumn{{{cell.span}}}{{c}}{{{content}}}" if cell.span > 1 else content


def _content(cell: Cell) -> str:
    mark = rf"\textsuperscript{{{escape(cell.mark)}}}" if cell.mark else ""
    return f"{escape(cell.text)}{mark}"


def _below(table: Table) -> list[str]:
    lines = [rf"\noindent {escape(line)}\par" for line in table.interpretation]
    if table.source:
        lines.append(rf"\noindent\textit{{Source:}} {escape(table.source)}\par")
    if table.notes:
        lines.append(rf"\noindent\textit{{Note:}} {escape(' '.join(table.notes))}\par")
    return lines
