"""The report of a study: one page that holds its tables and figures and needs no network."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from ruralimpact.exhibits.write_html import STYLE, fragment_of

SECTIONS = (
    ("estimates", "Estimates"),
    ("detail", "For whom, and through what"),
    ("truth", "Do the estimates find what was planted?"),
    ("trends", "Would trends have been parallel?"),
    ("trust", "How far can the estimates be trusted?"),
    ("waves", "From wave to wave"),
    ("next", "What could the next wave find?"),
    ("sample", "From raw files to samples"),
    ("balance", "Are the arms alike?"),
    ("errors", "Other standard errors"),
    ("methods", "How the numbers were made"),
    ("data", "Data, and how to cite"),
)

# Sections that only some studies have, and the kinds of exhibits that they hold.
_OPTIONAL = {
    "detail": {"subgroups", "subgroup_forest", "decomposition", "waterfall", "association"},
    "truth": {"truth"},
    "trends": {"trends", "event_study", "group_time", "parallel_trends", "comparisons"},
    "trust": {"verdict", "sensitivity", "specification_curve"},
    "waves": {"contamination", "wave_change", "attrition", "drift", "changes"},
    "next": {"power", "power_curve"},
    "balance": {"love", "overlap", "balance", "balance_summary", "propensity"},
    "errors": {"standard_errors", "p_values"},
}


def report_page(
    template: str,
    document: Mapping[str, Any],
    pages: Mapping[str, str],
    pictures: Mapping[str, bytes],
    *,
    lists: Sequence[Sequence[Mapping[str, Any]]] = (),
    shown_with: Mapping[str, str] | None = None,
) -> str:
    """Return the report as one self-contained page.

    Parameters
    ----------
    template : str
        Jinja2 template.
    document : mapping
        Content of findings.json.
    pages : mapping of str to str
        HTML files of the tables, by name.
    pictures : mapping of str to bytes
        SVG files of the figures, by name.
    lists : sequence of sequence of mapping
        For each round, the lists of specifications estimated in this folder, oldest first: ``sha256``
        and ``specifications``, how many.
    shown_with : mapping of str to str, optional
        Kinds of the package with which those of plug-ins are shown.

    Returns
    -------
    str
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
    )
    exhibits = {key: _placed(document[key], shown_with or {}) for key in ("tables", "figures")}
    document = {**document, **exhibits}
    return environment.from_string(template).render(
        **document,
        fragments={name: fragment_of(page) for name, page in pages.items()},
        images={name: _data_address(picture) for name, picture in pictures.items()},
        sections=_sections(document),
        table_style=STYLE,
        lists=lists,
    )


def _placed(
    entries: Sequence[Mapping[str, Any]], shown_with: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Exhibits with the kinds by which the template places them."""
    return [{**one, "kind": shown_with.get(one["kind"], one["kind"])} for one in entries]


def _sections(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Sections of the page; optional ones only where they have something to show."""
    kinds = {entry["kind"] for entry in (*document["tables"], *document["figures"])}
    return [entry for entry in SECTIONS if _OPTIONAL.get(entry[0], kinds) & kinds]


def _data_address(picture: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode('ascii')}"
