"""Analyses over time in study.yaml: what is accepted, and each kind of mistake in one sentence."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ruralimpact.config import load_study
from ruralimpact.errors import ConfigError
from ruralimpact.schema.base import plain

ROOT = Path(__file__).parents[2]
BIMAS = ROOT / "config" / "studies" / "indonesia_bimas"
NEW: dict[str, Any] = {
    "name": "new",
    "label": "New",
    "sample": "seasons",
    "method": "difference_in_differences",
    "treatment": "bimas_any",
    "before": [1],
    "after": [2],
    "estimators": ["two_by_two"],
    "outcomes": ["net_income"],
}
UNSOUND: dict[str, tuple[dict[str, Any], list[str]]] = {
    "adjustment without covariates": (
        {"estimators": ["doubly_robust"]},
        ["analyses.new.estimators", "'doubly_robust' adjusts for covariates"],
    ),
    "a wave on both sides": ({"after": [1, 2]}, ["wave 1 is both before and after"]),
    "a sample of changes": ({"sample": "leavers"}, ["holds changes"]),
    "a covariate measured after": ({"covariates": ["high_yield"]}, ["high_yield"]),
    "a treatment that is none": ({"treatment": "region"}, ["unknown treatment 'region'"]),
    "an estimator of another method": (
        {"estimators": ["group_time_simple"]},
        ["'group_time_simple' is not one of"],
    ),
    "an unknown wave key": ({"befor": [1]}, ["unknown key 'befor'", "'before'"]),
    "neither treatment nor adoption": (
        {
            "method": "staggered",
            "treatment": None,
            "before": None,
            "after": None,
            "estimators": None,
        },
        ["give either treatment", "first_treated"],
    ),
    "adoption of another role": (
        {
            "method": "staggered",
            "treatment": None,
            "first_treated": "region",
            "before": None,
            "after": None,
            "estimators": None,
        },
        ["unknown adoption variable 'region'"],
    ),
    "an unconditional form with covariates": (
        {
            "method": "staggered",
            "form": "unconditional",
            "covariates": ["ln_area"],
            "before": None,
            "after": None,
            "estimators": None,
        },
        ["takes no covariates"],
    ),
}


def copied(folder: Path, **changed: Any) -> Path:
    """Copy the study with one analysis more."""
    for path in BIMAS.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    content = yaml.safe_load((BIMAS / "study.yaml").read_text(encoding="utf-8"))
    new = {key: one for key, one in (NEW | changed).items() if one is not None}
    design = new.pop("design", content["design"])
    content |= {"design": design, "analyses": [*content["analyses"], new]}
    (folder / "study.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


def test_an_analysis_over_time_is_accepted(tmp_path: Path) -> None:
    assert plain(load_study(copied(tmp_path)).analyses[-1]) == NEW


@pytest.mark.parametrize("case", UNSOUND)
def test_a_mistake_in_the_configuration_is_named(case: str, tmp_path: Path) -> None:
    changed, words = UNSOUND[case]
    with pytest.raises(ConfigError) as caught:
        load_study(copied(tmp_path, **changed))
    for text in words:
        assert text in str(caught.value)


def test_a_cross_section_refuses_all_of_them(tmp_path: Path) -> None:
    content = yaml.safe_load((BIMAS / "study.yaml").read_text(encoding="utf-8"))
    del content["samples"]["leavers"]
    for method in ("difference_in_differences", "triple_difference", "staggered", "before_after"):
        new = {key: NEW[key] for key in ("name", "label", "sample", "outcomes")} | {
            "method": method
        }
        new |= {} if method == "staggered" else {"before": [1], "after": [2]}
        new |= {} if method == "before_after" else {"treatment": "bimas_any"}
        new |= {"eligible": "sharecropper"} if method == "triple_difference" else {}
        new |= {"estimators": ["two_by_two"]} if method == "difference_in_differences" else {}
        changed = content | {"design": "cross_section", "analyses": [new]}
        for path in BIMAS.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(changed), encoding="utf-8")
        with pytest.raises(
            ConfigError, match=f"'{method}' needs a wave before treatment"
        ) as caught:
            load_study(tmp_path)
        assert "difference in levels" in str(caught.value)


def test_before_after_studies_know_changes_only(tmp_path: Path) -> None:
    content = yaml.safe_load((BIMAS / "study.yaml").read_text(encoding="utf-8"))
    for path in BIMAS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "exhibits.yaml").write_text("tables: []\nfigures: []\n", encoding="utf-8")
    own = {"name": "own", "label": "Own", "sample": "seasons", "method": "before_after"}
    own |= {"before": [1], "after": [6], "outcomes": ["net_income"]}
    for analyses, refused in (([own], False), ([own, NEW], True)):
        changed = content | {"design": "before_after", "analyses": analyses, "answer": {}}
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(changed), encoding="utf-8")
        if not refused:
            assert plain(load_study(tmp_path).analyses) == [own]
            continue
        with pytest.raises(ConfigError, match="not attributable to the project: 'before_after'"):
            load_study(tmp_path)


def test_before_after_beside_controls_names_the_treated(tmp_path: Path) -> None:
    alone = {"method": "before_after", "treatment": None, "estimators": None}
    with pytest.raises(ConfigError, match="say with `treatment` which units are treated"):
        load_study(copied(tmp_path, **alone))


def test_waves_in_words_have_the_order_of_the_lists(tmp_path: Path) -> None:
    words = {"before": ["baseline", "midline"], "after": ["endline"]}
    folder = copied(tmp_path, **words)
    with pytest.raises(ConfigError, match="List them under `wave_order`"):
        load_study(folder)
    path = folder / "study.yaml"
    seasons = [str(season) for season in range(1, 7)]
    order = {"wave_order": [*seasons, *words["before"], *words["after"]]}
    study = {**yaml.safe_load(path.read_text(encoding="utf-8")), **order}
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    made = plain(load_study(folder).analyses[-1])
    assert {key: made[key] for key in words} == words
    with pytest.raises(ConfigError, match="wave 9 of `after` is not later than wave 10"):
        load_study(copied(tmp_path, before=[10], after=[9]))


def test_exhibits_show_what_their_analyses_have(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = folder / "exhibits.yaml"
    exhibits = yaml.safe_load(path.read_text(encoding="utf-8"))
    entry = {"name": "x", "kind": "group_time", "title": "X", "analyses": ["new"]}
    exhibits["add"]["tables"].append(entry)
    path.write_text(yaml.safe_dump(exhibits), encoding="utf-8")
    with pytest.raises(ConfigError, match="'new' is of the method 'difference_in_differences'"):
        load_study(folder)


@pytest.mark.parametrize("kind", ["forest", "robustness", "impact"])
def test_a_change_of_the_treated_alone_stands_in_no_exhibit_of_effects(
    kind: str, tmp_path: Path
) -> None:
    folder = copied(tmp_path, method="before_after", estimators=None)
    path = folder / "exhibits.yaml"
    exhibits = yaml.safe_load(path.read_text(encoding="utf-8"))
    entry = {"name": "x", "kind": kind, "title": "X", "analyses": ["new"]}
    added = exhibits["add"]
    added["figures" if kind == "forest" else "tables"].append(entry)
    path.write_text(yaml.safe_dump(exhibits), encoding="utf-8")
    with pytest.raises(ConfigError, match="change of the treated alone, not attributable"):
        load_study(folder)
    entry["kind"] = "difference"
    added["figures"] = [one for one in added["figures"] if one is not entry]
    added["tables"] = [*(one for one in added["tables"] if one is not entry), entry]
    path.write_text(yaml.safe_dump(exhibits), encoding="utf-8")
    assert load_study(folder).analyses[-1].method == "before_after"
