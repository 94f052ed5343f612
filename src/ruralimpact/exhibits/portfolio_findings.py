"""Numbers on portfolios that a report may cite, and the lines that sum them up."""

from collections.abc import Iterator

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.over_time_findings import Number
from ruralimpact.exhibits.results import StudyResults


def portfolio_numbers(results: StudyResults) -> Iterator[Number]:
    """List identifier, value, unit and decimals of each number.

    Yields
    ------
    tuple
        Identifiers are ``portfolio/<analysis>/<part>/<name>/<measure>/<project>``; of all projects, the
        last is ``total``.
    """
    frame = results["portfolio"]
    for record in frame[frame["value"].notna()].to_dict("records"):
        words = str(record["words"]).replace(" ", "_")
        parts = [record["analysis"], record["part"], record["name"], record["measure"]]
        key = "/".join(["portfolio", *map(str, parts), *filter(None, [words])])
        yield (
            f"{key}/{record['project'] or 'total'}",
            float(record["value"]),
            str(record["unit"]),
            int(record["decimals"]),
        )


def portfolio_headlines(results: StudyResults) -> Iterator[HeadlineLine]:
    """Yield what each portfolio reached and what it costs."""
    frame = results["portfolio"]
    totals = frame[frame["project"] == ""]
    for analysis, own in totals.groupby("analysis", sort=False):
        sentences = []
        for _, reach in own[own["part"] == "reach"].groupby("name", sort=False):
            values = reach.set_index("measure")["value"]
            if {"target", "actual", "percent"} <= set(values.dropna().index):
                label = formatting.lower_first(str(reach["label"].iloc[0]))
                sentences.append(
                    f"{formatting.number(values['actual'])} {label}; where target and reach are known, "
                    f"{formatting.number(values['percent'])} percent of the target."
                )
        financing = own[(own["part"] == "financing") & (own["name"] == "total")]
        sentences += [
            f"{record['label']}: {formatting.number(record['value'], 1)} {record['unit']}."
            for record in financing.to_dict("records")
        ]
        if sentences:
            yield HeadlineLine(
                label=results.analysis(str(analysis)).label, text=" ".join(sentences)
            )
