"""What the process behind synthetic data was given, beside what a description estimates of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.answer.planted_truth import ends_of, finding_decimals
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.responses_rows import answer_words
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.study import Study


@dataclass(frozen=True)
class _PlantedNumber:
    """A planted value and its estimate, in the unit printed; None: suppressed, or without an interval."""

    finding: str
    about: str
    label: str
    planted: float
    estimate: float | None
    low: float | None
    high: float | None
    unit: str
    decimals: int

    @property
    def inside(self) -> bool | None:
        """Whether the interval holds the planted value; None without one."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.planted <= self.high


def planted_table(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    """Build the table of planted values and their estimates."""
    compared = list(_planted_numbers(results))
    rows: list[Row] = []
    for about, group in groupby(compared, key=lambda number: number.about):
        rows += [heading(about, "group"), *(_row(results, number) for number in group)]
    yield table_of(
        results,
        exhibit,
        stub=gettext("Quantity"),
        columns=_columns(0),
        rows=rows,
        interpretation=(_interpretation(compared),),
        notes=(gettext(_NOTE),),
    )


def _columns(decimals: int) -> tuple[Shown, ...]:
    return (
        columns.number(gettext("Planted"), width=1.0, of="planted", decimals=decimals),
        columns.number(gettext("Estimate"), width=1.0, of="estimate", decimals=decimals),
        columns.plain_interval(
            gettext("95% interval"), width=1.8, of=("low", "high"), decimals=decimals
        ),
        columns.words(gettext("Unit"), width=1.6, of="unit"),
        columns.yes_no(gettext("Planted inside"), width=0.9, of="inside"),
    )


def _said(words: object) -> str:
    """Return what a process calls a number, translated as a whole or between its commas."""
    known = gettext(str(words))
    return known if known != words else ", ".join(map(gettext, known.split(", ")))


def _planted_numbers(results: StudyResults) -> Iterator[_PlantedNumber]:
    of_answers = answer_words(results)
    for planted in results.truth.to_dict("records"):
        finding = str(planted["key"])
        words = (_said(planted.get("about", "")), _said(planted.get("label", finding)))
        about, label = of_answers.get(finding, words)
        known = results.findings.get(finding)
        low, high = ends_of(results, finding) or (None, None)
        yield _PlantedNumber(
            finding=finding,
            about=about,
            label=label,
            planted=float(planted["planted"]),
            estimate=float(known.value) if known else None,
            low=low,
            high=high,
            unit=known.unit if known else "",
            decimals=finding_decimals(results, finding) if known else 0,
        )


def _row(results: StudyResults, compared: _PlantedNumber) -> Row:
    record = {**vars(compared), "inside": compared.inside}
    shown = _columns(compared.decimals)
    return columns.row_of(results, shown, record, compared.label, keys=("finding", "unit"))


def _interpretation(compared: list[_PlantedNumber]) -> str:
    known = [number for number in compared if number.inside is not None]
    missed = [f"{number.about}, {number.label}" for number in known if not number.inside]
    named = (
        gettext(" It lies outside for: {missed}.").format(missed="; ".join(missed))
        if missed
        else ""
    )
    return gettext(
        "The planted value lies inside {known} of {known_2} intervals.{named} One "
        "interval in twenty misses by chance alone, and numbers of the same units "
        "hit or miss together."
    ).format(
        known=formatting.count(len(known) - len(missed)),
        known_2=formatting.count(len(known)),
        named=named,
    )


def _check_planted(study: Study, _: Exhibit) -> None:
    if study.generate is None:
        raise ConfigError("only data that a process generates have a planted truth.", key="kind")


_NOTE = marked(
    "Planted: what the process that made the data was given, or gave to all of "
    "which the data are a sample. No stage before this table can read it. That "
    "an estimate finds it says that the method works on data of this kind, and "
    "nothing about the project. {dash} = suppressed, or no interval.",
    dash=formatting.DASH,
)

KIND = kinds.TableKind(
    kind="planted",
    shows="what the process behind synthetic data was given, beside the numbers of descriptions",
    section=kinds.TRUTH,
    rank=20,
    needs=("responses",),
    options=Exhibit,
    methods="stand_in.md",
    check=_check_planted,
    build=planted_table,
)
