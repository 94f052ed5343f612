"""Reporting checklists, filled where a run can know the answer, and left to the author where it cannot."""

from ruralimpact.package.checklist import Checklist, StudyFacts
from ruralimpact.package.checklist_of_bias import risk_of_bias
from ruralimpact.package.checklist_of_matching import matching
from ruralimpact.package.checklist_of_reproducibility import reproducibility
from ruralimpact.schema.analysis import Matching


def checklists(facts: StudyFacts) -> list[Checklist]:
    """Return the checklists that apply to a study."""
    matched = list(facts.study.analyses_of(Matching))
    lists = [risk_of_bias(facts), reproducibility(facts.study)]
    return [matching(facts, matched), *lists] if matched else lists
