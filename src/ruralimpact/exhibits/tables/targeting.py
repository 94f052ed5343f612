"""Where the units are: shares of places, units and amounts in places that are well off."""

from collections.abc import Iterator

from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.gains_rows import METHODS, check_targeting, gains_of
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_COLUMNS = (
    columns.amount(marked("Share (%)"), "", 1.0).kept_as("share"),
    columns.interval("", 1.5).kept_as("low", "high"),
)
_PRINTED: Record = {"unit": formatting.PERCENTAGE_POINTS, "decimals": 1}


def targeting_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table."""
    lines: list[str] = []

    def rows(analysis: str) -> Iterator[Row]:
        records = results.of("targeting", analysis).to_dict("records")
        for record in records:
            label = _label(results, str(record["place"]), str(record["measure"]))
            own = {**record, **_PRINTED}
            yield columns.row_of(results, _COLUMNS, own, label, keys=("analysis", "measure"))
        shown_shares = [record for record in records if not record["suppressed"]]
        if shown_shares:
            places, *others = shown_shares
            listed = ", ".join(
                gettext("{estimate} percent of {label}").format(
                    estimate=formatting.number(100 * record["estimate"]),
                    label=formatting.lower_first(
                        _label(results, str(record["place"]), str(record["measure"]))
                    ),
                )
                for record in others
            )
            share = formatting.number(100 * places["estimate"])
            lines.append(
                gettext(
                    "{share} percent of the places have a high index; in them are {listed}."
                ).format(share=share, listed=listed)
            )

    targeting = gains_of(results, exhibit.analyses[0]).gains
    assert targeting is not None and targeting.targeting is not None
    index, above = targeting.targeting.index, targeting.targeting.above
    limit = gettext("the median of the places") if above is None else f"{float(above):g}"
    yield table_of(
        results,
        exhibit,
        stub=gettext("In places where {index} is above {limit}").format(
            index=index.replace("_", " "), limit=limit
        ),
        columns=_COLUMNS,
        rows=headings.by_analysis(results, exhibit.analyses, rows, alone=True),
        interpretation=lines,
        notes=(
            gettext(
                "The share of places has no interval, for they are all that there are; others "
                "are of units drawn one by one. Only places that have units of the sample are "
                "counted."
            ),
            *exclusion_notes(
                results,
                exhibit.analyses,
                ["targeting"],
                shown=results.of("targeting", *exhibit.analyses),
            ),
        ),
    )


def _label(results: StudyResults, variable: str, measure: str) -> str:
    """Printed name of what is shared out."""
    if measure == "places":
        return gettext("Places ({variable})").format(variable=variable.replace("_", " "))
    if measure == "units":
        return str(results.study.unit_label).capitalize()
    outcomes = results.study.outcomes
    return outcomes[measure].label if measure in outcomes else measure.capitalize()


KIND = kinds.TableKind(
    kind="targeting",
    shows="shares of places, units and amounts in places with a high index",
    section=kinds.SAMPLE,
    rank=80,
    needs=("targeting", "exclusions"),
    options=OfAnalyses,
    methods="gains.md",
    of_methods=METHODS,
    asks="gains",
    alone=True,
    check=check_targeting,
    build=targeting_table,
)
