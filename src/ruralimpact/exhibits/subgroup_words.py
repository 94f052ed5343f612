"""Words of tables and figures of subgroup effects: labels, sentences and notes."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import (
    effective_groups,
    formatting,
    interpretation,
    marks,
    subgroup_order,
)
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.options import OfSubgroup
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

WARNING = marked("A warning, not a result")


def subgroup_rows(results: StudyResults, exhibit: OfSubgroup) -> pd.DataFrame:
    """Rows of the table of subgroup effects that an exhibit shows.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfSubgroup
    """
    frame: pd.DataFrame = results["subgroups"]
    chosen = frame["analysis"].isin(exhibit.analyses) & (frame["subgroup"] == exhibit.subgroup)
    chosen &= exhibit.wanted(frame["outcome"])
    rows: pd.DataFrame = frame.loc[chosen]
    return rows


def everyone(results: StudyResults, spec_id: str) -> Mapping[Any, Any]:
    """The estimate on everyone that belongs to a family of subgroup effects."""
    estimates = results["estimates"][results["estimates"]["spec_id"] == spec_id]
    record: Mapping[Any, Any] = estimates.to_dict("records")[0]
    return record


def level_label(record: Mapping[Any, Any]) -> str:
    """Printed name of a level, with its range where it is a quantile class."""
    low, high = record["low"], record["high"]
    if pd.isna(low):
        return str(record["level"])
    decimals = 0 if max(abs(low), abs(high)) >= 100 else 2
    return f"{record['level']}: {formatting.interval(low, high, decimals)}"


def equality_words(record: Mapping[Any, Any]) -> str:
    """The joint test of a family, in words."""
    if pd.isna(record["p_value"]):
        return gettext("Equal effects: no test ({value})").format(
            value=record["reason"] or gettext("no difference has any variance")
        )
    return gettext("Equal effects: {test}").format(test=formatting.f_test(record))


def family_sentence(results: StudyResults, family: pd.DataFrame, *, several: bool) -> str:
    """Range of the effects of a family over its levels, and its tests, in words."""
    first = family.iloc[0]
    outcome, unit = first["outcome"], results.unit(first["outcome"])
    levels = family[(family["kind"] == "level")].dropna(subset=["estimate"])
    where = f"{results.analysis(first['analysis']).label}: " if several else ""
    name = formatting.lower_first(results.outcome_label(outcome))
    start = f"{where}{results.strategy_label(first['strategy'])}, {name}: "
    if len(levels) < 2:
        return gettext("{start}fewer than two levels have an estimate that can be shown.").format(
            start=start
        )
    values = formatting.scale(unit) * levels["estimate"].to_numpy(float)
    names = list(levels["level"])
    decimals = results.decimals(outcome)
    low, high = int(values.argmin()), int(values.argmax())
    kind = "" if first["basis"] == "declared" else "class "
    template = gettext(
        "{start}from {values} {unit} in {kind}{names} to {values_2} in {kind}{names_2}. "
    )
    text = formatting.for_unit(template, unit).format(
        start=start,
        values=formatting.number(values[low], decimals),
        unit=formatting.translated(unit),
        kind=kind,
        names=names[low],
        values_2=formatting.number(values[high], decimals),
        names_2=names[high],
    )
    return text + _test_sentence(family)


def _test_sentence(family: pd.DataFrame) -> str:
    tests = family[family["kind"] == "equality"]
    equality = tests["p_value"].iloc[0] if len(tests) else float("nan")
    if pd.isna(equality):
        return gettext("There are too few groups for a test that the effects are equal.")
    rejected = gettext("is rejected") if equality < 0.05 else gettext("is not rejected")
    pairs = family[family["kind"] == "difference"]
    text = gettext(
        "That all levels have the same effect {rejected} at the 5 percent level ({p})"
    ).format(rejected=rejected, p=formatting.p_statement(equality))
    if len(pairs) < 2:
        return f"{text}."
    apart = int((pairs["p_adjusted"] < 0.05).sum())
    return gettext(
        "{text}; adjusted for all pairs, {share} between levels {verb} from zero."
    ).format(
        text=text,
        share=formatting.share_of(apart, len(pairs), "difference"),
        verb=gettext("differs") if apart < 2 else gettext("differ"),
    )


def warnings(frame: pd.DataFrame) -> tuple[str, ...]:
    """Why rows are no evidence, once each."""
    texts = [text for text in dict.fromkeys(frame["warning"]) if text]
    return tuple(f"{gettext(WARNING)}: {text}." for text in texts)


def reason_letters(frame: pd.DataFrame) -> dict[str, str]:
    """A footnote letter for each reason why a level has no estimate."""
    return marks.letters_of(frame.loc[frame["kind"] == "level", "reason"])


_BASES = {
    "baseline": marked("Classes are of equal size over both arms together."),
    "predicted": (
        marked(
            "Classes are of the outcome predicted without treatment from the controls' "
            "covariates, each unit's own group excluded (Abadie, Chingos and West 2018), "
            "of equal size over both arms together; intervals take them as given."
        )
    ),
    "realised": marked("Classes are of the realised outcome; no tests are shown."),
}


def subgroup_notes(
    results: StudyResults, frame: pd.DataFrame, letters: Mapping[str, str], *, ranked: bool = False
) -> tuple[str, ...]:
    """Conventions, and the meaning of every mark, of a table of subgroup effects."""
    notes = [
        gettext(
            "Within a level, treated units are compared with controls of the same level "
            "by the strategy named. Everyone is the estimate of the main table, for "
            "which units may have been compared across levels, so it need not lie "
            "between those of the levels."
        ),
        interpretation.standard_error_note(results),
        *interpretation.identification_notes(set(frame["method"])),
        *(_BASES[basis] for basis in dict.fromkeys(frame["basis"]) if basis in _BASES),
        gettext("Percents are of the counterfactual mean."),
        *([gettext(subgroup_order.NOTE)] if ranked else []),
    ]
    if frame["p_adjusted"].notna().any():
        notes.append(
            gettext(
                "A level whose effect differs from zero and one whose effect does not may "
                "still have the same effect: only the tests of differences say whether "
                "levels differ. Adjusted p-values hold the chance of any false rejection "
                "among all levels, or all pairs, of one strategy and outcome (Romano and "
                "Wolf 2005, bootstrap over groups)."
            )
        )
    notes += interpretation.share_notes(frame, means=True)
    notes += effective_groups.group_notes(results, frame[frame["kind"] == "level"])
    notes += marks.estimate_notes(frame)
    notes += _level_notes(results, frame)
    notes += [
        gettext("{letter}. No estimate: {reason}.").format(letter=letter, reason=reason)
        for reason, letter in letters.items()
    ]
    return tuple(notes)


def _level_notes(results: StudyResults, frame: pd.DataFrame) -> list[str]:
    """What effects of levels note of themselves and that on everyone does not, with whose they are."""
    of_levels: dict[str, list[str]] = {}
    for record in frame[(frame["kind"] == "level") & ~frame["suppressed"]].to_dict("records"):
        known = str(everyone(results, str(record["spec_id"]))["notes"]).split("; ")
        for note in str(record["notes"]).split("; "):
            if note and note not in known:
                of_levels.setdefault(note, []).append(str(record["level"]))
    return [
        f"{', '.join(dict.fromkeys(levels))}: {results.with_labels_of_quoted(translated(note))}."
        for note, levels in of_levels.items()
    ]
