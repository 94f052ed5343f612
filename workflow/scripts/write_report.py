"""Put the exhibits of a study into its report and its brief, each a self-contained page."""

from collections.abc import Sequence
from pathlib import Path

from ruralimpact import stage
from ruralimpact.estimation.ledger import read_ledger
from ruralimpact.exhibits.brief import brief_page
from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.exhibits.registry import kinds_of
from ruralimpact.exhibits.report import PageParts, ShownExhibits, report_page
from ruralimpact.language import speaking
from ruralimpact.locations import shipped
from ruralimpact.plugins import load_plugins


def write_report(
    *,
    findings: str,
    exhibits: Sequence[str],
    specification_lists: Sequence[str],
    report: str,
    brief: str,
    plugins: Sequence[str] = (),
) -> None:
    """Write `report` and `brief` from the exhibits.

    Parameters
    ----------
    findings : path
        Numbers, words and captions.
    exhibits : sequence of path
        Files of the exhibits: tables are read as HTML, figures as SVG.
    specification_lists : sequence of path
        Lists of specifications that have been estimated in each round, oldest first.
    report, brief : path
        Outputs.
    plugins : sequence of path
        Folders of the plug-ins that the study uses.
    """
    paths = [Path(path) for path in exhibits]
    document = FindingsDocument.model_validate_json(Path(findings).read_bytes())
    tables = {
        path.stem: path.read_text(encoding="utf-8") for path in paths if path.suffix == ".html"
    }
    pictures = {path.stem: path.read_bytes() for path in paths if path.suffix == ".svg"}
    kinds = kinds_of(load_plugins(".", plugins))
    shown = ShownExhibits(document, tables, pictures, kinds)
    lists = [read_ledger(path) for path in specification_lists]
    with speaking(document.study.language):
        pages = (
            report_page(_parts("report"), shown, lists=lists),
            brief_page(_parts("brief"), shown),
        )
    for path, text in zip((report, brief), pages, strict=True):
        with stage.replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")


def _parts(name: str) -> PageParts:
    """Return what a page is put together from: its own parts and those of all pages."""
    return PageParts(
        _shipped("parts.html.j2") + _shipped(f"{name}.html.j2"),
        style=_shipped("page.css") + _shipped(f"{name}.css"),
        script=(_shipped("report.js") if name == "report" else "") + _shipped("overflow.js"),
    )


def _shipped(name: str) -> str:
    return shipped("workflow", "report", name).read_text(encoding="utf-8")


if "snakemake" in globals():
    stage.run(write_report, **stage.keywords(snakemake))
