"""The effect on net income by its parts: volume, mix, quality, price and cost."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from ruralimpact.exhibits import columns, formatting, headings, interpretation, kinds, marks
from ruralimpact.exhibits.model import Cell, Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.analysis import Asking

TOTAL = "total"
_ACCOUNTING = marked(
    "An accounting split, not a causal one: it says in which term of net income "
    "the arms differ, not what would happen if one term alone were changed."
)


def decomposition_tables(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table of parts and, with several products, one of parts by product."""
    frame = decomposition_rows(results, exhibit)
    yield _parts_table(results, exhibit, frame)
    if (frame["product"] != "").any():
        yield _products_table(results, exhibit, frame)


def decomposition_rows(results: StudyResults, exhibit: OfAnalyses) -> pd.DataFrame:
    """Decompositions that an exhibit shows, without those of suppressed estimates."""
    frame = results.of("decomposition", *exhibit.analyses)
    return frame[~frame["suppressed"]]


def part_label(part: str, frame: pd.DataFrame) -> str:
    """Printed name of a part; price is that at a given grade where grades are recorded."""
    names = {
        "volume": gettext("Volume"),
        "mix": gettext("Product mix"),
        "quality": gettext("Quality (grades sold)"),
        "price": gettext("Price"),
        "cost": gettext("Unit cost"),
        TOTAL: gettext("Effect on net income"),
    }
    graded = (frame["part"] == "quality").any()
    return gettext("Market terms (price of a grade)") if part == "price" and graded else names[part]


def short_label(part: str, frame: pd.DataFrame) -> str:
    """Name of a part in one word, for axes."""
    names = {
        "mix": gettext("Mix"),
        "quality": gettext("Quality"),
        "cost": gettext("Cost"),
        TOTAL: gettext("Effect"),
    }
    graded = (frame["part"] == "quality").any()
    return gettext("Terms") if part == "price" and graded else names.get(part, part.capitalize())


def split_families(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows of each estimate that is split, by analysis and strategy."""
    for _, family in frame.groupby(["analysis", "strategy"], sort=False):
        yield family


_COLUMNS = (
    columns.amount(width=1.2),
    columns.error(width=1.2),
    columns.interval(width=2.2),
    columns.p_value(),
    columns.number(marked("Percent of the effect"), width=1.1, of="percent_of_effect"),
)


def _parts_table(results: StudyResults, exhibit: OfAnalyses, frame: pd.DataFrame) -> Table:
    letters = marks.letters_of(frame["reason"])
    shown, more = (
        (_COLUMNS, ()) if _shares_shown(frame) else (_COLUMNS[:-1], ("percent_of_effect",))
    )
    keys = ("spec_id", "part", "unit")

    def rows(analysis: str) -> Iterator[Row]:
        mine = frame[(frame["analysis"] == analysis) & (frame["product"] == "")]
        for family in split_families(mine):
            yield _strategy_heading(results, family)
            total = family[family["part"] == TOTAL].iloc[0]
            for record in [*family[family["part"] != TOTAL].to_dict("records"), total.to_dict()]:
                name = part_label(str(record["part"]), family)
                label = Cell(name, letters.get(str(record["reason"]), ""))
                own = {str(key): value for key, value in record.items()}
                own["percent_of_effect"] = share_of_effect(record["estimate"], total)
                yield columns.row_of(results, shown, own, label, keys=keys, more=more)

    return table_of(
        results,
        exhibit,
        stub=gettext("Part"),
        columns=shown,
        rows=headings.by_analysis(results, exhibit.analyses, rows),
        interpretation=_sentences(results, frame),
        notes=_notes(results, frame, letters),
    )


def _shares_shown(frame: pd.DataFrame) -> bool:
    """Whether some effect differs from zero, so that its parts can be given in percent of it."""
    total = frame[(frame["part"] == TOTAL) & (frame["product"] == "")]
    return bool((total["p_value"] < 0.05).any())


def _strategy_heading(results: StudyResults, family: pd.DataFrame) -> Row:
    first = family.iloc[0]
    strategy = results.strategy_label(first["strategy"])
    return heading(formatting.in_unit(str(strategy), first["unit"]), "group")


def share_of_effect(part: float, total: pd.Series) -> float | None:
    """A part in percent of the effect; None where the effect itself may well be zero."""
    if pd.isna(total["p_value"]) or total["p_value"] >= 0.05:
        return None
    return 100 * float(part / total["estimate"])


def _products_table(results: StudyResults, exhibit: OfAnalyses, frame: pd.DataFrame) -> Table:
    order = [part for part in dict.fromkeys(frame["part"]) if part != TOTAL] + [TOTAL]
    shown = [
        column
        for part in order
        for column in (
            columns.amount(group=part_label(part, frame), of=part),
            columns.error(part_label(part, frame), of=f"{part}_std_error"),
        )
    ]

    def rows(analysis: str) -> Iterator[Row]:
        labels = product_labels(results, analysis)
        for family in split_families(frame[frame["analysis"] == analysis]):
            yield _strategy_heading(results, family)
            for product, label in {**labels, "": gettext("All products")}.items():
                own = family[family["product"] == product]
                if len(own):
                    yield _product_row(results, label, own, shown)

    return table_of(
        results,
        exhibit,
        title=gettext("{title}, by product").format(title=exhibit.title),
        stub=gettext("Product"),
        columns=shown,
        rows=headings.by_analysis(results, exhibit.analyses, rows),
        notes=(gettext(_ACCOUNTING), gettext("Rows and columns both add up.")),
    )


def product_labels(results: StudyResults, analysis: str) -> dict[str, str]:
    """Printed names of the products of an analysis."""
    asked = results.analysis(analysis)
    decomposition = asked.decomposition if isinstance(asked, Asking) else None
    products = decomposition.products if decomposition is not None else ()
    return {product.name: product.label for product in products}


def _product_row(
    results: StudyResults, label: str, own: pd.DataFrame, shown: Sequence[Shown]
) -> Row:
    record = own.iloc[0].to_dict()
    for part in own.to_dict("records"):
        record |= {part["part"]: part["estimate"], f"{part['part']}_std_error": part["std_error"]}
    return columns.row_of(results, shown, record, label, keys=("spec_id", "product"))


def _sentences(results: StudyResults, frame: pd.DataFrame) -> Iterator[str]:
    """One sentence an analysis: each part's range over strategies, and how many differ from zero."""
    for analysis, mine in frame[frame["product"] == ""].groupby("analysis", sort=False):
        outcome = str(mine["outcome"].iloc[0])
        unit, decimals = results.unit(outcome), results.decimals(outcome)
        pieces = []
        for part in [TOTAL, *(name for name in dict.fromkeys(mine["part"]) if name != TOTAL)]:
            own = mine[mine["part"] == part].dropna(subset=["estimate"])
            if own.empty:
                continue
            significant = int((own["p_value"] < 0.05).sum())
            span = formatting.range_text(list(own["estimate"]), decimals, unit)
            name = formatting.lower_first(part_label(part, mine))
            verb = gettext("differs") if significant < 2 else gettext("differ")
            pieces.append(
                gettext("{name} {span} ({share} {verb} from zero)").format(
                    name=name,
                    span=span,
                    share=formatting.share_of(significant, len(own)),
                    verb=verb,
                )
            )
        label = results.analysis(str(analysis)).label
        ways = formatting.plural(mine["strategy"].nunique(), "strategy")
        yield gettext("{label}, over {ways}: {pieces}.").format(
            label=label, ways=ways, pieces="; ".join(pieces)
        )


def _notes(
    results: StudyResults, frame: pd.DataFrame, letters: Mapping[str, str]
) -> tuple[str, ...]:
    parts = set(frame["part"])
    notes = [
        gettext(_ACCOUNTING),
        gettext(
            "Treated means of quantities, values and costs are substituted for those "
            "that the treated would have had, one term after the other; each part is the "
            "average over all orders (Shapley), so that parts add up exactly."
        ),
        gettext(
            "A price is a mean value over a mean quantity: what is sold at other times, "
            "places or sizes within a product counts as price."
        ),
        gettext(
            "Volume is more or less of everything at the average margin, in the prices "
            "of both arms; unit cost is cash cost by unit of quantity, and a positive "
            "part means that it adds to net income."
        ),
    ]
    if "mix" in parts:
        notes.append(gettext("Product mix is the share of each product in that volume."))
    if "quality" in parts:
        notes.append(
            gettext(
                "Quality is what the shares of grades in a product's quantity add at given "
                "prices of grades; market terms are what the price of a given grade adds."
            )
        )
    notes.append(interpretation.standard_error_note(results))
    methods = {str(results.analysis(name).method) for name in frame["analysis"].unique()}
    notes += interpretation.identification_notes(methods)
    notes.append(
        gettext(
            "Parts in percent of the effect are given only where the effect itself "
            "differs from zero at the 5 percent level."
        )
    )
    notes += [
        gettext("{letter}. No split: {reason}").format(letter=letter, reason=reason)
        for reason, letter in letters.items()
    ]
    return tuple(notes)


KIND = kinds.TableKind(
    kind="decomposition",
    shows="the effect on net income by its parts",
    section=kinds.DETAIL,
    rank=40,
    needs=("decomposition",),
    options=OfAnalyses,
    methods="decomposition.md",
    asks="decomposition",
    build=decomposition_tables,
    with_tests=True,
)
