"""Questions that are not what they were: wording, unit, categories, range and typical values by wave."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

COLUMNS = ("variable", "wave_before", "wave", "aspect", "before", "now", "alarm")
# A median that many times larger or smaller looks like another unit: acres for hectares are 2.5 times
# as many, pounds for kilograms 2.2 times.
_TIMES = 2.0
# A share of ones that many points away looks like codes that changed places.
_SHARE = 0.3
# A share missing that many points higher looks like another routing of the questionnaire.
_POINTS = 0.2
# What the codebook says, and the word for it.
_DESCRIBED = {
    "question": "question",
    "type": "type",
    "unit": "unit",
    "minimum": "range",
    "maximum": "range",
    "categories": "categories",
}
Report = Mapping[str, Any]


def questionnaire_changes(reports: Sequence[Report], waves: Sequence[str]) -> pd.DataFrame:
    """Compare what was asked, and what was found, between each wave and the last that asked it.

    Parameters
    ----------
    reports : sequence of mapping
        Quality reports of the sources (see `ruralimpact.survey.quality.quality_report`) with ``wave``;
        those without a wave are passed over.
    waves : sequence of str
        From the first to the last.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a difference: ``alarm`` is "yes" for what can change the meaning of an answer
        (question, type, unit, categories, range, labels in the file, a median of what is not zero more
        than twice as large or less than half, a share of ones 30 points away) and "no" for what is only
        to be known (asked under another column name, not asked, asked for the first time, a share missing
        that is 20 points higher).
    """
    by_wave = [
        (wave, _facts([item for item in reports if item.get("wave") == wave])) for wave in waves
    ]
    last: dict[str, tuple[str, dict[str, Any]]] = {}
    rows: list[dict[str, Any]] = []
    for position, (wave, facts) in enumerate(by_wave):
        for name in sorted({*last, *facts}):
            if name in facts and name in last:
                before, known = last[name]
                rows += _rows(name, before, wave, _differences(known, facts[name]))
            elif position > 0 and name in facts:
                rows += _rows(name, "", wave, [("asked for the first time", "", "", False)])
            elif name in last and last[name][0] == by_wave[position - 1][0]:
                rows += _rows(name, last[name][0], wave, [("not asked", "", "", False)])
        last |= {name: (wave, fact) for name, fact in facts.items()}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")


def _facts(reports: Sequence[Report]) -> dict[str, dict[str, Any]]:
    """Return what is known of each variable in one wave, over its sources."""
    facts: dict[str, dict[str, Any]] = {}
    for report in reports:
        labels = report.get("file_labels", {})
        for name, variable in report["variables"].items():
            fact = facts.setdefault(name, _blank())
            fact |= {key: variable["described"][key] for key in _DESCRIBED}
            fact["raw_name"].add(variable["raw_name"])
            fact["missing"] += variable["missing"]
            fact["rows"] += report["rows_kept"]
            fact["medians"].append(_typical(variable["found"]))
            fact["shares"].append((variable["found"].get("share"), report["rows_kept"]))
            fact["file"] |= labels.get(variable["raw_name"], {})
    return facts


def _blank() -> dict[str, Any]:
    lists: dict[str, Any] = {name: [] for name in ("medians", "shares")}
    return {"raw_name": set(), "missing": 0, "rows": 0, "file": {}, **lists}


def _differences(
    before: Mapping[str, Any], now: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, bool]]:
    """Yield aspect, value before, value now, and whether it is an alarm."""
    seen = set()
    for key, aspect in _DESCRIBED.items():
        if before[key] != now[key] and aspect not in seen and (before[key] or now[key]):
            seen.add(aspect)
            yield aspect, _shown(before, aspect), _shown(now, aspect), True
    for key, aspect in (("label", "words in the file"), ("values", "codes in the file")):
        then, today = before["file"].get(key), now["file"].get(key)
        if then and today and then != today:
            yield aspect, _text(then), _text(today), True
    then, today = _median(before), _median(now)
    if then and today and not 1 / _TIMES <= today / then <= _TIMES:
        yield "median", f"{then:g}", f"{today:g}", True
    ones = [_share(fact) for fact in (before, now)]
    if None not in ones and abs(ones[1] - ones[0]) > _SHARE:  # type: ignore[operator]
        yield "share of ones", f"{ones[0]:.0%}", f"{ones[1]:.0%}", True
    shares = [fact["missing"] / max(fact["rows"], 1) for fact in (before, now)]
    if shares[1] - shares[0] > _POINTS:
        yield "share missing", f"{shares[0]:.0%}", f"{shares[1]:.0%}", False
    if before["raw_name"].isdisjoint(now["raw_name"]):
        yield "raw column", _text(before["raw_name"]), _text(now["raw_name"]), False


def _typical(result: Mapping[str, Any]) -> float | None:
    """Return the median of what is not zero: that of an indicator is always 1, which its share is for."""
    return None if "share" in result else result.get("median_not_zero", result.get("median"))


def _share(fact: Mapping[str, Any]) -> float | None:
    """Return the share of ones over the sources of a wave, each by its rows."""
    known = [(share, rows) for share, rows in fact["shares"] if share is not None]
    total = sum(rows for _, rows in known)
    return sum(share * rows for share, rows in known) / total if total else None


def _median(fact: Mapping[str, Any]) -> float | None:
    known = [median for median in fact["medians"] if median is not None]
    return sorted(known)[len(known) // 2] if known else None


def _shown(fact: Mapping[str, Any], aspect: str) -> str:
    if aspect == "range":
        low, high = fact["minimum"], fact["maximum"]
        return f"{'' if low is None else format(low, 'g')} to {'' if high is None else format(high, 'g')}"
    return _text(fact[aspect])


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{code} = {label}" for code, label in sorted(value.items()))
    if isinstance(value, set | list):
        return ", ".join(sorted(map(str, value)))
    return str(value)


def _rows(
    name: str, before: str, wave: str, result: Iterator[Any] | Sequence[Any]
) -> list[dict[str, Any]]:
    return [
        {
            "variable": name,
            "wave_before": before,
            "wave": wave,
            "aspect": aspect,
            "before": then,
            "now": today,
            "alarm": "yes" if alarm else "no",
        }
        for aspect, then, today, alarm in result
    ]
