"""Robustness across specifications: range, sign, significance, balance, and whether strategies differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralimpact.errors import DesignError
from ruralimpact.estimation.stored_scores import stored_scores
from ruralimpact.exhibits import (
    cells,
    columns,
    disclosure,
    formatting,
    headings,
    interpretation,
    kinds,
)
from ruralimpact.exhibits.model import Cell, Row, Table
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.inference.contrasts import EqualityTest, equality_test
from ruralimpact.language import gettext, marked
from ruralimpact.sensitivity.specification_curve import (
    LEVEL,
    SpecificationCurve,
    specification_curve,
)

_EQUAL = marked("Are they equal?")
_COLUMNS = (
    columns.amount(marked("Lowest"), marked("Estimates"), of="lowest"),
    columns.amount(marked("Median"), marked("Estimates"), of="median"),
    columns.amount(marked("Highest"), marked("Estimates"), of="highest"),
    columns.words(
        marked("Above zero"), marked("Strategies"), of="above", kept=("strategies", "positive")
    ),
    columns.words(
        marked("Differ from zero"), marked("Strategies"), 1.2, of="differ", kept=("significant",)
    ),
    columns.words(
        marked("Fail balance"), marked("Strategies"), of="failing", kept=("checked", "unbalanced")
    ),
    columns.number("F", _EQUAL, 0.8, of="equality_f", decimals=2),
    columns.words(
        marked("df"), _EQUAL, 0.9, of="equality_df", kept=("equality_df1", "equality_df2")
    ),
    columns.p_value(_EQUAL, of="equality_p"),
)


@dataclass(frozen=True)
class Robustness:
    """What the strategies of one comparison say together on one outcome.

    Attributes
    ----------
    curve : SpecificationCurve
        In the outcome's stored unit.
    matched, unbalanced : int
        Strategies whose balance was checked, and those that fail it.
    test : EqualityTest or None
        That all estimates are equal; None for a single estimate, or too few groups.
    """

    curve: SpecificationCurve
    matched: int
    unbalanced: int
    test: EqualityTest | None


def robustness(results: StudyResults, analysis: str, outcome: str) -> Robustness:
    """Sum up all estimates of one comparison on one outcome; suppressed ones are excluded.

    Parameters
    ----------
    results : StudyResults
    analysis, outcome : str

    Returns
    -------
    Robustness
    """
    frame = results.estimates_of(analysis, outcome).dropna(subset=["estimate"])
    values = frame["estimate"].to_numpy(float)
    curve = specification_curve(values, frame["p_value"].to_numpy(float))
    checked = frame["balanced"].value_counts()
    failing = int(checked.get("no", 0))
    return Robustness(
        curve, int(checked.get("yes", 0)) + failing, failing, _equality(results, frame)
    )


def _equality(results: StudyResults, frame: pd.DataFrame) -> EqualityTest | None:
    scores = [
        stored_scores(results["scores"], str(spec_id), float(df))
        for spec_id, df in zip(frame["spec_id"], frame["df"], strict=True)
    ]
    try:
        return equality_test(frame["estimate"].to_numpy(float), scores)
    except DesignError:
        return None


def robustness_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table with one row a comparison and outcome."""
    lines: list[str] = []

    def rows(analysis: str) -> Iterator[Row]:
        by_outcome = {
            name: robustness(results, analysis, name) for name in results.outcomes_of([analysis])
        }
        lines.append(f"{results.analysis(analysis).label}: {_sentence(list(by_outcome.values()))}")
        for name, own in by_outcome.items():
            yield _row(results, analysis, name, own)

    yield table_of(
        results,
        exhibit,
        stub=gettext("Outcome"),
        columns=_COLUMNS,
        rows=headings.by_analysis(results, exhibit.analyses, rows, alone=True),
        interpretation=lines,
        notes=_notes(results, exhibit.analyses),
    )


def _row(results: StudyResults, analysis: str, outcome: str, across: Robustness) -> Row:
    curve, test, checked = across.curve, across.test, across.matched
    record = {
        "analysis": analysis,
        "outcome": outcome,
        "unit": results.unit(outcome),
        **{name: getattr(curve, name) for name in ("lowest", "median", "highest", "positive")},
        "significant": curve.significant,
        "strategies": curve.count,
        "above": cells.part_of(curve.positive, curve.count),
        "differ": cells.part_of(curve.significant, curve.count),
        "checked": checked,
        "unbalanced": across.unbalanced if checked else None,
        "failing": cells.part_of(across.unbalanced, checked),
        "equality_f": test.statistic if test else None,
        "equality_df1": test.df_numerator if test else None,
        "equality_df2": test.df_denominator if test else None,
        "equality_p": test.p_value if test else None,
        "equality_df": _degrees_of_freedom(test),
    }
    keys = ("analysis", "outcome", "unit")
    return columns.row_of(results, _COLUMNS, record, results.outcome_title(outcome), keys=keys)


def _degrees_of_freedom(test: EqualityTest | None) -> Cell:
    if test is None or not np.isfinite(test.statistic):
        return Cell(formatting.DASH)
    df = (test.df_numerator, test.df_denominator)
    return cells.side_by_side(
        [cells.number(own) for own in df],
        (gettext("of the numerator"), gettext("of the denominator")),
        ", ",
    )


def _sentence(outcomes: Sequence[Robustness]) -> str:
    """Say for how many outcomes the strategies agree, in sign and by the joint test."""
    tests = [
        outcome.test for outcome in outcomes if outcome.test and np.isfinite(outcome.test.p_value)
    ]
    signs = sum(outcome.curve.one_sign for outcome in outcomes)
    differ = sum(test.p_value < LEVEL for test in tests)
    if len(outcomes) == 1:
        sign = gettext("agree") if signs else gettext("do not agree")
        text = gettext("the strategies {sign} in sign").format(sign=sign)
        verb = gettext("is rejected") if differ else gettext("is not rejected")
        return (
            gettext("{text}; that they are equal {verb} at the 5 percent level.").format(
                text=text, verb=verb
            )
            if tests
            else f"{text}."
        )
    text = gettext("the strategies agree in sign on {share}").format(
        share=formatting.share_of(signs, len(outcomes), "outcome")
    )
    if tests:
        text += gettext(
            "; that they are equal is rejected at the 5 percent level for {share}"
        ).format(share=formatting.share_of(differ, len(tests)))
    return f"{text}."


def _notes(results: StudyResults, analyses: Sequence[str]) -> tuple[str, ...]:
    frame = results.of("estimates", *analyses)
    notes = [
        gettext(
            "All strategies declared before outcomes were read are counted; none is "
            "chosen by its result."
        ),
        gettext(
            "Differ from zero: at the 5 percent level, each strategy by itself. The "
            "strategies share their units, so these are no independent confirmations."
        ),
        gettext(
            "Are they equal: joint test from the group scores of all strategies, which "
            "carry their covariance (Hotelling's T2, as F). A test that does not reject "
            "is no proof that the choice is harmless, and strategies that keep different "
            "treated units estimate different averages."
        ),
    ]
    notes += interpretation.share_notes(frame)
    if frame["suppressed"].any():
        notes.append(
            gettext("Suppressed estimates are excluded. {note}").format(
                note=gettext(disclosure.NOTE)
            )
        )
    return tuple(notes)


KIND = kinds.TableKind(
    kind="robustness",
    shows="range and agreement of strategies",
    section=kinds.TRUST,
    rank=10,
    needs=("estimates", "scores"),
    options=OfEstimates,
    methods="sensitivity.md",
    build=robustness_table,
    with_tests=True,
)
