"""The answer in short: its numbers are findings, each sentence has its condition, and it stays short."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pandas as pd
import pytest
from exhibit_entries import with_tables
from study_models import with_parts
from test_answer_room import words_of
from test_exhibits_study import build_results, build_tables, nsw_study

from ruralimpact.config.answer import check_answer
from ruralimpact.errors import ConfigError
from ruralimpact.estimation.informative_weights import INFORMATIVE, NOT_SHOWN
from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.answer.room import MOST_WORDS
from ruralimpact.exhibits.document import AnswerBox
from ruralimpact.exhibits.earlier_words import in_the_language
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import Language, speaking
from ruralimpact.schema.answer import Answer, HeadlineOutcome, PlaceboTest

SPEC = "psid_matching/nn5/earnings"
MATCHED = HeadlineOutcome(analysis="psid_matching", outcome="earnings", strategy="nn5")
EXPERIMENT = HeadlineOutcome(analysis="experiment", outcome="earnings")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return answering(build_results(tmp_path_factory.mktemp("study")), MATCHED)


def answering(
    results: StudyResults, *outcomes: HeadlineOutcome, placebos: tuple[PlaceboTest, ...] = ()
) -> StudyResults:
    answer = Answer(outcomes=outcomes, placebos=placebos)
    return replace(results, study=with_parts(results.study, answer=answer))


def box_of(results: StudyResults) -> AnswerBox:
    return answer_box(replace(results, findings=findings(results)))


def against(results: StudyResults) -> str:
    box = box_of(results)
    return " ".join(line.text for line in (*box.against, *box.further))


def with_estimates(results: StudyResults, specs: str, **values: Any) -> StudyResults:
    frame = results["estimates"].copy()
    chosen = frame["spec_id"].str.contains(specs)
    for name, value in values.items():
        frame.loc[chosen, name] = value
    return with_tables(results, estimates=frame)


def row(name: str, **values: Any) -> Callable[[StudyResults], StudyResults]:
    """Add to a table a row of these values."""

    def changed(results: StudyResults) -> StudyResults:
        empty = results[name].iloc[:0]
        return with_tables(results, **{name: pd.concat([empty, pd.DataFrame([values])])})

    return changed


def test_every_number_is_that_of_a_finding_that_is_cited(results: StudyResults) -> None:
    results = answering(results, EXPERIMENT, MATCHED)
    known = findings(results)
    box = answer_box(replace(results, findings=known))
    labels = [outcome.label for outcome in results.study.outcomes.values()]
    labels += [outcome.unit for outcome in results.study.outcomes.values()]
    labels += [strategy.label for strategy in results.study.strategies]
    for line in (*box.lines, *box.against, *box.further):
        text = line.text.lower()
        for label in labels:
            text = text.replace(label.lower(), "")
        cited = " ".join(known[key].text for key in line.cites)
        for number in re.findall(r"\d[\d,.]*\d|\d", text):
            assert number in cited, (number, line)
    (first, second) = box.lines
    assert "+1,794 US dollars of 1982" in first.text and "+1,384 US dollars" in second.text
    assert f"{SPEC}/percent" in second.cites


def test_nothing_is_said_against_an_estimate_against_which_nothing_speaks(
    results: StudyResults,
) -> None:
    sound = with_estimates(results, "psid_matching", balanced="yes", estimate=1000.0)
    empty = {name: sound[name].iloc[:0] for name in ("sensitivity", "leave_one_out", "sample_flow")}
    text = against(with_tables(sound, **empty))
    assert text == ""


TREND = {"analysis": "psid_matching", "outcome": "earnings", "reason": ""}
REGION = {"spec_id": SPEC, "reason": "", "std_error": 1.0, "n_treated": 90, "n_control": 90}


@pytest.mark.parametrize(
    ("holds", "holds_not", "sentence"),
    [
        (
            row("pre_trends", **TREND, p_value=0.04),
            row("pre_trends", **TREND, p_value=0.06),
            "Trends differed before treatment already: earnings in 1978 (p = 0.040).",
        ),
        (
            row(
                "parallel_trends",
                **TREND,
                unit="",
                restriction="relative_magnitudes",
                breakdown=0.4,
            ),
            row(
                "parallel_trends",
                **TREND,
                unit="",
                restriction="relative_magnitudes",
                breakdown=1.4,
            ),
            "Trends that differ 0.40 times as much as before would undo it: earnings in 1978.",
        ),
        (
            row(
                "parallel_trends",
                **TREND,
                unit="",
                restriction="relative_magnitudes",
                breakdown=float("nan"),
            ),
            row("parallel_trends", **TREND, unit="", restriction="smoothness", breakdown=0.1),
            "Even if trends are parallel the interval holds zero: earnings in 1978.",
        ),
        (
            row("leave_one_out", **REGION, excluded="North", estimate=12.0, p_value=0.2),
            row("leave_one_out", **REGION, excluded="North", estimate=9e4, p_value=0.01),
            "Without North, earnings in 1978 cannot be told from zero (12, p = 0.200).",
        ),
        (
            lambda results: with_estimates(results, "psid_matching", balanced="no"),
            lambda results: with_estimates(results, "psid_matching", balanced="yes"),
            "All four strategies leave the arms unbalanced.",
        ),
        (
            lambda results: with_estimates(results, SPEC, effective_control_groups=7.25),
            lambda results: with_estimates(results, SPEC, effective_control_groups=17.0),
            "An arm amounts to only 7.3 effective participants.",
        ),
        (
            lambda results: with_estimates(results, SPEC, notes=f"other; {INFORMATIVE}"),
            lambda results: with_estimates(results, SPEC, notes=NOT_SHOWN),
            "Sampling weights go with earnings in 1978 and have no part in its match",
        ),
        (
            row("sensitivity", spec_id=SPEC, robustness_value_interval=0.032),
            row("sensitivity", spec_id=SPEC, robustness_value_interval=0.0),
            "Something unmeasured would undo it that explains 3.2 percent of who took part and of "
            "earnings in 1978.",
        ),
    ],
    ids=[
        "pre-trends",
        "breakdown",
        "parallel",
        "region",
        "balance",
        "groups",
        "weights",
        "hidden bias",
    ],
)
def test_a_sentence_is_there_where_its_condition_holds_and_nowhere_else(
    results: StudyResults,
    holds: Callable[[StudyResults], StudyResults],
    holds_not: Callable[[StudyResults], StudyResults],
    sentence: str,
) -> None:
    clear = with_estimates(results, SPEC, conf_low=100.0, conf_high=2000.0)
    assert sentence in against(holds(clear))
    assert sentence.partition(":")[0] not in against(holds_not(clear))


def test_estimates_that_all_lie_below_the_full_one_are_flagged(results: StudyResults) -> None:
    frame = pd.DataFrame(
        [
            {**REGION, "excluded": name, "estimate": value, "p_value": 0.01}
            for name, value in (("North", 900.0), ("South", 1300.0), ("West", 1000.0))
        ]
    )
    sentence = "Without any one region the estimate is smaller: earnings in 1978."
    assert sentence in against(with_tables(results, leave_one_out=frame))
    frame.loc[0, "estimate"] = 1500.0
    assert "Without any" not in against(with_tables(results, leave_one_out=frame))


def test_strategies_that_differ_by_the_joint_test_are_said_to(results: StudyResults) -> None:
    known = findings(results)
    key = "psid_matching/earnings/equality_p_value"
    assert key in known
    for p_value, said in ((0.01, True), (0.3, False)):
        finding = known[key].model_copy(update={"value": p_value})
        box = answer_box(replace(results, findings={**known, key: finding}))
        text = " ".join(line.text for line in (*box.against, *box.further))
        assert (
            "Strategies differ by more than chance: earnings in 1978 (p = 0.010)." in text
        ) is said


def test_a_placebo_that_fails_takes_the_answer_away(results: StudyResults) -> None:
    placebo = (PlaceboTest(analysis="psid_matching", outcomes=("employed",)),)
    tested = answering(results, MATCHED, placebos=placebo)
    employed = "psid_matching/.*/employed"
    fails = with_estimates(tested, employed, p_value=0.01)
    box = box_of(fails)
    assert box.verdict is not None and "no evidence of an effect" in box.verdict.text
    assert (
        box.against[0].text == "A placebo is not zero in all four estimates: Any earnings in 1978."
    )
    known = findings(fails)
    rests_on = [own for own in known if re.fullmatch(f"{employed}/(estimate|p_value)", own)]
    assert len(rests_on) == 8 and set(box.against[0].cites) == set(rests_on)
    assert set(box.verdict.cites) == {f"{SPEC}/estimate"}
    assert all(key in known for line in box.all_lines for key in line.cites)
    assert all(line.cites for line in box.all_lines)
    holds = with_estimates(tested, employed, p_value=0.5)
    assert "placebo" not in against(holds)
    in_part = with_estimates(holds, "psid_matching/nn5/employed", p_value=0.01)
    assert "A placebo is not zero in one of four estimates" in against(in_part)
    verdict = box_of(in_part).verdict
    assert verdict is not None and "no evidence" not in verdict.text


def test_what_matching_cannot_show_an_experiment_may(results: StudyResults) -> None:
    placebo = (PlaceboTest(analysis="psid_matching", outcomes=("employed",)),)
    tested = answering(results, EXPERIMENT, MATCHED, placebos=placebo)
    verdict = box_of(with_estimates(tested, "psid_matching/.*/employed", p_value=0.01)).verdict
    assert verdict is not None and verdict.text.startswith("Only the experiment is evidence")


def test_a_placebo_has_the_name_of_its_comparison_where_another_answers(
    results: StudyResults,
) -> None:
    placebo = (PlaceboTest(analysis="psid_matching", outcomes=("earnings",)),)
    tested = answering(results, EXPERIMENT, placebos=placebo)
    text = against(with_estimates(tested, "psid_matching/.*/earnings", p_value=0.01))
    assert "A placebo is not zero in all four estimates: PSID controls, matched." in text


def test_intervals_are_explained_where_there_are_some(results: StudyResults) -> None:
    assert box_of(results).reading
    none = with_estimates(results, SPEC, estimate=float("nan"), suppressed=True)
    assert not box_of(none).reading


_HOLDS, _CLEAR = (-1.0, 2.0), (1.0, 2.0)


@pytest.mark.parametrize(
    ("own", "others", "verdict"),
    [
        (_CLEAR, _CLEAR, "The one headline interval excludes zero."),
        (
            _CLEAR,
            _HOLDS,
            "The one headline interval excludes zero; with other strategies 0 of 3 do.",
        ),
        (_HOLDS, _HOLDS, "No interval excludes zero: no effect can be told from none."),
        (_HOLDS, _CLEAR, "No headline interval excludes zero; with other strategies 3 of 3 do."),
    ],
)
def test_the_verdict_counts_intervals(
    results: StudyResults, own: tuple[float, float], others: tuple[float, float], verdict: str
) -> None:
    """Of the headline estimate, and of the three others of its analysis and outcome."""
    about = f"{SPEC.partition('/')[0]}/.*/{SPEC.rpartition('/')[2]}"
    every = with_estimates(results, about, conf_low=others[0], conf_high=others[1])
    said = box_of(with_estimates(every, SPEC, conf_low=own[0], conf_high=own[1])).verdict
    assert said is not None and said.text == verdict


def test_it_stays_short_and_drops_nothing(results: StudyResults) -> None:
    long = " ".join(["very"] * 9)
    study = results.study
    analyses = tuple(
        entry.model_copy(update={"label": f"{entry.label}, {long}"}) for entry in study.analyses
    )
    outcomes = tuple(
        HeadlineOutcome(analysis=analysis, outcome=outcome)
        for analysis, outcome in (
            ("experiment", "earnings"),
            ("psid_matching", "earnings"),
            ("experiment", "employed"),
            ("psid_matching", "employed"),
            ("experiment", "low_earnings"),
        )
    )
    results = replace(results, study=with_parts(study, analyses=analyses))
    box = box_of(answering(results, *outcomes))
    assert words_of(box) <= MOST_WORDS
    said = {line.label for line in (*box.lines, *box.further) if line.label}
    assert said == {
        entry.label for entry in analyses if entry.name in ("experiment", "psid_matching")
    }


def test_the_same_sentences_are_said_in_every_language(results: StudyResults) -> None:
    """Of a study against which much speaks, so that not all of it finds room."""
    placebo = (PlaceboTest(analysis="psid_matching", outcomes=("employed",)),)
    tested = answering(results, EXPERIMENT, MATCHED, placebos=placebo)
    failing = with_estimates(tested, "psid_matching", balanced="no", effective_control_groups=7.0)
    failing = with_estimates(failing, "psid_matching/.*/employed", p_value=0.01)
    failing = row("pre_trends", **TREND, p_value=0.04)(failing)
    boxes = []
    for language in get_args(Language):
        with speaking(language):
            boxes.append(box_of(in_the_language(failing)))
    english, spanish = boxes
    assert english.further and english.against
    for part in ("lines", "against", "further"):
        cited = [[line.cites for line in getattr(box, part)] for box in (english, spanish)]
        assert cited[0] == cited[1], part
    for box in boxes:
        assert words_of(box) <= MOST_WORDS


def test_a_suppressed_estimate_prints_no_number(tmp_path: Any) -> None:
    tables = build_tables()
    few = tables["estimates"].assign(n_treated=5)
    small = answering(build_results(tmp_path, tables=tables | {"estimates": few}), MATCHED)
    (line,) = box_of(small).lines
    assert "suppressed or missing" in line.text and not line.cites


def test_a_suppressed_percent_is_said_to_be(results: StudyResults) -> None:
    (shown,) = box_of(results).lines
    assert "percent of the counterfactual" in shown.text
    hidden = with_estimates(results, SPEC, percent=float("nan"), means_suppressed=True)
    (line,) = box_of(hidden).lines
    assert "), percent suppressed." in line.text
    relative = with_estimates(hidden, SPEC, percent_reason="no counterfactual mean")
    assert "suppressed" not in box_of(relative).lines[0].text


def test_the_planted_truth_is_said_to_be_found_or_missed(tmp_path: Any) -> None:
    results = answering(build_results(tmp_path, nsw_study() | {"synthetic": True}), MATCHED)
    estimate = results["estimates"].set_index("spec_id").loc[SPEC]
    for effect, verdict in (
        (float(estimate["estimate"]) + 0.4, "Both intervals contain what was planted."),
        (
            9e5,
            "One of two intervals contains what was planted; missed: 1,384 US dollars of 1982 where ",
        ),
    ):
        truth = {"wave": 1978, "outcome": "earnings", "by": "all", "level": "", "effect": effect}
        truth["percent"] = float(estimate["percent"])
        said = box_of(replace(results, truth=pd.DataFrame([truth]))).verdict
        assert said is not None and said.text.startswith(verdict)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (
            Answer(outcomes=(HeadlineOutcome(analysis="experimant", outcome="earnings"),)),
            "answer.outcomes.1.analysis.*experimant.*experiment",
        ),
        (
            Answer(outcomes=(HeadlineOutcome(analysis="experiment", outcome="earning"),)),
            "answer.outcomes.1.outcome.*earning.*earnings",
        ),
        (
            Answer(
                outcomes=(
                    HeadlineOutcome(
                        analysis="psid_matching", outcome="earnings", strategy="nn1_calipr"
                    ),
                )
            ),
            "answer.outcomes.1.strategy.*nn1_calipr.*nn1_caliper",
        ),
        (
            Answer(placebos=(PlaceboTest(analysis="psid_matching", outcomes=("age",)),)),
            "answer.placebos.1.outcomes.*age",
        ),
    ],
)
def test_names_that_are_not_there_are_refused(
    results: StudyResults, tmp_path: Any, answer: Answer, problem: str
) -> None:
    study = with_parts(results.study, answer=answer)
    with pytest.raises(ConfigError, match=problem):
        check_answer(study, tmp_path / "study.yaml")
