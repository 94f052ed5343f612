"""Effects of several studies: combined where they are alike, refused in words where they are not."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ruralimpact.across_studies.headline_effects import (
    HeadlineEffect,
    comparable,
    headline_effects,
    printed,
)
from ruralimpact.across_studies.summary import combination, summary_files
from ruralimpact.cli.many_projects import are_projects
from ruralimpact.errors import ConfigError, DataError

FIRST = HeadlineEffect(
    project="a",
    study="s",
    title="Study <a>",
    spec_id="m/nn/income",
    outcome="income",
    method="matching",
    estimand="ATT",
    unit="Bs",
    currency="bolivianos of 2014",
    synthetic=False,
    estimate=100.0,
    std_error=20.0,
    conf_low=60.0,
    conf_high=140.0,
    percent=10.0,
    percent_low=5.0,
    percent_high=15.0,
    n_treated=100,
    n_control=200,
    n_clusters=30,
)
EFFECTS = [
    FIRST,
    replace(FIRST, project="b", estimate=130.0, percent=20.0, percent_low=12.0, percent_high=29.0),
    replace(FIRST, project="c", estimand="ATT, supported"),
    replace(
        FIRST,
        project="d",
        estimate=40.0,
        conf_low=0.0,
        conf_high=80.0,
        percent=3.0,
        percent_low=-1.0,
        percent_high=8.0,
    ),
]


def test_percents_are_combined_as_logarithms_of_ratios() -> None:
    alike = comparable(EFFECTS, "income", "percent")
    assert alike[0].estimate == pytest.approx(np.log(1.1))
    # The interval in the unit is two standard errors each way, and so is that of the ratio.
    assert alike[0].std_error == pytest.approx(np.log(1.15 / 1.05) / 4)
    mean = combination(EFFECTS, "income", "percent").mean
    centre = printed(mean.mean, "percent")
    assert 3 < centre < 20
    assert printed(mean.predicted_low, "percent") < printed(mean.conf_low, "percent") < centre


def test_effects_in_their_unit_stay_as_they_are() -> None:
    alike = comparable(EFFECTS, "income", "unit")
    assert [effect.estimate for effect in alike] == [100.0, 130.0, 100.0, 40.0]
    assert combination(EFFECTS, "income", "unit").unit == "Bs"


@pytest.mark.parametrize(
    ("change", "measure", "words"),
    [
        ({"unit": "US$"}, "unit", "differ in their unit"),
        ({"currency": "bolivianos of 2010"}, "unit", "differ in their currency"),
        ({"estimand": "ATE"}, "percent", "differ in their estimand"),
        ({"synthetic": True}, "percent", "differ in their kind of data"),
        ({"method": "before_after"}, "percent", "not attributable"),
        ({"unit": "percentage points"}, "percent", "percentage points"),
        ({"percent_low": float("nan")}, "percent", "no percent"),
        ({"outcome": "other"}, "percent", "the answer of z/s has no estimate of it"),
        ({"project": "a"}, "percent", "the answer of a/s has several estimates"),
    ],
)
def test_what_is_not_alike_is_refused(change, measure, words) -> None:
    with pytest.raises(DataError, match=words):
        comparable([*EFFECTS, replace(FIRST, **{"project": "z", **change})], "income", measure)


def test_a_study_that_answers_with_no_effect_is_named_and_not_left_out() -> None:
    with pytest.raises(DataError, match="the answer of e/s has no estimate of it"):
        combination(EFFECTS, "income", "percent", ["e/s"])
    page = summary_files(EFFECTS, None, ["e/<s>"])["index.html"].decode()
    assert "No effect with an interval stands in the answer of: e/&lt;s&gt;." in page


def test_percentage_points_have_no_currency() -> None:
    points = [replace(effect, unit="percentage points") for effect in EFFECTS]
    points[0] = replace(points[0], currency="US dollars")
    assert combination(points, "income", "unit").unit == "percentage points"


def test_an_unknown_outcome_names_the_nearest() -> None:
    with pytest.raises(DataError, match="Did you mean 'income'"):
        comparable(EFFECTS, "incme", "percent")


def test_the_files_say_what_was_combined() -> None:
    files = summary_files(EFFECTS, combination(EFFECTS, "income", "percent"))
    page = files["index.html"].decode()
    assert "percent of the counterfactual" in page
    assert "Study &lt;a&gt;" in page
    assert "95 percent prediction interval" in page
    assert len(files["effects.csv"].decode().splitlines()) == 1 + len(EFFECTS)
    assert set(summary_files(EFFECTS, None)) == {"effects.csv", "index.html"}


def test_folders_of_projects_are_told_from_studies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "config").mkdir(parents=True)
        (tmp_path / name / "config" / "config.yaml").write_text("studies: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert are_projects(["a", "b/"])
    assert not are_projects(["nsw"])
    with pytest.raises(ConfigError, match="no project in c"):
        are_projects(["a", "c"])


@pytest.mark.slow
def test_a_project_that_stops_is_named_and_the_summary_stays(tmp_path: Path) -> None:
    for name in ("a", "b c"):
        (tmp_path / name / "config").mkdir(parents=True)
        (tmp_path / name / "config" / "config.yaml").write_text("studies: [x]\n", encoding="utf-8")
    (tmp_path / "across_studies").mkdir()
    (tmp_path / "across_studies" / "index.html").write_text("earlier", encoding="utf-8")
    shown = subprocess.run(
        [sys.executable, "-m", "ruralimpact", "run", "a", "b c/"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 1
    assert re.search(r"^b c \| error: .*config/config.yaml", shown.stderr, flags=re.MULTILINE)
    last = shown.stderr.splitlines()[-1]
    assert last.startswith("error: 2 of 2 projects are not whole (a, b c)")
    assert (tmp_path / "across_studies" / "index.html").read_text(encoding="utf-8") == "earlier"


def test_a_study_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="findings.json"):
        headline_effects("a", tmp_path, ["s"])
