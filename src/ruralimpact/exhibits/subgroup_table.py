"""Effects by level of a subgroup variable, with the tests that they are equal."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, reading
from ruralimpact.exhibits.impact import SUPPORTED, UNBALANCED, count_cell, percent_reason
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.results import StudyResults

_LETTERS = "abcdefghij"
_MOST_PAIRS = 6
_EFFECT = "Effect on the treated"
_NUMBERS = ("treated_mean", "control_mean", "estimate", "std_error", "conf_low", "conf_high")


def subgroup_table(results: StudyResults, exhibit: Mapping[str, Any]) -> tuple[Table, ...]:
    """Build the table of one subgroup variable: levels, everyone, equality, and differences if few.

    Parameters
    ----------
    results : StudyResults
    exhibit : mapping
        Entry of exhibits.yaml with ``title``, ``analyses`` and ``subgroup``.

    Returns
    -------
    tuple of Table
        One table.
    """
    frame = subgroup_rows(results, exhibit)
    letters = _letters(frame)
    rows: list[Row] = []
    lines: list[str] = []
    for analysis in exhibit["analyses"]:
        if len(exhibit["analyses"]) > 1:
            rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for family in _families(frame[frame["analysis"] == analysis]):
            rows += _family_rows(results, family, letters)
            if not family["warning"].iloc[0]:
                lines.append(_sentence(results, family, several=len(exhibit["analyses"]) > 1))
    return (
        Table(
            title=f"{exhibit['title']}{_warning_title(frame)}",
            stub=str(frame["subgroup_label"].iloc[0]) if len(frame) else "Level",
            columns=_columns(results, exhibit),
            rows=tuple(rows),
            reading=(*_warnings(frame), *lines),
            notes=_notes(results, frame, letters),
            source=exhibit.get("source") or results.study.get("citation", ""),
            synthetic=results.synthetic,
        ),
    )


def subgroup_rows(results: StudyResults, exhibit: Mapping[str, Any]) -> pd.DataFrame:
    """Rows of the table of subgroup effects that an exhibit shows.

    Parameters
    ----------
    results : StudyResults
    exhibit : mapping
        With ``analyses`` and ``subgroup``, and ``outcomes`` if any.
    """
    frame = results.subgroups
    chosen = frame["analysis"].isin(exhibit["analyses"]) & (frame["subgroup"] == exhibit["subgroup"])
    if "outcomes" in exhibit:
        chosen &= frame["outcome"].isin(exhibit["outcomes"])
    return frame[chosen]


def everyone(results: StudyResults, spec_id: str) -> Mapping[Any, Any]:
    """The estimate on everyone that belongs to a family of subgroup effects."""
    found = results.estimates[results.estimates["spec_id"] == spec_id]
    record: Mapping[Any, Any] = found.to_dict("records")[0]
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
        return f"Equal effects: no test ({record['reason'] or 'no difference has any variance'})"
    return (
        f"Equal effects: F({record['df']:.0f}, {record['df_denominator']:.0f}) = "
        f"{formatting.number(record['statistic'], 2)}, p = {formatting.p_value(record['p_value'])}"
    )


def _families(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for _, family in frame.groupby(["outcome", "strategy"], sort=False):
        yield family


def _columns(results: StudyResults, exhibit: Mapping[str, Any]) -> tuple[Column, ...]:
    counts = results.units(exhibit["analyses"]).capitalize()
    groups = str(results.study["group_label"]).capitalize()
    return (
        Column("Treated", "Mean", 1.1),
        Column("Controls", "Mean", 1.1),
        Column("Estimate", _EFFECT, 1.1),
        Column("(SE)", _EFFECT, 1.1),
        Column("95% interval", _EFFECT, 2.0),
        Column("p", _EFFECT, 0.8),
        Column("Adjusted p", _EFFECT, 0.9),
        Column("Percent", "", 0.9),
        Column("Treated", counts, 0.9),
        Column("Controls", counts, 0.95),
        *((Column(groups, "", 1.0),) if groups != counts else ()),
    )


def _family_rows(
    results: StudyResults, family: pd.DataFrame, letters: Mapping[str, str]
) -> list[Row]:
    first = family.iloc[0]
    outcome = formatting.lower_first(results.outcome_label(first["outcome"]))
    title = f"{results.strategy_label(first['strategy'])}: {outcome} ({first['unit']})"
    records = family.to_dict("records")
    grouped = results.units([first["analysis"]]) != str(results.study["group_label"])
    width = 11 if grouped else 10
    rows = [heading(title, "group")]
    for record in records:
        if record["kind"] == "level":
            rows.append(_level_row(results, record, letters, grouped=grouped))
    own = {**everyone(results, str(first["spec_id"])), "p_adjusted": None, "reason": ""}
    rows.append(_data_row(results, Cell("Everyone", _marks(own)), own, letters, grouped=grouped))
    pairs = [record for record in records if record["kind"] == "difference"]
    for record in pairs if len(pairs) <= _MOST_PAIRS else []:
        rows.append(_difference_row(results, record, grouped=grouped))
    for record in records:
        if record["kind"] == "equality":
            tested = {"spec_id": record["spec_id"], "test": "equality", "p_value": record["p_value"]}
            rows.append(Row(Cell(""), (Cell(equality_words(record), span=width),), tested, "foot"))
    return rows


def _level_row(
    results: StudyResults,
    record: Mapping[Any, Any],
    letters: Mapping[str, str],
    *,
    grouped: bool,
) -> Row:
    label = Cell(level_label(record), _marks(record) + letters.get(str(record["reason"]), ""))
    return _data_row(results, label, record, letters, grouped=grouped)


def _marks(record: Mapping[Any, Any]) -> str:
    return (UNBALANCED if record["balanced"] == "no" else "") + (
        SUPPORTED if record["dropped"] > 0 else ""
    )


def _data_row(
    results: StudyResults,
    label: Cell,
    record: Mapping[Any, Any],
    letters: Mapping[str, str],
    *,
    grouped: bool,
) -> Row:
    sizes = [count_cell(record[name]) for name in ("n_treated", "n_control")]
    sizes += [count_cell(record["n_groups"])] if grouped else []
    values = _values(results, record)
    if record["suppressed"]:
        return Row(label, (*[Cell(formatting.SUPPRESSED)] * 8, *sizes), values)
    decimals = results.decimals(record["outcome"])
    cells = (
        Cell(formatting.number(values["treated_mean"], decimals)),
        Cell(formatting.number(values["control_mean"], decimals)),
        *_effect_cells(values, decimals),
        Cell(formatting.number(values["percent"])),
        *sizes,
    )
    return Row(label, cells, values)


def _effect_cells(values: Mapping[str, Any], decimals: int) -> tuple[Cell, ...]:
    return (
        Cell(formatting.number(values["estimate"], decimals)),
        Cell(formatting.parenthesised(values["std_error"], decimals)),
        Cell(formatting.interval(values["conf_low"], values["conf_high"], decimals)),
        Cell(formatting.p_value(values["p_value"])),
        Cell(formatting.p_value(values["p_adjusted"])),
    )


def _difference_row(results: StudyResults, record: Mapping[Any, Any], *, grouped: bool) -> Row:
    label = Cell(f"{record['level']} less {record['against']}")
    values = _values(results, record)
    blank = (Cell(""),) * (3 if grouped else 2)
    if record["suppressed"]:
        cells = (Cell(""), Cell(""), *[Cell(formatting.SUPPRESSED)] * 5, Cell(""), *blank)
        return Row(label, cells, values)
    effect = _effect_cells(values, results.decimals(record["outcome"]))
    return Row(label, (Cell(""), Cell(""), *effect, Cell(""), *blank), values)


def _values(results: StudyResults, record: Mapping[Any, Any]) -> dict[str, Any]:
    """The unrounded numbers of a row in printed units."""
    factor = formatting.scale(record["unit"])
    values: dict[str, Value] = {
        name: record.get(name, "") for name in ("spec_id", "subgroup", "level", "against", "unit")
    }
    values |= {name: factor * record[name] for name in _NUMBERS}
    values |= {"p_value": record["p_value"], "p_adjusted": record["p_adjusted"]}
    reason = "difference" if record.get("kind") == "difference" else percent_reason(record)
    values["percent"] = None if reason else record["percent"]
    values |= {
        name: None if record["suppressed"] else int(record[name])
        for name in ("n_treated", "n_control", "n_groups", "dropped")
    }
    return values


def _sentence(results: StudyResults, family: pd.DataFrame, *, several: bool) -> str:
    first = family.iloc[0]
    outcome, unit = first["outcome"], results.unit(first["outcome"])
    levels = family[(family["kind"] == "level")].dropna(subset=["estimate"])
    where = f"{results.analysis(first['analysis'])['label']}: " if several else ""
    name = formatting.lower_first(results.outcome_label(outcome))
    start = f"{where}{results.strategy_label(first['strategy'])}, {name}: "
    if len(levels) < 2:
        return f"{start}fewer than two levels have an estimate that can be shown."
    values = formatting.scale(unit) * levels["estimate"]
    decimals = results.decimals(outcome)
    low, high = values.idxmin(), values.idxmax()
    kind = "" if first["basis"] == "declared" else "class "
    text = (
        f"{start}from {formatting.number(values[low], decimals)} {unit} in "
        f"{kind}{levels.loc[low, 'level']} to {formatting.number(values[high], decimals)} in "
        f"{kind}{levels.loc[high, 'level']}. "
    )
    return text + _test_sentence(family)


def _test_sentence(family: pd.DataFrame) -> str:
    tests = family[family["kind"] == "equality"]
    equality = tests["p_value"].iloc[0] if len(tests) else float("nan")
    if pd.isna(equality):
        return "There are too few groups for a test that the effects are equal."
    verdict = "is rejected" if equality < 0.05 else "is not rejected"
    pairs = family[family["kind"] == "difference"]
    text = (
        f"That all levels have the same effect {verdict} at the 5 percent level "
        f"(p = {formatting.p_value(equality)})"
    )
    if len(pairs) < 2:
        return f"{text}."
    apart = int((pairs["p_adjusted"] < 0.05).sum())
    return (
        f"{text}; adjusted for all pairs, "
        f"{formatting.share_of(apart, len(pairs), 'difference')} between levels "
        f"{'differs' if apart < 2 else 'differ'} from zero."
    )


def _warnings(frame: pd.DataFrame) -> tuple[str, ...]:
    found = [text for text in dict.fromkeys(frame["warning"]) if text]
    return tuple(f"A warning, not a result: {text}." for text in found)


def _warning_title(frame: pd.DataFrame) -> str:
    return " (a warning, not a result)" if _warnings(frame) else ""


def _letters(frame: pd.DataFrame) -> dict[str, str]:
    reasons = dict.fromkeys(frame.loc[frame["kind"] == "level", "reason"])
    return dict(zip([text for text in reasons if text], _LETTERS, strict=False))


_BASES = {
    "baseline": "Classes are of equal size over both arms together.",
    "predicted": (
        "Classes are of the outcome predicted without treatment from the controls' covariates, each "
        "unit's own group left out (Abadie, Chingos and West 2018), of equal size over both arms "
        "together; intervals take them as given."
    ),
    "realised": "Classes are of the realised outcome; no tests are shown.",
}


def _notes(
    results: StudyResults, frame: pd.DataFrame, letters: Mapping[str, str]
) -> tuple[str, ...]:
    notes = [
        "Within a level, treated units are compared with controls of the same level by the strategy "
        "named. Everyone is the estimate of the main table, for which units may have been compared "
        "across levels, so it need not lie between those of the levels.",
        reading.standard_error_note(results),
        *(_BASES[basis] for basis in dict.fromkeys(frame["basis"]) if basis in _BASES),
        "Percents are of the counterfactual mean.",
    ]
    if frame["p_adjusted"].notna().any():
        notes.append(
            "A level whose effect differs from zero and one whose effect does not may still have the "
            "same effect: only the tests of differences say whether levels differ. Adjusted p-values "
            "hold the chance of any false rejection among all levels, or all pairs, of one strategy and "
            "outcome (Romano and Wolf 2005, bootstrap over groups)."
        )
    if (frame["unit"] == formatting.PERCENTAGE_POINTS).any():
        notes.append("Shares and their effects are in percent and percentage points.")
    if (frame["balanced"] == "no").any():
        notes.append(f"{UNBALANCED} {reading.BALANCE_RULE}")
    if (frame["dropped"] > 0).any():
        notes.append(f"{SUPPORTED} {reading.SUPPORT_RULE}")
    notes += [f"{letter}. No estimate: {reason}." for reason, letter in letters.items()]
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)
