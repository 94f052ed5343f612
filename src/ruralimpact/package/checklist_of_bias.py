"""Sources of bias that evaluations are asked about."""

from collections.abc import Iterator

from ruralimpact.exhibits import formatting
from ruralimpact.language import gettext, marked
from ruralimpact.package.checklist import Checklist, ChecklistAnswer, StudyFacts, estimation_lines

_DESIGNS = {
    "cross_section": marked("one wave after treatment: differences in levels only"),
    "panel": marked("waves before and after, or units that enter and leave"),
    "before_after": marked("treated units alone: changes, which are not attributable"),
    "descriptive": marked("no comparison of arms"),
}
_TRENDS = ("placebo", "benchmark", "event_study", "trends", "parallel_trends")


def risk_of_bias(facts: StudyFacts) -> Checklist:
    """Return the checklist of sources of bias."""
    return Checklist(
        "risk_of_bias",
        marked("Risk of bias"),
        marked("Sources of bias that 3ie's tool for quasi-experimental evaluations asks about."),
        (*_of_groups(facts), *_of_measurement(facts), *_of_reporting(facts)),
    )


def _of_groups(facts: StudyFacts) -> Iterator[ChecklistAnswer]:
    design = gettext(_DESIGNS.get(facts.study.design, facts.study.design))
    yield ChecklistAnswer(
        marked("How units came to be treated"),
        (gettext("design: {design}").format(design=design),),
        marked("who decided, by which rule, and what of it is not among the covariates."),
    )
    yield ChecklistAnswer(
        marked("Whether the groups are comparable"),
        tuple(_comparability(facts)),
        marked("which confounders were not measured, and which way they work."),
    )


def _comparability(facts: StudyFacts) -> Iterator[str]:
    methods = ", ".join(dict.fromkeys(own.method for own in facts.study.comparisons))
    balanced = facts.designs[facts.designs["balanced"]]
    yield gettext("methods: {methods}").format(methods=methods or gettext("none"))
    yield gettext("{balanced} of {designs} designs balance every covariate").format(
        balanced=formatting.count(len(balanced)), designs=formatting.count(len(facts.designs))
    )
    strength = facts.shown("sensitivity") or gettext("not asked for")
    yield gettext("strength of hidden bias: {strength}").format(strength=strength)
    trends = facts.shown(*_TRENDS) or gettext("none")
    yield gettext("placebo, benchmark or trends before: {trends}").format(trends=trends)


def _of_measurement(facts: StudyFacts) -> Iterator[ChecklistAnswer]:
    excluded = gettext(
        "{rows} rows were excluded, each with a reason (analysis/exclusions.parquet)"
    ).format(rows=formatting.count(int(facts.exclusions["rows"].sum())))
    yield ChecklistAnswer(
        marked("Attrition and missing outcomes"),
        (facts.shown("attrition") or marked("no follow-up is accounted for"), excluded),
        marked("why units were not found again."),
    )
    begun = facts.shown("contamination", "sample") or gettext("not known")
    yield ChecklistAnswer(
        marked("Spill-overs, cross-overs and contamination"),
        (gettext("controls whose treatment has begun: {begun}").format(begun=begun),),
        marked("whether controls gained or lost by the project in other ways."),
    )


def _of_reporting(facts: StudyFacts) -> Iterator[ChecklistAnswer]:
    outcomes = gettext("{outcomes} outcomes are declared; all are estimated")
    yield ChecklistAnswer(
        marked("Selective reporting of outcomes"),
        (outcomes.format(outcomes=formatting.count(len(facts.study.outcomes))),),
        marked("outcomes that were asked in the questionnaire and are not declared."),
    )
    listed = gettext(
        "{listed} estimates follow from the list written before outcomes were read; {missing} could not be "
        "estimated and say why"
    ).format(
        listed=formatting.count(len(facts.estimates)),
        missing=formatting.count(int(facts.estimates["estimate"].isna().sum())),
    )
    yield ChecklistAnswer(
        marked("Selective reporting of analyses"),
        (listed,),
        marked("whether a plan was registered, where, and what departs from it."),
    )
    yield ChecklistAnswer(
        marked("Behaviour changed by being observed, and answers given to please"),
        open=marked("who asked, and whether they were known to belong to the project."),
    )
    groups = gettext("groups of the study: {groups}").format(groups=facts.study.group_label)
    yield ChecklistAnswer(
        marked("Standard errors that respect how treatment was given"),
        (groups, *estimation_lines(facts)),
    )
