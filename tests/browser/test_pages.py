"""Pages of a run in Debian's chromium: at two widths and printed, without errors, requests or overflow."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
RESULTS = Path(__file__).parents[2] / "results"
PAGES = sorted(
    path
    for pattern in ("*.html", "*/report.html", "*/brief.html")
    for path in RESULTS.glob(pattern)
)
REPORTS = [path for path in PAGES if path.name == "report.html"]
WIDTHS = (1280, 390)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium"),
    pytest.mark.skipif(not PAGES, reason="there are no results: run `make` first"),
]


def name_of(path: Path) -> str:
    return path.relative_to(RESULTS).as_posix()


@dataclass
class Opened:
    """A page with what it complained of and asked for."""

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def opened(browser: Any, path: Path, width: int) -> Opened:
    page = browser.new_page(viewport={"width": width, "height": 900})
    result = Opened(page)
    page.on(
        "console", lambda line: result.errors.append(line.text) if line.type == "error" else None
    )
    page.on("pageerror", lambda fault: result.errors.append(str(fault)))
    page.on("request", lambda request: result.requests.append(request.url))
    page.goto(path.as_uri())
    return result


WIDER = """() => [...document.querySelectorAll('body *')].filter(own => {
    const box = own.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && !own.closest('.scroll, td, th, table');
}).map(own => own.outerHTML.slice(0, 80)).slice(0, 3)"""
UNDRAWN = """() => [...document.images].filter(own => !own.complete || !own.naturalWidth || !own.alt)
    .map(own => own.alt)"""
FAINT = """() => {
    const parts = text => text.match(/[\\d.]+/g).map(Number);
    const light = text => {
        const [r, g, b] = parts(text).map(own => own / 255)
            .map(own => own <= .04045 ? own / 12.92 : ((own + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const behind = own => {
        for (; own; own = own.parentElement) {
            const colour = getComputedStyle(own).backgroundColor;
            if ((parts(colour)[3] ?? 1) > 0) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    return [...document.querySelectorAll('body *')].filter(own => {
        if (![...own.childNodes].some(node => node.nodeType === 3 && node.data.trim())) return false;
        const [a, b] = [light(getComputedStyle(own).color), light(behind(own))];
        return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5;
    }).map(own => own.outerHTML.slice(0, 80)).slice(0, 3);
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_asks_for_nothing_and_fits(browser: Any, path: Path, width: int) -> None:
    own = opened(browser, path, width)
    try:
        for part in own.page.locator("details").all():
            part.evaluate("own => { own.open = true; }")
        assert own.errors == []
        assert [url for url in own.requests if not url.startswith("data:")] == [path.as_uri()]
        assert own.page.evaluate("document.documentElement.scrollWidth") <= width
        assert own.page.evaluate(WIDER) == []
        assert own.page.evaluate(UNDRAWN) == []
        assert own.page.evaluate(FAINT) == []
        assert own.page.locator("[tabindex]:not([tabindex='0'])").count() == 0
    finally:
        own.page.close()


@pytest.mark.parametrize("path", REPORTS, ids=name_of)
def test_contents_lead_to_every_exhibit_in_one_click(browser: Any, path: Path) -> None:
    page = opened(browser, path, 1280).page
    try:
        links = page.locator("nav a").evaluate_all(
            "all => all.map(own => own.getAttribute('href'))"
        )
        exhibits = page.locator(".exhibit").evaluate_all("all => all.map(own => `#${own.id}`)")
        assert set(exhibits) <= set(links)
        for target in (links[0], exhibits[-1]):
            page.locator(f"nav a[href='{target}']").first.click()
            assert page.locator(target).first.is_visible()
            top = page.locator(target).first.evaluate("own => own.getBoundingClientRect().top")
            assert -5 <= top < 900, target
    finally:
        page.close()


ORDER = "all => all.map(own => own.cells[0].textContent.trim())"


def test_tables_sort_within_their_groups_and_back_and_filter(browser: Any) -> None:
    path = next((own for own in REPORTS if own.parent.name == "nsw"), REPORTS[0])
    page = opened(browser, path, 1280).page
    try:
        figure = page.locator("figure.table:has(button)").first
        rows = figure.locator("tr")
        before = rows.evaluate_all(ORDER)
        heading = figure.locator("thead th:has(button)").nth(1)
        values: dict[str, list[float]] = {}
        for direction in ("ascending", "descending"):
            heading.locator("button").click()
            assert heading.get_attribute("aria-sort") == direction
            values[direction] = figure.evaluate(FIRST_RUN)
        numbers = {name: [own for own in run if own == own] for name, run in values.items()}
        assert numbers["ascending"] == sorted(numbers["ascending"])
        assert numbers["descending"] == numbers["ascending"][::-1]
        for name, run in values.items():  # words and dashes come last either way
            assert run[: len(numbers[name])] == numbers[name]
        heading.locator("button").click()
        assert rows.evaluate_all(ORDER) == before
        figure.locator("input[type=search]").fill(figure.locator("tr.data th").last.inner_text())
        hidden = figure.locator("tr.data[hidden]").count()
        assert 0 < hidden < figure.locator("tr.data").count()
        assert "of" in figure.locator("[role=status]").inner_text()
    finally:
        page.close()


# Numbers of the first column of cells in the first run of at least two rows of data; NaN for words.
FIRST_RUN = """figure => {
    const runs = [[]];
    for (const row of figure.querySelectorAll('tbody tr')) {
        if (row.matches('.data')) runs.at(-1).push(row); else runs.push([]);
    }
    const run = runs.find(own => own.length > 1);
    return run.map(row => Number(row.cells[1].textContent.replace('−', '-').replaceAll(',', '')));
}"""


@pytest.mark.parametrize("path", [own for own in PAGES if own.name == "brief.html"], ids=name_of)
def test_a_brief_prints_on_at_most_two_pages(browser: Any, path: Path) -> None:
    page = opened(browser, path, 1280).page
    try:
        printed = page.pdf(prefer_css_page_size=True)
        assert 1 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 2
    finally:
        page.close()


@pytest.mark.parametrize("path", REPORTS, ids=name_of)
def test_print_opens_the_annex_and_keeps_figures_on_a_page(browser: Any, path: Path) -> None:
    page = opened(browser, path, 1000).page
    try:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        assert page.locator("input:visible, summary:visible, .links:visible").count() == 0
        tall = page.locator("figure.picture img").evaluate_all(
            "all => all.map(own => own.getBoundingClientRect().height)"
        )
        assert all(height <= 14.6 / 2.54 * 96 for height in tall)
    finally:
        page.close()
