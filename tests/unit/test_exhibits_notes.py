"""What a reader is told: notes of estimates, values set to missing, and the words of a study as they are."""

from dataclasses import replace
from typing import Any

import pytest
from exhibit_entries import entry, with_tables
from study_models import with_parts
from test_exhibits_study import build_results

from ruralimpact.exhibits import formatting, interpretation
from ruralimpact.exhibits.build import findings_document, tables_of_exhibit
from ruralimpact.exhibits.missing_values import set_to_missing
from ruralimpact.exhibits.reading_notes import reading_notes
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.impact import impact_table
from ruralimpact.schema.quality import QualityReport

SPEC = "psid_matching/nn5/earnings"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return build_results(tmp_path_factory.mktemp("study"))


def noted(results: StudyResults, **notes: str) -> StudyResults:
    frame = results["estimates"].assign(notes="")
    for strategy, text in notes.items():
        frame.loc[frame["strategy"] == strategy, "notes"] = text
    return with_tables(results, estimates=frame)


def notes_of(results: StudyResults, kind: str, **keys: Any) -> list[tuple[str, ...]]:
    exhibit = entry(kind, analyses=["psid_matching"], **keys)
    shown = tables_of_exhibit(results, exhibit, 1, package_kinds())
    return [table.notes for table in shown.tables]


@pytest.mark.parametrize(
    "kind",
    ["impact", "standard_errors", "p_values", "robustness", "sensitivity", "difference"],
)
def test_every_table_of_estimates_prints_what_they_note(results: StudyResults, kind: str) -> None:
    own = noted(results, nn5="weights come from elsewhere")
    (notes,) = notes_of(own, kind)
    label = results.strategy_label("nn5")
    assert [note for note in notes if note.startswith("Weights come from")] == [notes[-1]]
    assert label in notes[-1]


def test_notes_print_labels_for_names(results: StudyResults) -> None:
    name, outcome = next(iter(results.study.outcomes.items()))
    (notes,) = notes_of(
        noted(results, nn5=f"regression without '{name}', '{name}[a b]', not '{name}_2'"), "impact"
    )
    label = outcome.label
    assert notes[-1].startswith(f"Regression without “{label}”, “{label}: a b”, not '{name}_2' (")


def test_the_benchmark_prints_them_too(results: StudyResults) -> None:
    (notes,) = notes_of(noted(results, nn5="odd"), "benchmark", benchmark="experiment")
    assert notes[-1].startswith("Odd (")


def test_notes_of_all_estimates_name_nobody_and_numbers_make_a_range(results: StudyResults) -> None:
    frame = results["estimates"].copy()
    frame["notes"] = [f"{place + 3:,} units are left out" for place in range(len(frame))]
    shown = frame[frame["analysis"] == "psid_matching"]["notes"].str.split(" ").str[0].astype(int)
    (notes,) = notes_of(with_tables(results, estimates=frame), "impact")
    assert notes[-1] == f"{shown.min()} to {shown.max()} units are left out."


def test_a_table_of_something_else_prints_none(results: StudyResults) -> None:
    own = noted(results, nn5="weights come from elsewhere")
    for kind in ("balance", "balance_summary"):
        assert not any("elsewhere" in note for notes in notes_of(own, kind) for note in notes)


def quality(results: StudyResults, **found: Any) -> StudyResults:
    first, *others = results.quality
    own = QualityReport(**{**results.quality[first].model_dump(), **found})
    return replace(results, quality={**results.quality, first: own})


def variable(raw_name: str) -> dict[str, Any]:
    described = {"question": "", "type": "number", "unit": "", "minimum": None, "maximum": None}
    return {
        "raw_name": raw_name,
        "missing": 0,
        "described": {**described, "categories": []},
        "observed": {},
    }


def test_values_set_to_missing_reach_every_report(results: StudyResults) -> None:
    assert "set_to_missing" not in findings_document(results, package_kinds()).written()
    age = variable("edad")
    age["out_of_range"] = {"count": 1, "minimum": 16.0, "maximum": 100.0, "rows": [8]}
    land = variable("land")
    land["out_of_range"] = {"count": 30, "minimum": 0.0, "maximum": None, "rows": [*range(2, 22)]}
    edits = [
        {"rule": "implausible", "column": "price", "count": 2, "rows": [5, 1204]},
        {"rule": "spellings", "column": "region", "count": 9, "rows": [2]},
    ]
    own = quality(results, variables={"age": age, "land": land}, edits=edits)
    (source,) = set_to_missing(own)
    assert list(source.lines) == [
        "age (column edad): one value outside 16 to 100, row 8",
        "land: 30 values below 0, rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 20 more",
        "column price: two values far from the median of its class, rows 5, 1204",
    ]
    assert findings_document(own, package_kinds()).set_to_missing == (source,)


def test_how_files_were_read_reaches_every_report(results: StudyResults) -> None:
    first = next(iter(results.quality))
    joined = [
        {"name": "farm", "file": "land.csv", "rows": 50, "matched": 45, "without": 3, "unused": 5}
    ]
    proposal = {"raw": "Rio Verdo", "clean": "Rio Verde", "similarity": 88}
    proposal |= {"rows": 1, "rows_of_clean": 3}
    own = quality(
        results,
        source=first,
        identifier="the number of the row",
        joined=joined,
        notes=["hidden rows, which are read like others: 2"],
        codes_not_found={"sales": ["-99", "-88"]},
        labels_of_numbers={"costs": {"99998": "does not know"}},
        values_not_found={"region": ["Chaco"]},
        edits=[{"rule": "decimal_comma", "column": "land", "count": 0, "rows": []}],
        near_names={"group": [proposal]},
    )
    notes = {item.label: list(item.lines) for item in reading_notes(own)}
    assert notes[next(s.label for s in own.study.sources if s.name == first)] == [
        "units are identified by the number of the row",
        "land.csv: 45 of 48 rows found theirs; five rows of it belong to none",
        "hidden rows, which are read like others: 2",
        "sales: no row has -99, -88, which would mean missing",
        "costs: kept as numbers though the file labels them: 99998 (does not know)",
        "column region: no row has one value that a table of recodes lists",
        "column land: the edit decimal_comma changed nothing",
        "column group: one name much like another, left as they are "
        f"(near_names in survey/{first}.quality.json)",
    ]
    document = findings_document(own, package_kinds())
    assert list(document.reading_notes) == reading_notes(own)
    # Names of groups are for those who have the data.
    assert "Rio Verdo" not in str(document.reading_notes)


@pytest.mark.parametrize("groups", ["communities", "children", "parishes", "comunidades", "farms"])
def test_words_of_a_study_are_printed_as_they_are(results: StudyResults, groups: str) -> None:
    own = replace(results, study=with_parts(results.study, group_label=groups))
    assert f"clustered on {groups} and" in interpretation.standard_error_note(own)
    (table,) = impact_table(own, entry("impact", analyses=["psid_matching"]))
    text = " ".join([*table.notes, *(column.label for column in table.columns)]).lower()
    assert text.count(groups[:-1]) == text.count(groups)


@pytest.mark.parametrize(
    ("value", "noun", "words"),
    [
        (1, "strategy", "one strategy"),
        (2, "strategy", "two strategies"),
        (3, "survey", "three surveys"),
        (0, "class", "no classes"),
        (12, "box", "12 boxes"),
        (2, "estimate", "two estimates"),
    ],
)
def test_plurals_of_our_own_words(value: int, noun: str, words: str) -> None:
    assert formatting.plural(value, noun) == words
