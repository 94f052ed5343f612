"""Questions that are not what they were: wording, unit, categories, range and typical values by wave."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ruralimpact.schema.quality import Described, FileLabels, ObservedNumbers, QualityReport

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


@dataclass(frozen=True)
class QuestionChange:
    """What is not what it was: the aspect, its value before and now, and whether it is an alarm."""

    aspect: str
    before: str = ""
    now: str = ""
    alarm: bool = False


@dataclass
class _Question:
    """What is known of a variable in one wave, over its sources."""

    described: Described
    raw_names: set[str] = field(default_factory=set)
    missing: int = 0
    rows: int = 0
    medians: list[float] = field(default_factory=list)
    shares: list[tuple[float, int]] = field(default_factory=list)
    file_label: str = ""
    file_values: dict[str, str] = field(default_factory=dict)

    @property
    def median(self) -> float | None:
        return sorted(self.medians)[len(self.medians) // 2] if self.medians else None

    @property
    def share(self) -> float | None:
        """Share of ones over the sources of the wave, each by its rows."""
        total = sum(rows for _, rows in self.shares)
        return sum(share * rows for share, rows in self.shares) / total if total else None

    @property
    def share_missing(self) -> float:
        return self.missing / max(self.rows, 1)

    def words(self, aspect: str) -> str:
        """What the codebook says, in words."""
        if aspect == "range":
            low, high = self.described.minimum, self.described.maximum
            return f"{'' if low is None else format(low, 'g')} to {'' if high is None else format(high, 'g')}"
        return _text(getattr(self.described, aspect))


def questionnaire_changes(reports: Iterable[QualityReport], waves: Sequence[str]) -> pd.DataFrame:
    """Compare what was asked, and what was answered, between each wave and the last that asked it.

    Parameters
    ----------
    reports : iterable of QualityReport
        Of the sources; those without a wave are passed over.
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
    reports = list(reports)
    by_wave = [
        (wave, _questions([report for report in reports if report.wave == wave])) for wave in waves
    ]
    last: dict[str, tuple[str, _Question]] = {}
    rows: list[dict[str, str]] = []
    for position, (wave, questions) in enumerate(by_wave):
        for name in sorted({*last, *questions}):
            if name in questions and name in last:
                before, asked = last[name]
                rows += _rows(name, before, wave, _differences(asked, questions[name]))
            elif position > 0 and name in questions:
                rows += _rows(name, "", wave, [QuestionChange("asked for the first time")])
            elif name in last and last[name][0] == by_wave[position - 1][0]:
                rows += _rows(name, last[name][0], wave, [QuestionChange("not asked")])
        last |= {name: (wave, question) for name, question in questions.items()}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")


def _questions(reports: Iterable[QualityReport]) -> dict[str, _Question]:
    questions: dict[str, _Question] = {}
    for report in reports:
        for name, variable in report.variables.items():
            question = questions.setdefault(name, _Question(variable.described))
            question.described = variable.described
            question.raw_names.add(variable.raw_name)
            question.missing += variable.missing
            question.rows += report.rows_kept
            # The median of what is not zero is that of an indicator always 1: its share is compared.
            observed = variable.observed
            if isinstance(observed, ObservedNumbers):
                if observed.share is not None:
                    question.shares.append((observed.share, report.rows_kept))
                elif observed.median_not_zero is not None:
                    question.medians.append(observed.median_not_zero)
            labels = report.file_labels.get(variable.raw_name, FileLabels())
            question.file_label = labels.label or question.file_label
            question.file_values = dict(labels.values) or question.file_values
    return questions


def _differences(before: _Question, now: _Question) -> Iterator[QuestionChange]:
    seen = set()
    for key, aspect in _DESCRIBED.items():
        then, today = getattr(before.described, key), getattr(now.described, key)
        if then != today and aspect not in seen and (then or today):
            seen.add(aspect)
            yield QuestionChange(aspect, before.words(aspect), now.words(aspect), alarm=True)
    for key, aspect in (("file_label", "words in the file"), ("file_values", "codes in the file")):
        then, today = getattr(before, key), getattr(now, key)
        if then and today and then != today:
            yield QuestionChange(aspect, _text(then), _text(today), alarm=True)
    then, today = before.median, now.median
    if then and today and not 1 / _TIMES <= today / then <= _TIMES:
        yield QuestionChange("median", f"{then:g}", f"{today:g}", alarm=True)
    then, today = before.share, now.share
    if then is not None and today is not None and abs(today - then) > _SHARE:
        yield QuestionChange("share of ones", f"{then:.0%}", f"{today:.0%}", alarm=True)
    then, today = before.share_missing, now.share_missing
    if today - then > _POINTS:
        yield QuestionChange("share missing", f"{then:.0%}", f"{today:.0%}")
    if before.raw_names.isdisjoint(now.raw_names):
        yield QuestionChange("raw column", _text(before.raw_names), _text(now.raw_names))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{code} = {label}" for code, label in sorted(value.items()))
    if isinstance(value, set | list | tuple):
        return ", ".join(sorted(map(str, value)))
    return str(value)


def _rows(
    name: str, before: str, wave: str, differences: Iterable[QuestionChange]
) -> list[dict[str, str]]:
    return [
        {
            "variable": name,
            "wave_before": before,
            "wave": wave,
            "aspect": difference.aspect,
            "before": difference.before,
            "now": difference.now,
            "alarm": "yes" if difference.alarm else "no",
        }
        for difference in differences
    ]
