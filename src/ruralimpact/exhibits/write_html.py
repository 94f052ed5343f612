"""Tables as HTML: one accessible `figure` a table, alike whether alone or inside the report."""

from html import escape

from ruralimpact.exhibits.model import Cell, Row, Table, numbers_of
from ruralimpact.language import current, gettext

STYLE = """
figure.table{margin:0 0 2rem}
figure.table .scroll{overflow-x:auto}
figure.table table{border-collapse:collapse;width:100%;font-size:.84rem;line-height:1.35;
font-variant-numeric:tabular-nums lining-nums;
border-top:1.5px solid #1d2733;border-bottom:1.5px solid #1d2733}
figure.table figcaption{font-weight:650;margin:0 0 .5rem;text-align:left}
figure.table th,figure.table td{padding:.22rem .5rem;text-align:right;vertical-align:top;font-weight:400}
figure.table td{white-space:nowrap}
figure.table td[colspan]{white-space:normal;text-align:center}
figure.table td.words,figure.table thead th.words{white-space:normal;text-align:left}
figure.table.dense table{font-size:.78rem}
figure.table.dense th,figure.table.dense td{padding:.22rem .28rem}
figure.table.dense th.stub{min-width:8rem}
figure.table thead th{vertical-align:bottom;font-weight:600}
figure.table thead th.spanner{text-align:center;border-bottom:1px solid #8d98a5}
figure.table thead tr:last-child th{border-bottom:1px solid #1d2733}
figure.table th.stub{position:sticky;left:0;background:#fff;text-align:left;min-width:12rem;max-width:22rem}
figure.table tr.panel th{text-align:left;font-weight:650;padding:.35rem .5rem;background:#eef1f4}
figure.table tr.group th{text-align:left;font-style:italic;padding-top:.55rem}
figure.table tr.data th.stub{padding-left:1.2rem}
figure.table tr.foot.first th,figure.table tr.foot.first td{border-top:1px solid #8d98a5}
figure.table sup{line-height:0;font-size:.75em}
figure.table .interpretation{margin:.7rem 0 .4rem;padding:0 0 0 1.1rem}
figure.table .interpretation.alone{padding:0}
figure.table .notes{font-size:.78rem;color:#47525e;margin:.3rem 0}
"""

_CAPTION = "<figcaption>"
_CLASS = {False: "", True: ' class="words"'}


def html_fragment(table: Table, anchor: str = "") -> str:
    """Return a table as one `figure` element.

    Parameters
    ----------
    table : Table
    anchor : str
        Identifier of the element, for links.
    """
    identity = f' id="{escape(anchor)}"' if anchor else ""
    parts = [
        f'<figure class="table{" dense" if table.dense else ""}"{identity}>',
        f"{_CAPTION}{escape(table.full_title)}</figcaption>",
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.full_title)}">',
        f"<table>\n<thead>\n{_head(table)}\n</thead>\n{_bodies(table)}\n</table>\n</div>",
        _interpretation(table),
        _notes(table),
        "</figure>",
    ]
    return "\n".join(part for part in parts if part)


def html_page(tables: tuple[Table, ...]) -> str:
    """Return a page that holds the tables of an exhibit and opens from disk by itself."""
    body = "\n".join(html_fragment(table) for table in tables)
    title = escape(tables[0].full_title)
    return (
        f'<!doctype html>\n<html lang="{current()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n"
        "body{font-family:Georgia,'Times New Roman',serif;max-width:75rem;margin:2rem auto;"
        "padding:0 1rem;color:#1d2733}"
        "figure.table{font-family:'Helvetica Neue',Arial,'Liberation Sans',sans-serif}"
        f"{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def fragment_of(page: str, number: int | None = None) -> str:
    """Return what `html_page` wrapped: the figures of a page, without the page.

    Parameters
    ----------
    page : str
    number : int, optional
        Number of the exhibit in the document that takes it in: it leads the captions.
    """
    figures = page[page.index("<figure") : page.rindex("</figure>") + len("</figure>")]
    if number is None:
        return figures
    first, *captions = figures.split(_CAPTION)
    numbers = numbers_of(number, len(captions))
    return first + "".join(
        f"{_CAPTION}{gettext('Table')} {own}. {caption}"
        for own, caption in zip(numbers, captions, strict=True)
    )


def _head(table: Table) -> str:
    stub = f'<th scope="col" class="stub"{{}}>{escape(table.stub)}</th>'
    labels = "".join(
        f'<th scope="col"{_CLASS[column.text]}>{escape(column.label)}</th>'
        for column in table.columns
    )
    if not any(column.group for column in table.columns):
        return f"<tr>{stub.format('')}{labels}</tr>"
    spanners = "".join(_spanner(label, width) for label, width in table.column_groups)
    stub = stub.format(' rowspan="2"')
    return f"<tr>{stub}{spanners}</tr>\n<tr>{labels}</tr>"


def _spanner(label: str, width: int) -> str:
    if not label:
        return f'<td colspan="{width}"></td>'
    return f'<th scope="colgroup" colspan="{width}" class="spanner">{escape(label)}</th>'


def _bodies(table: Table) -> str:
    lines = ["<tbody>"]
    previous = ""
    for row in table.rows:
        if row.kind == "panel" and len(lines) > 1:
            lines.append("</tbody>\n<tbody>")
        lines.append(_row(row, table, first=row.kind != previous))
        previous = row.kind
    return "\n".join([*lines, "</tbody>"])


def _row(row: Row, table: Table, *, first: bool) -> str:
    label = _content(row.label)
    if row.kind in ("panel", "group"):
        span = f'colspan="{len(table.columns) + 1}"'
        return f'<tr class="{row.kind}"><th scope="rowgroup" {span}><span>{label}</span></th></tr>'
    name = f"{row.kind} first" if first else row.kind
    cells = "".join(
        f"<td{_CLASS[text]}{_span(cell)}>{_content(cell)}</td>"
        for cell, text in zip(row.cells, table.texts(row), strict=True)
    )
    return f'<tr class="{name}"><th scope="row" class="stub">{label}</th>{cells}</tr>'


def _span(cell: Cell) -> str:
    return f' colspan="{cell.span}"' if cell.span > 1 else ""


def _content(cell: Cell) -> str:
    mark = f"<sup>{escape(cell.mark)}</sup>" if cell.mark else ""
    return f"{escape(cell.text)}{mark}"


def _interpretation(table: Table) -> str:
    if not table.interpretation:
        return ""
    if len(table.interpretation) == 1:
        return f'<p class="interpretation alone">{escape(table.interpretation[0])}</p>'
    items = "".join(f"<li>{escape(line)}</li>" for line in table.interpretation)
    return f'<ul class="interpretation">{items}</ul>'


def _notes(table: Table) -> str:
    source = (
        f'<p class="notes"><em>{gettext("Source:")}</em> {escape(table.source)}</p>'
        if table.source
        else ""
    )
    notes = escape(" ".join(table.notes))
    note = f'<p class="notes"><em>{gettext("Note:")}</em> {notes}</p>' if notes else ""
    return f"{source}{note}"
