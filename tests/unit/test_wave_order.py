"""One order of waves, by number or as declared, wherever changes are computed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from staggered_survey import OUTCOMES, STAGGERED, TWO_ARMS, study, survey, tables
from study_models import study_of

from ruralimpact.config.over_time import check_over_time
from ruralimpact.config.samples import check_sample_waves
from ruralimpact.defaults.described import described_sources, waves_of
from ruralimpact.difference.arms import arms_over_time
from ruralimpact.difference.study import difference_study
from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.schema.analysis import Staggered
from ruralimpact.schema.waves import in_order, places_in_time, wave_key

FILE = Path("study.yaml")
SURVEY = survey()
# By letter these would be 3, 5, 2, 6, 4, 1 (and 10 comes before 8 and 9).
NAMES = ["start", "baseline", "midline", "endline", "follow-up", "afterwards"]
PANEL: dict[str, Any] = {
    "name": "panel",
    "sample": "farms",
    "method": "panel",
    "treatment": "treated",
    "estimators": ["first_differences"],
    "outcomes": ["income"],
}
# Two farms join between the first and the second wave, two never do: (first wave ... third wave).
INCOMES = {"a": (1, 8, 9), "b": (2, 9, 9), "c": (5, 6, 9), "d": (4, 6, 8)}
JOINED = ("a", "b")


def farms(waves: list[str]) -> EstimationTables:
    rows = [
        {
            "unit_id": f"{name}:{wave}",
            "id": name,
            "group": name,
            "wave": wave,
            "treated": float(name in JOINED and place > 0),
            "income": float(value),
        }
        for name, values in INCOMES.items()
        for place, (wave, value) in enumerate(zip(waves, values, strict=True))
    ]
    frame = pd.DataFrame(rows).sort_values("unit_id", ignore_index=True)
    return EstimationTables(
        {"farms": frame.drop(columns="income")},
        {"farms": frame[["unit_id", "income"]]},
        *(pd.DataFrame(columns=["analysis", "strategy"]) for _ in range(4)),
    )


def first_differences(waves: list[str], **keys: Any) -> float:
    declared = study_of(
        {
            "name": "farms",
            "analyses": [PANEL],
            "outcomes": {"income": {"unit": "pesos"}},
            "samples": {"farms": {}},
            **keys,
        }
    )
    return float(estimate_study(declared, farms(waves), seed=1)["estimates"]["estimate"].iloc[0])


@pytest.mark.parametrize(
    ("waves", "keys"),
    [
        (["8", "9", "10"], {}),
        (["9.5", "10", "2010"], {}),
        (["Baseline", "Midline", "Endline"], {"wave_order": ["Baseline", "Midline", "Endline"]}),
        (["2", "1", "end"], {"wave_order": [2, 1, "end"]}),
    ],
)
def test_first_differences_are_those_between_neighbouring_waves(
    waves: list[str], keys: dict[str, Any]
) -> None:
    """The mean difference when treatment begins, 7 and 7, less that of all others, 1 0 1 3 2 2."""
    differences = {name: np.diff(values) for name, values in INCOMES.items()}
    began = [differences[name][0] for name in JOINED]
    others = [differences[name][place] for name in INCOMES for place in (0, 1)]
    by_hand = np.mean(began) - (np.sum(others) - np.sum(began)) / (len(others) - len(began))
    assert by_hand == 5.5
    assert first_differences(waves, **keys) == pytest.approx(by_hand, rel=1e-12)


def test_words_without_an_order_are_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match="List them under `wave_order`"):
        first_differences(["Baseline", "Midline", "Endline"])


def test_a_wave_that_is_not_in_the_order_is_named() -> None:
    with pytest.raises(ConfigError, match="the wave 'Midline' is not among them"):
        first_differences(["Baseline", "Midline", "Endline"], wave_order=["Baseline", "Endline"])


def test_numbers_have_their_own_order() -> None:
    with pytest.raises(ConfigError, match="in the order of their numbers"):
        study_of(wave_order=[2, 1])
    assert in_order(["10", "9", "8", "9"]) == ["8", "9", "10"]
    assert places_in_time(["10", "8", "9"]) == [3, 1, 2]
    assert wave_key("b", ["b", "a"]) < wave_key("a", ["b", "a"])


def named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(wave=frame["wave"].map(lambda wave: NAMES[int(wave) - 1]))


@pytest.mark.parametrize("word", ["nan", "inf", "1e3", "1_0"])
def test_what_reads_like_a_number_to_python_is_a_word(word: str) -> None:
    with pytest.raises(ConfigError, match=f"the wave '{word}' is no number"):
        places_in_time(["2", word])


def test_staggered_effects_by_words_in_their_order_are_those_by_numbers() -> None:
    words = {**study(STAGGERED), "wave_order": NAMES}
    found, wanted = (
        difference_study(study_of(declared), tables(data), seed=1)
        for declared, data in ((words, named(SURVEY)), (study(STAGGERED), SURVEY))
    )
    for name in ("event_study", "pre_trends", "goodman_bacon"):
        pd.testing.assert_frame_equal(found.tables[name], wanted.tables[name])


@pytest.mark.parametrize(
    ("waves", "keys", "refused"),
    [
        (("baseline", "endline"), {}, "wave_order.*'baseline' is no number"),
        ((2014, "endline"), {}, "wave_order.*'endline' is no number"),
        (("post", "pre"), {"wave_order": ["pre", "post"]}, "after.*wave pre of `after` is not"),
        (("pre", "post"), {"wave_order": ["pre", "post"]}, ""),
        (("pre", "post"), {"wave_order": ["pre", "pots"]}, "wave_order.*'post' is not among them"),
    ],
)
def test_the_order_of_words_is_asked_of_all_that_compares_waves(
    waves: tuple[Any, Any], keys: dict[str, Any], refused: str
) -> None:
    """Analyses, samples of two periods, and sources that are a wave each."""
    sides = {"before": [waves[0]], "after": [waves[1]]}
    change = {**TWO_ARMS, **sides, "sample": "panel", "outcomes": ["income"]}
    homes = [{"name": f"w{wave}", "id": "id", "wave": str(wave)} for wave in waves]
    periods = {**sides, "status": "status", "treatment": "treated"}
    declared = study_of(
        **keys,
        design="panel",
        sources=homes,
        analyses=[change],
        outcomes={"income": {"unit": "pesos"}},
        samples={"panel": {"sources": [home["name"] for home in homes], "two_periods": periods}},
    )
    by_analysis = check_over_time.problems(declared, declared.comparisons[0], {}, {}, FILE)
    told = [*map(str, by_analysis)], [*map(str, check_sample_waves.problems(declared, {}, FILE))]
    for mistakes in told:
        found = [one for one in mistakes if "wave" in one and "file study.yaml, key" in one]
        assert len(found) == (1 if refused else 0), mistakes
        assert all(re.search(refused, one) for one in found)


def test_defaults_take_the_declared_order() -> None:
    sources = [{"name": wave, "wave": wave} for wave in ("pre", "post")]
    assert waves_of({"wave_order": ["pre", "post"]}, described_sources({"sources": sources})) == [
        "pre",
        "post",
    ]


def test_waves_before_come_before_those_after() -> None:
    keys = {**TWO_ARMS, "before": ["endline"], "after": ["baseline"]}
    with pytest.raises(ConfigError, match="wave baseline of `after` is not later"):
        difference_study(
            study_of({**study(keys), "wave_order": NAMES}), tables(named(SURVEY)), seed=1
        )


@pytest.mark.parametrize("control", ["never_treated", "not_yet_treated"])
def test_no_controls_says_who_was_left_out(control: str) -> None:
    """The start is missing for those never treated: they are not "treated", they are not known."""
    frame = SURVEY[SURVEY["start"].isin([0, 3])]
    frame = frame.assign(start=frame["start"].replace(0, np.nan)).drop(columns=[*OUTCOMES])
    keys = {key: item for key, item in STAGGERED.items() if key != "treatment"}
    analysis = study_of(analyses=[{**keys, "first_treated": "start", "control": control}]).analyses[
        0
    ]
    assert isinstance(analysis, Staggered)
    with pytest.raises(
        DesignError, match=r"arm of 120 units is not known: start is missing \(120\)"
    ):
        arms_over_time(analysis, frame)


def test_no_controls_says_which_covariate_they_lack() -> None:
    frame = SURVEY[SURVEY["start"].isin([0, 3])].drop(columns=[*OUTCOMES])
    frame = frame.assign(x=frame["x"].where(frame["start"] == 3))
    analysis = study_of(analyses=[STAGGERED]).analyses[0]
    assert isinstance(analysis, Staggered)
    with pytest.raises(
        DesignError, match=r"All 120 controls were excluded: x is missing before \(120\)"
    ):
        arms_over_time(analysis, frame)
