"""Incremental revenue and rates of return by a variable, such as the product."""

from collections.abc import Iterator

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_rows import (
    METHODS,
    OfAccount,
    by_account,
    check_account,
    measured,
    returns_analysis,
)
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.rate_of_return import RateOfReturn

_UNIT, _FAMILY, _RATE = (
    marked("Yearly revenue a unit"),
    marked("a family"),
    marked("Rate of return (%)"),
)
_COLUMNS = (
    columns.number(marked("Mean"), _UNIT, 1.0, of="revenue"),
    columns.plain_interval(marked("95% interval"), _UNIT, 1.9, of=("revenue_low", "revenue_high")),
    columns.number(marked("Mean"), _FAMILY, 0.8, of="revenue_member"),
    columns.plain_interval(
        marked("95% interval"), _FAMILY, 1.6, of=("revenue_member_low", "revenue_member_high")
    ),
    columns.number(marked("Rate"), _RATE, 0.7, of="irr", decimals=1),
    columns.plain_interval(
        marked("95% interval"), _RATE, 1.5, of=("irr_low", "irr_high"), decimals=1
    ),
    columns.number(marked("Above the threshold (%)"), "", 1.0, of="share_above"),
    columns.count(marked("Units"), of="n_units"),
)
_KEYS = ("analysis", "account", "by", "level")
_OF_FAMILIES = ("revenue_member", "revenue_member_low", "revenue_member_high")


def returns_by_level_table(results: StudyResults, exhibit: OfAccount) -> Iterator[Table]:
    """Build the table, levels with most revenue first."""

    def rows(analysis: RateOfReturn, account: str) -> Iterator[Row]:
        frame = results.of("returns", analysis.name, account=account)
        for by in analysis.by:
            levels = list(measured(frame[frame["by"] == by]))
            levels.sort(key=lambda record: (record["suppressed"], -record["revenue"]))
            for record in levels:
                own = {**dict.fromkeys(_OF_FAMILIES), **record}
                label = formatting.level_label(record["level"])
                yield columns.row_of(results, _COLUMNS, own, label, keys=_KEYS)

    unit = results.unit(returns_analysis(results, exhibit.analyses[0]).outcomes[0])
    unit = unit or gettext("the currency of the accounts")
    yield table_of(
        results,
        exhibit,
        stub=gettext("Level"),
        columns=_COLUMNS,
        rows=by_account(results, exhibit, rows),
        notes=(
            gettext(
                "Revenue above that without the project in the last year recorded, in "
                "{unit}; a family: all revenue over all families. Intervals as in the table "
                "of rates."
            ).format(unit=unit),
            *exclusion_notes(
                results, exhibit.analyses, shown=results.of("returns", *exhibit.analyses)
            ),
        ),
    )


KIND = kinds.TableKind(
    kind="returns_by_level",
    shows="yearly revenue a unit and a family, and rates of return, by the variables of an analysis",
    section=kinds.RETURNS,
    rank=30,
    needs=("returns", "exclusions"),
    options=OfAccount,
    methods="rate_of_return.md",
    of_methods=METHODS,
    check=check_account,
    build=returns_by_level_table,
)
