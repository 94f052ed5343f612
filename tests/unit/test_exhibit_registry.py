"""The registry of exhibits: a file is a kind, each has a place in the report and says what it reads."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import SHIPPED, study_of

from ruralimpact.config import load_study
from ruralimpact.contracts import tables_for_exhibits
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import figures, tables
from ruralimpact.exhibits.document import (
    AnswerBox,
    FindingsDocument,
    ShownFigure,
    ShownTable,
    StudyWords,
)
from ruralimpact.exhibits.kinds import SECTIONS, FigureKind, Kind
from ruralimpact.exhibits.registry import exhibits_file, numbered, package_kinds, shown_in
from ruralimpact.exhibits.report import PageParts, ShownExhibits, report_page
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.exhibit import Exhibit
from ruralimpact.schema.validation import validated

ROOT = Path(__file__).parents[2]
KINDS = list(package_kinds())
TEMPLATE = """\
{%- for section in sections %}[{{ section.anchor }}
{%- for one in section.shown %} {{ one.name }}{% endfor %}]{% endfor %}"""


@pytest.mark.parametrize(
    "path",
    [
        path
        for package in (tables, figures)
        for path in sorted(Path(package.__path__[0]).glob("[!_]*.py"))
    ],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_file_declares_the_kind_that_it_is_named_after(path: Path) -> None:
    known = {
        kind.kind
        for kind in KINDS
        if isinstance(kind, FigureKind) == (path.parent.name == "figures")
    }
    assert path.stem in known, f"{path.name} must declare a kind '{path.stem}'"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_declarations_are_whole(kind: Kind[Any]) -> None:
    assert kind.section in SECTIONS, "name a section of ruralimpact.exhibits.kinds"
    assert set(kind.needs) <= set(tables_for_exhibits()), "needs names result tables"
    page = ROOT / "docs" / "methods" / kind.methods
    assert not kind.methods or page.is_file(), f"methods names a file of {page.parent}"
    assert kind.shows and not kind.shows.endswith("."), "shows is put into a sentence"


def test_every_kind_is_shown_by_a_test_or_a_study() -> None:
    paths = (ROOT / "tests").rglob("test_*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    studies = [load_study(ROOT / "config" / "studies" / name).exhibits for name in SHIPPED]
    of_studies = {entry.kind for own in studies for entry in (*own.tables, *own.figures)}
    for kind in KINDS:
        shown = kind.kind in of_studies or re.search(rf"[\"']{kind.kind}[\"']", text)
        assert shown, f"no test and no study shows a '{kind.kind}'"


def listed_tables(*kinds: str) -> tuple[ShownTable, ...]:
    return tuple(
        ShownTable(name=f"{kind}_table", kind=kind, title="", number=number)
        for number, kind in enumerate(kinds, start=1)
    )


def listed_figures(*kinds: str) -> tuple[ShownFigure, ...]:
    return tuple(
        ShownFigure(name=f"{kind}_figure", kind=kind, title="", number=number, note="", alt="")
        for number, kind in enumerate(kinds, start=1)
    )


def document(tables: tuple[ShownTable, ...], figures: tuple[ShownFigure, ...]) -> FindingsDocument:
    words = dict.fromkeys(StudyWords.model_fields, "")
    study = StudyWords(**{**words, "language": "en", "synthetic": False})
    return FindingsDocument(
        study=study,
        answer=AnswerBox(),
        tables=tables,
        figures=figures,
        conventions=(),
        data=(),
        findings={},
    )


def test_the_report_shows_every_kind_once() -> None:
    known = package_kinds()
    tables, figures = listed_tables(*known.tables), listed_figures(*known.figures)
    page = report_page(PageParts(TEMPLATE), ShownExhibits(document(tables, figures), {}, {}, known))
    names = [exhibit.name for exhibit in (*tables, *figures)]
    assert sorted(page.replace("]", " ").replace("[", " ").split()) == sorted(
        [*names, *(section.anchor for section in SECTIONS)]
    )


def test_numbers_rise_down_the_report() -> None:
    known = package_kinds()
    tables, figures = listed_tables(*known.tables), listed_figures(*known.figures)
    shown = [
        exhibit.name
        for section in SECTIONS
        for exhibit in shown_in(section, tables, figures, known)
    ]
    for listed, kinds in ((tables, known.tables), (figures, known.figures)):
        entries = [Exhibit(name=one.name, kind=one.kind, title="") for one in listed]
        by_number = [entry.name for _, entry in numbered(entries[::-1], kinds, [])]
        in_order = [entry.name for _, entry in numbered(entries, kinds, [])]
        assert in_order == [name for name in shown if name in by_number]


def test_the_first_table_opens_the_report() -> None:
    tables = tuple(
        ShownTable(name=name, kind="impact", title="", number=number)
        for number, name in enumerate(("a", "b"), start=1)
    )
    listed = document(tables, listed_figures("forest"))
    page = report_page(PageParts(TEMPLATE), ShownExhibits(listed, {}, {}, package_kinds()))
    assert page == "[estimates a forest_figure b][sample]"


def test_an_exhibit_reads_only_what_it_needs() -> None:
    frame = pd.DataFrame({"outcome": ["income", "poor"]})
    results = StudyResults(study_of(), {"estimates": frame, "tests": frame}, quality={})
    own = results.for_exhibit(entry("forest", analyses=["a"], outcomes=["poor"]), ["estimates"])
    assert list(own["estimates"]["outcome"]) == ["poor"]
    with pytest.raises(KeyError, match="the table 'tests' is not among those that this exhibit"):
        _ = own["tests"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "impct"}, "key 'tables.t.kind': 'impct' is not one of .*Did you mean 'impact'"),
        ({"analises": ["a"]}, "unknown key 'analises' of kind: impact. Did you mean 'analyses'"),
        ({"analyses": []}, "key 'tables.t.analyses': at least 1 entry is needed"),
        ({"benchmark": "a"}, "unknown key 'benchmark' of kind: impact"),
    ],
)
def test_mistakes_name_the_key_and_the_nearest(wrong: dict[str, Any], words: str) -> None:
    good = {"name": "t", "kind": "impact", "title": "T", "analyses": ["a"]}
    model = exhibits_file(package_kinds())
    validated(model, {"tables": [good]})
    with pytest.raises(ConfigError, match=words):
        validated(model, {"tables": [{**good, **wrong}]})


def test_kinds_are_known_without_what_draws() -> None:
    """A configuration is checked at every run, so the registry must be quick to read."""
    code = (
        "import sys; from ruralimpact.exhibits.registry import package_kinds; package_kinds();"
        "print([m for m in ('matplotlib', 'docx', 'scipy', 'statsmodels') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
