"""From the raw files to the analysis samples: what was read, excluded and why, and what remained."""

from collections.abc import Iterator

from ruralimpact.exhibits import columns, headings, kinds
from ruralimpact.exhibits.analysed_units import analysed_table
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.infeasible import infeasible_notes
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_FLOW = (
    columns.number(marked("Rows before"), width=1.2, of="rows_before"),
    columns.number(marked("Excluded"), width=1.2, of="rows"),
    columns.number(marked("Rows kept"), width=1.2, of="kept"),
)


def sample_tables(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    """Build the flow of rows, the arms that each strategy compares, and the units behind each estimate."""
    yield table_of(
        results,
        exhibit,
        stub=gettext("Stage and reason"),
        columns=_FLOW,
        rows=(*_source_rows(results), *_exclusion_rows(results)),
        notes=(
            gettext(
                "Within a sample, rows excluded for one reason are not counted again under "
                "the next. Each strategy starts from the whole comparison."
            ),
        ),
    )
    if len(results["designs"]):
        yield table_of(
            results,
            exhibit,
            title=gettext("Arms before and after matching"),
            stub=gettext("Comparison and strategy"),
            columns=_ARMS,
            rows=_arm_rows(results),
            notes=(
                gettext(
                    "Units are {unit_words}. Controls may serve more than one treated unit where "
                    "the match is with replacement."
                ).format(unit_words=_unit_words(results)),
                *infeasible_notes(results, set(results["designs"]["analysis"])),
            ),
        )
    yield from _overlap_table(results, exhibit)
    yield from analysed_table(results, exhibit)


_OVERLAP = (
    columns.number(marked("In both"), of="n_both"),
    columns.number(marked("Earlier alone"), width=1.2, of="n_left"),
    columns.number(marked("Later alone"), width=1.2, of="n_came"),
)


def _overlap_table(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    """Build the table of units that two waves share; none for a study of single waves."""
    frame = results["wave_overlap"]
    if frame.empty:
        return
    rows: list[Row] = []
    for sample, part in frame.groupby("sample", sort=False):
        rows.append(
            heading(
                gettext("Sample: {label}").format(label=results.study.samples[str(sample)].label),
                "panel",
            )
        )
        rows += [
            columns.row_of(
                results,
                _OVERLAP,
                record,
                gettext("{wave} and {later}").format(wave=record["wave"], later=record["later"]),
                keys=("sample", "wave", "later"),
            )
            for record in part.to_dict("records")
        ]
    yield table_of(
        results,
        exhibit,
        title=gettext("Units that two waves share"),
        stub=gettext("Waves"),
        columns=_OVERLAP,
        rows=rows,
        notes=(gettext("Units are the same where their identifiers are."),),
    )


def _unit_words(results: StudyResults) -> str:
    kinds = (results.units([analysis.name]) for analysis in results.study.analyses)
    first, *others = dict.fromkeys(kinds)
    return (
        gettext("{first}, or {others} where changes between periods are compared").format(
            first=first, others=others[0]
        )
        if others
        else first
    )


def _flow_row(results: StudyResults, label: str, before: int, excluded: int, scope: str) -> Row:
    record = {"scope": scope, "reason": label, "rows_before": before, "rows": excluded}
    record |= {"kept": before - excluded}
    return columns.row_of(results, _FLOW, record, label, keys=("scope", "reason"))


def _source_rows(results: StudyResults) -> Iterator[Row]:
    for source in results.study.sources:
        report = results.quality[source.name]
        yield heading(
            gettext("Raw file: {value}").format(value=source.label or source.name), "panel"
        )
        remaining = report.rows_read
        if not report.excluded:
            yield _flow_row(results, gettext("Rows read, all kept"), remaining, 0, source.name)
        for excluded in report.excluded:
            reason = results.with_labels(translated(excluded.reason))
            yield _flow_row(results, reason, remaining, excluded.rows, source.name)
            remaining -= excluded.rows


def _exclusion_rows(results: StudyResults) -> Iterator[Row]:
    previous = ""
    for record in results["exclusions"].to_dict("records"):
        panel, detail = _scope_labels(results, str(record["stage"]), str(record["scope"]))
        if panel != previous:
            yield heading(panel, "panel")
        reason = results.with_labels(record["reason"])
        label = f"{detail}: {reason}" if detail else reason[:1].upper() + reason[1:]
        yield _flow_row(results, label, record["rows_before"], record["rows"], record["scope"])
        previous = panel


def _scope_labels(results: StudyResults, stage: str, scope: str) -> tuple[str, str]:
    """Name a scope: its sample or analysis, and its variable or strategy if it has one."""
    first, _, second = scope.partition("/")
    if stage in ("ingest", "construct"):
        samples = results.study.samples
        name = samples[first].label if first in samples else first
        return gettext("Sample: {name}").format(name=name), results.variable_label(
            second
        ) if second else ""
    analyses = {analysis.name: analysis.label for analysis in results.study.analyses}
    label = analyses.get(first, first)
    kind = gettext("Description") if stage == "estimate" else gettext("Comparison")
    return f"{kind}: {label}", results.strategy_label(second) if second else ""


_ARMS = (
    columns.size(marked("Treated"), marked("Before"), of="n_treated"),
    columns.size(marked("Controls"), marked("Before"), of="n_control"),
    columns.size(marked("Treated"), marked("Compared"), of="n_treated_matched"),
    columns.size(marked("Off support"), marked("Compared"), of="n_dropped"),
    columns.size(marked("Controls"), marked("Compared"), of="n_control_matched"),
    columns.number(
        marked("Effective controls"), marked("Compared"), 1.2, of="effective_controls", decimals=1
    ),
)


def _arm_rows(results: StudyResults) -> Iterator[Row]:
    matched = set(results["designs"]["analysis"])
    analyses = [asked.name for asked in results.study.analyses if asked.name in matched]

    def rows(analysis: str) -> Iterator[Row]:
        for record in results.of("designs", analysis).to_dict("records"):
            scope = f"{record['analysis']}/{record['strategy']}"
            own = {**record, "scope": scope, "suppressed": False}
            label = results.strategy_label(record["strategy"])
            yield columns.row_of(results, _ARMS, own, label, keys=(), more=("scope",))

    return headings.by_analysis(results, analyses, rows, alone=True)


KIND = kinds.TableKind(
    kind="sample",
    shows="rows kept and excluded",
    section=kinds.SAMPLE,
    rank=10,
    needs=("designs", "exclusions", "sample_flow", "estimates", "wave_overlap"),
    options=Exhibit,
    methods="",
    build=sample_tables,
)
