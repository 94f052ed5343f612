"""The conventions behind a study's numbers, in words, from its configuration alone."""

from collections.abc import Callable

from ruralimpact.design.methods import OVER_TIME
from ruralimpact.design.records import covariate_label
from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.design.study import covariate_labels
from ruralimpact.exhibits import disclosure, formatting, interpretation
from ruralimpact.exhibits.document import Term
from ruralimpact.exhibits.earlier_words import listed
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked
from ruralimpact.schema.study import Study


def conventions(results: StudyResults) -> list[Term]:
    """Return the conventions to print in a report, as terms and their explanations."""
    study = results.study
    methods = {analysis.method for analysis in study.analyses}
    described = [note for method, note in _DESCRIPTIONS.items() if method in methods]
    if methods <= set(_DESCRIPTIONS):
        described.append((gettext("Suppression"), gettext(disclosure.NOTE)))
        return [Term(term=gettext(term), text=gettext(text)) for term, text in described]
    matched = bool(methods & {"matching", "matched_difference"})
    notes = [(gettext("What is estimated"), gettext(_ESTIMAND))]
    if matched:
        labels = _covariate_labels(study)
        notes.append((gettext("Propensity score"), gettext(_PROPENSITY)))
        notes += [
            (str(strategy.label), listed(strategy.with_labels(labels).parts_in_words()))
            for strategy in strategies_by_name(study).values()
        ]
        notes.append((gettext("Ties"), gettext(_TIES)))
        notes.append((gettext("Balance"), gettext(_BALANCE)))
    if "panel" in methods:
        notes.append((gettext("Panel estimators"), gettext(_PANEL)))
    if methods & set(OVER_TIME):
        notes.append((gettext("Changes over time"), gettext(_OVER_TIME)))
    notes += described
    notes.append((gettext("Standard errors"), interpretation.standard_error_note(results)))
    notes.append((gettext("Percent impacts"), gettext(_PERCENT)))
    notes.append(
        (gettext("Reading as effects"), " ".join(interpretation.identification_notes(methods)))
    )
    notes.append((gettext("Suppression"), gettext(disclosure.NOTE)))
    return [Term(term=gettext(term), text=gettext(text)) for term, text in notes]


def _covariate_labels(study: Study) -> Callable[[str], str]:
    known = covariate_labels(study)
    return lambda name: formatting.lower_first(covariate_label(name, known))


# What analyses that only describe are, by their method.
_DESCRIPTIONS = {
    "survival": (
        marked("Survival"),
        marked(
            "Shares that last are Kaplan-Meier, shares that ended in each way "
            "Aalen-Johansen estimates. Errors come from the influence of each unit, "
            "summed by group."
        ),
    ),
    "responses": (
        marked("Questionnaires"),
        marked(
            "Percents are of the respondents who were asked and answered; where several "
            "answers may be named they add up to more than 100. Intervals are Wilson's, "
            "corrected for the part of the register that was asked. Shares of the "
            "register weight each respondent by how many of its units it stands for."
        ),
    ),
    "drawn_sample": (
        marked("Sample from a register"),
        marked(
            "Units were drawn without replacement, each with the same probability within "
            "its stratum, from the seed that is printed; replacements follow in the same "
            "random order."
        ),
    ),
    "portfolio": (
        marked("Portfolio of projects"),
        marked(
            "Sums are of the projects of which a number is known, ratios of those with "
            "both numbers, and the others are counted. What a document prints is set "
            "beside what its own numbers add up to: it agrees when it is the same number "
            "rounded to the digits in print."
        ),
    ),
    "rate_of_return": (
        marked("Rates of return"),
        marked(
            "Flows of each unit are counted from the year of its first amount; the rate "
            "of return of all units together makes their summed net present value zero. "
            "Where flows change sign more than once there may be several such rates; the "
            "highest is meant, above which the investment loses, and their number is "
            "kept. A flow of one sign only, or without investment, has no rate but a "
            "reason."
        ),
    ),
}
_ESTIMAND = marked(
    "The average effect on the treated (ATT). Where treated units without an "
    "acceptable match are dropped the estimate is labelled ATT, supported, with "
    "the number dropped. Matching never sees an outcome."
)
_PROPENSITY = marked(
    "Logit by maximum likelihood on the covariates listed for each comparison, "
    "categories as dummies. Matches are sought on its linear predictor unless "
    "the strategy says otherwise."
)
_TIES = marked(
    "With replacement all equally near controls are kept and share their weight. "
    "Without replacement the treated unit with the highest score chooses first, "
    "and ties go to the unit that comes first by identifier. Units are sorted by "
    "identifier, so the order of rows in a file never matters."
)
_BALANCE = marked(
    "Standardised mean differences divide by the standard deviation of the "
    "treated before matching. A strategy passes when every covariate has an "
    "absolute difference below 0.1 and, if it takes more than two values, a "
    "variance ratio between 0.5 and 2."
)
_PANEL = marked(
    "Two-way fixed effects remove what is constant in a unit and what is common "
    "to a wave; first differences compare changes from one wave to the next. "
    "Standard errors are clustered as elsewhere."
)
_OVER_TIME = marked(
    "Units are compared by their change between waves, each with itself; units "
    "that were not asked in every wave needed, or whose treatment begins and "
    "ends again, are excluded and counted. Where treatment begins at several "
    "times each cohort is compared with units that are not treated, wave by "
    "wave, and the effects are averaged. Effects before treatment, a joint test "
    "of them, and intervals that allow trends to differ show how far the "
    "comparison carries."
)
_PERCENT = marked(
    "Effects are divided by the counterfactual, the treated mean less the "
    "effect, with intervals by the delta method. No percent is given where that "
    "base is not significantly positive, nor for shares, whose effects are in "
    "percentage points."
)
