"""What a register of projects adds up to, number by number."""

from ruralimpact.contracts.columns import ANALYSIS, number, share, text, whole
from ruralimpact.contracts.table import NoCells, ResultTable

PORTFOLIO = ResultTable(
    name="portfolio",
    stages=("estimate_impacts",),
    description="Targets, ratios, financing, products and design of projects, and their totals.",
    row="a number, or word, of a project or of all",
    columns={
        "analysis": ANALYSIS,
        "part": text(
            "what it tells of",
            *("period", "reach", "ratio", "financing", "products", "focus", "words", "status"),
        ),
        "project": text("project, by its identifier; empty: all"),
        "project_label": text("name of the project"),
        "by": text("what projects stand together by, such as the country"),
        "name": text("the quantity, by its name in study.yaml"),
        "label": text("the quantity, in words"),
        "measure": text("what of the quantity"),
        "unit": text("unit of the value"),
        "value": number("the number as recorded or computed", "the row's"),
        "share": share("of the total"),
        "words": text("the words, where it is no number"),
        "decimals": whole("decimals that it is printed with", "digits"),
        "printed": number("what a document prints of it", "the row's"),
        "agreement": text(
            "the computed against the printed number",
            *("", "agrees", "rounding", "differs"),
        ),
    },
    suppression=NoCells("projects of governments and banks; nothing about producers"),
)

TABLES = (PORTFOLIO,)
