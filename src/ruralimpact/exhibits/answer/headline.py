"""Which estimates answer the study's question: declared, or the first of each design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruralimpact.exhibits.answer.statement import identifier
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables import difference, impact
from ruralimpact.schema.answer import HeadlineOutcome

_MOST_BY_DESIGN = 4
_PLAIN = ("unweighted",)


@dataclass(frozen=True)
class Headline:
    """An estimate that answers the question.

    Attributes
    ----------
    analysis, outcome, strategy : str
    record : mapping
        Row of contract ``estimates``, in stored units.
    """

    analysis: str
    outcome: str
    strategy: str
    record: Mapping[Any, Any]

    @property
    def key(self) -> str:
        """Start of the identifiers of its findings."""
        return identifier(str(self.record["spec_id"]))

    @property
    def excludes_zero(self) -> bool:
        """Whether its interval excludes zero."""
        return bool(self.record["conf_low"] > 0 or self.record["conf_high"] < 0)


def headlines_of(results: StudyResults) -> list[Headline]:
    """Return the estimates that answer the question, in order.

    Nothing is picked by its size or significance: they are those that the study declares or, where it
    declares none, the first outcome of each analysis of the first table of impacts and of the first
    analysis by panel estimators and of changes over time, by the first strategy that matches.

    Parameters
    ----------
    results : StudyResults
        With the table ``estimates``.
    """
    entries = results.study.answer.outcomes or _by_design(results)
    return [_estimated(results, entry) for entry in entries]


def estimated_otherwise(results: StudyResults, headlines: Sequence[Headline]) -> list[Headline]:
    """Return the estimates of the analyses and outcomes of headlines by other strategies, with an interval.

    Parameters
    ----------
    results : StudyResults
    headlines : sequence of Headline
    """
    known = {str(line.record["spec_id"]) for line in headlines}
    asked = dict.fromkeys((line.analysis, line.outcome) for line in headlines)
    return [
        Headline(analysis, outcome, str(record["strategy"]), record)
        for analysis, outcome in asked
        for record in results.estimates_of(analysis, outcome)
        .dropna(subset=["conf_low", "conf_high"])
        .to_dict("records")
        if record["spec_id"] not in known
    ]


def _by_design(results: StudyResults) -> list[HeadlineOutcome]:
    first = [entry.analyses for entry in impact.IMPACT.entries(results.study)][:1]
    panel, over_time = (
        [entry.analyses[:1] for entry in kind.entries(results.study)][:1]
        for kind in (impact.PANEL, difference.KIND)
    )
    names = dict.fromkeys(name for group in (*first, *panel, *over_time) for name in group)
    declared = [
        HeadlineOutcome(analysis=name, outcome=results.outcomes_of([name])[0])
        for name in names
        if results.outcomes_of([name])
    ]
    return declared[:_MOST_BY_DESIGN]


def _estimated(results: StudyResults, entry: HeadlineOutcome) -> Headline:
    """Return the declared estimate, or an empty one where it was not made."""
    frame = results.estimates_of(entry.analysis, entry.outcome).set_index("strategy", drop=False)
    plain = {declared.name for declared in results.study.strategies if declared.method in _PLAIN}
    matching = [name for name in frame.index if name not in plain]
    strategy = entry.strategy or next(iter([*matching, *frame.index]), "")
    spec_id = f"{entry.analysis}/{strategy}/{entry.outcome}"
    absent = dict.fromkeys(("estimate", "conf_low", "conf_high"), float("nan"))
    record = frame.loc[strategy].to_dict() if strategy in frame.index else absent
    return Headline(entry.analysis, entry.outcome, strategy, {"spec_id": spec_id, **record})
