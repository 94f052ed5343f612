"""Put the exhibits of a study into one self-contained page."""

from collections.abc import Sequence
from pathlib import Path

from ruralimpact import stage
from ruralimpact.estimation.ledger import read_ledger
from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.exhibits.registry import kinds_of
from ruralimpact.exhibits.report import PageParts, report_page
from ruralimpact.locations import shipped
from ruralimpact.plugins import load_plugins


def write_report(
    *,
    findings: str,
    exhibits: Sequence[str],
    specification_lists: Sequence[str],
    report: str,
    plugins: Sequence[str] = (),
) -> None:
    """Write `report` from the exhibits.

    Parameters
    ----------
    findings : path
        Numbers, words and captions.
    exhibits : sequence of path
        Files of the exhibits: tables are read as HTML, figures as SVG.
    specification_lists : sequence of path
        Lists of specifications that have been estimated in each round, oldest first.
    report : path
        Output.
    plugins : sequence of path
        Folders of the plug-ins that the study uses.
    """
    paths = [Path(path) for path in exhibits]
    page = report_page(
        PageParts(
            _shipped("report.html.j2"),
            style=_shipped("page.css") + _shipped("report.css"),
            script=_shipped("report.js"),
        ),
        FindingsDocument.model_validate_json(Path(findings).read_bytes()),
        {path.stem: path.read_text(encoding="utf-8") for path in paths if path.suffix == ".html"},
        {path.stem: path.read_bytes() for path in paths if path.suffix == ".svg"},
        kinds=kinds_of(load_plugins(".", plugins)),
        lists=[read_ledger(path) for path in specification_lists],
    )
    with stage.replacing(report) as partial:
        partial.write_text(page, encoding="utf-8")


def _shipped(name: str) -> str:
    return shipped("workflow", "report", name).read_text(encoding="utf-8")


if "snakemake" in globals():
    stage.run(write_report, **stage.keywords(snakemake))
