"""The pages on survival and portfolios say what their files give."""

from pathlib import Path

from example_studies import example_samples

from ruralimpact.description.records import RecordedStudy
from ruralimpact.portfolio.study import portfolio_study
from ruralimpact.survival.study import survival_study

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / "methods" / f"{name}.md").read_text(encoding="utf-8")


def test_the_page_on_survival_says_what_its_register_gives() -> None:
    tables = survival_study(RecordedStudy(*example_samples(DOCS / "example_survival")))
    rows = tables.tables["survival"].query("part == 'curve' and by == '' and state == 'lasts'")
    last = rows.set_index("time").loc[5]
    said = f"Of {last['n_units']:.0f} alliances {100 * last['estimate']:.0f} percent"
    assert said in page("survival")
    assert [(item.reason, item.rows) for item in tables.excluded if item.rows] == [
        ("it ended, and nothing says when", 1)
    ]


def test_the_page_on_portfolios_says_what_its_register_gives() -> None:
    tables = portfolio_study(RecordedStudy(*example_samples(DOCS / "example_portfolio")))
    of_all = tables.tables["portfolio"].query("project == ''")
    rows = of_all.set_index(["part", "name", "measure"])["value"]
    formed, percent = (rows["reach", "groups", measure] for measure in ("actual", "percent"))
    assert f"formed {formed:.0f} groups, {percent:.1f} percent of their target" in page("portfolio")
    assert f"cost {rows['financing', 'total', 'total']:.0f} million dollars" in page("portfolio")
    index = tables.tables["portfolio"].query("part == 'products' and measure == 'concentration'")
    dairies = index.set_index("project_label")["value"]["Valley dairies"]
    assert dairies == (28 / 35) ** 2 + (7 / 35) ** 2
    assert f"an index of products of {dairies:.2f}" in page("portfolio")
    assert [item.rows for item in tables.excluded if "end" in item.reason] == [1]


def test_pages_show_the_rows_and_keys_of_their_files() -> None:
    for name, file, shown in (("survival", "alliances", 4), ("portfolio", "projects", 4)):
        folder, text = DOCS / f"example_{name}", page(name)
        lines = (folder / f"{file}.csv").read_text(encoding="utf-8").splitlines()[:shown]
        assert all(f"    {line}\n" in text for line in lines)
        assert text.split("```yaml\n")[1].split("```")[0].split("analyses:")[1] in (
            folder / "study.yaml"
        ).read_text(encoding="utf-8")
