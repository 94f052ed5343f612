"""The main part of a report, what its exhibits link to, and the pages on methods beside it."""

from collections import Counter
from pathlib import Path

import pytest
from links import dead_links
from study_models import SHIPPED

from ruralimpact.config import load_study
from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.exhibits.arrangement import main_part
from ruralimpact.exhibits.kinds import ERRORS, QUALITY
from ruralimpact.exhibits.methods_pages import methods_of, methods_page
from ruralimpact.exhibits.registry import kinds_of, package_kinds
from ruralimpact.language import speaking
from ruralimpact.plugins import load_plugins
from ruralimpact.schema.exhibit import MOST_IN_MAIN, BriefExhibits, Exhibit, Exhibits

KINDS = package_kinds()
ROOT = Path(__file__).parents[2]


def listed(*kinds: str) -> tuple[Exhibit, ...]:
    seen: Counter[str] = Counter()
    entries = []
    for kind in kinds:
        seen[kind] += 1
        entries.append(Exhibit(name=f"{kind}{seen[kind]}", kind=kind, title=""))
    return tuple(entries)


def test_sections_take_turns_and_a_second_of_a_kind_waits() -> None:
    tables = listed("impact", "impact", "impact", "robustness", "sensitivity", "sample")
    main = main_part(Exhibits(tables=tables, figures=listed("forest", "distribution")), KINDS)
    assert main.tables == {entry.name for entry in tables}  # all fit
    many = (*listed(*["impact"] * 9), *tables[3:])
    main = main_part(Exhibits(tables=many, figures=listed("forest", "distribution")), KINDS)
    assert main.figures == {"forest1", "distribution1"}
    assert {"robustness1", "sensitivity1", "sample1"} <= main.tables
    assert sum(name.startswith("impact") for name in main.tables) == MOST_IN_MAIN - 5


def test_what_is_for_the_annex_stays_there_even_alone() -> None:
    alone = Exhibits(tables=listed("data_edits", "standard_errors", "data_quality", "impact"))
    assert main_part(alone, KINDS).tables == {"impact1"}
    assert main_part(alone.model_copy(update={"main": ("data_edits1",)}), KINDS).tables == {
        "data_edits1"
    }


def test_a_study_keeps_what_it_names_for_the_main_part_and_the_brief() -> None:
    exhibits = load_study(Path(__file__).parents[2] / "config" / "studies" / "bolivia_par").exhibits
    main = main_part(exhibits, KINDS)
    assert exhibits.main is not None and exhibits.brief.figures is not None
    named = set(exhibits.main) - {"headline"}  # of a plug-in's kind
    assert named <= main.tables | main.figures
    assert "by_product" not in main.tables  # by design it would be there


@pytest.mark.parametrize("name", SHIPPED)
def test_no_main_part_of_a_study_is_longer_than_twelve(name: str) -> None:
    root = Path(__file__).parents[2]
    kinds = kinds_of(load_plugins(root, ["plugins/rural_alliances"]))
    exhibits = load_study(root / "config" / "studies" / name).exhibits
    main = main_part(exhibits, kinds)
    assert 1 <= len(main.tables) + len(main.figures) <= MOST_IN_MAIN
    for entry in exhibits.tables if exhibits.main is None else ():
        if kinds.tables[entry.kind].section in (ERRORS, QUALITY):
            assert entry.name not in main.tables


def test_main_part_and_brief_name_what_there_is_and_not_too_much() -> None:
    root = Path(__file__).parents[2]
    study = load_study(root / "config" / "studies" / "nsw")
    names = tuple(entry.name for entry in study.exhibits.tables)
    for changes, key, said in (
        ({"main": ("impakt",)}, "main", "impact"),
        ({"main": names[: MOST_IN_MAIN + 1]}, "main", "it names 13 exhibits"),
        ({"brief": BriefExhibits(table="impakt")}, "brief.table", "impact"),
        ({"brief": BriefExhibits(figures=("impact",))}, "brief.figures", "figure 'impact'"),
    ):
        own = study.exhibits.model_copy(update=changes)
        changed = study.model_copy(update={"exhibits": own})
        problems = list(check_exhibits.problems(changed, KINDS, Path("exhibits.yaml")))
        assert [problem.key for problem in problems] == [key]
        assert said in str(problems[0])


def test_a_page_of_methods_keeps_only_links_that_lead_somewhere() -> None:
    text = "# A <b>\n\n[one](one.md#part), [two](two.md), [out](https://x.org), ![p](p.png) `<i>`\n"
    page = methods_page(text, ["one"])
    assert "<title>A &lt;b&gt;</title>" in page
    assert '<a href="one.html#part">one</a>, two, <a href="https://x.org">out</a>' in page
    assert "<img" not in page and "<code>&lt;i&gt;</code>" in page
    assert methods_page("# Á (`b.py`), c\n", []).count('<h1 id="a-bpy-c">') == 1
    spanish = "# Á\n\n[one](../../methods/one.md), [two](../one.md)\n"
    with speaking("es"):
        page = methods_page(spanish, ["one"], "es")
    assert '<html lang="es">' in page and '<a href="../report.html">Informe</a>' in page
    assert '<p><a href="one.html">one</a>, two</p>' in page
    assert '<h1 id="a-b">' in methods_page("# A <b>", [])
    exhibits = Exhibits(tables=listed("impact", "balance"), figures=listed("forest"))
    assert methods_of(exhibits, KINDS) == ("balance", "matching")


def test_every_link_of_the_pages_of_methods_leads_somewhere(tmp_path: Path) -> None:
    pages = sorted((ROOT / "docs" / "methods").glob("*.md"))
    names = [path.stem for path in pages]
    (tmp_path / "methods").mkdir()
    (tmp_path / "report.html").touch()
    for path in pages:
        page = methods_page(path.read_text(encoding="utf-8"), names)
        (tmp_path / "methods" / f"{path.stem}.html").write_text(page, encoding="utf-8")
    assert len(names) > 20
    assert list(dead_links(tmp_path, outside=False)) == []


def test_a_link_to_no_file_and_one_to_no_anchor_are_dead(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="one"><a href="b.html#one"><a href="#one">', "utf-8")
    (tmp_path / "b.html").write_text('<a href="a.html#one"><img src="c.svg">', "utf-8")
    assert list(dead_links(tmp_path)) == ["a.html: b.html#one", "b.html: c.svg"]
