"""Words of a run's pages: the answer in short, and what no page may print."""

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ruralimpact.config import known_studies, load_study
from ruralimpact.exhibits.answer.box import MOST_WORDS
from ruralimpact.exhibits.answer.statement import word_count

sys.path.append(str(Path(__file__).parents[1]))
from links import dead_links
from reading_ease import reading_ease

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "results"
STUDIES = sorted(path.parent.parent.name for path in RESULTS.glob("*/exhibits/findings.json"))
PAGES = sorted(
    path
    for pattern in ("*.html", "*/report.html", "*/brief.html")
    for path in RESULTS.glob(pattern)
)
EASE = 40  # below it a text is harder than those of newspapers that are bought for their depth
FORBIDDEN = {
    "text that is cut": re.compile(r"\w ?(\.\.\.|…)"),
    "none of two, or all of one": re.compile(r"\b([Nn]one|[Aa]ll) of (one|two|both)\b"),
    "a range with a dash": re.compile(r"\d ?[-–−] ?[-–−]\d"),
    "a number that is none": re.compile(r"(?<![\w-])(nan|NaN|NaT|inf|undefined|<NA>)(?![\w-])"),
    "a hyphen for a minus": re.compile(r"\((-\d[\d,.]*) to "),
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not PAGES, reason="there are no results: run `make` first"),
]


class Words(HTMLParser):
    """What a page prints, line by line, with text alternatives and without code."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.lines += [text for name, text in attributes if name == "alt" and text]
        if tag in ("script", "style", "code"):
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within and data.strip():
            self.lines.append(data.strip())


def lines_of(path: Path) -> list[str]:
    words = Words()
    words.feed(path.read_text(encoding="utf-8"))
    return words.lines


def findings_of(study: str) -> dict[str, Any]:
    text = (RESULTS / study / "exhibits" / "findings.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.mark.parametrize("study", STUDIES)
def test_the_answer_is_short_plain_and_cites_what_there_is(study: str) -> None:
    document = findings_of(study)
    answer = document["answer"]
    verdict = [answer["verdict"]] if answer["verdict"] else []
    shown = [*verdict, *answer["lines"], *answer["against"]]
    printed = [f"{line['label']}. {line['text']}".removeprefix(". ") for line in shown]
    text = " ".join([*printed, answer["reading"]])
    labels = sum(word_count(line["label"]) for line in verdict)
    assert word_count(text) - labels <= MOST_WORDS
    assert answer["lines"], "nothing is answered"
    if document["study"].get("language", "en") == "en":
        assert reading_ease(text) >= EASE, text
    for line in (*shown, *answer["further"]):
        assert set(line["cites"]) <= set(document["findings"])
    if document["study"]["synthetic"]:
        assert verdict and "planted" in answer["verdict"]["text"]
    if answer["further"]:
        assert answer["against"] or document["study"]["synthetic"], "what speaks against is folded"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(RESULTS).as_posix())
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_prints(path: Path, what: str) -> None:
    faults = [line[:160] for line in lines_of(path) if FORBIDDEN[what].search(line)]
    assert faults == [], f"{what}: {faults[:5]}"


@pytest.mark.parametrize("name", known_studies(ROOT))
def test_reports_print_labels_and_no_names_of_the_configuration(name: str) -> None:
    report = RESULTS / name / "report.html"
    if not report.is_file():
        pytest.skip("this study has no results")
    study = load_study(ROOT / "config" / "studies" / name)
    of_files = {row.variable for row in study.codebook}
    named = {*study.outcomes, *study.variables, *study.samples} - of_files
    named |= {entry.name for entry in (*study.analyses, *study.strategies)}
    keys = {key for key in named if "_" in key}
    if not keys:
        return
    pattern = re.compile(rf"(?<![\w/.])({'|'.join(map(re.escape, sorted(keys)))})(?![\w/.])")
    faults = [line[:160] for line in lines_of(report) if pattern.search(line)]
    assert faults == []


def test_every_link_leads_somewhere() -> None:
    assert list(dead_links(RESULTS)) == []


@pytest.mark.parametrize("study", STUDIES)
def test_no_link_of_a_study_leads_out_of_its_folder(study: str) -> None:
    """Its folder is handed on alone, too, in a replication package."""
    assert list(dead_links(RESULTS / study, outside=False)) == []
