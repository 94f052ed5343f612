"""What tables say, in words computed from their numbers, and the conventions behind them."""

from collections.abc import Collection, Sequence

import pandas as pd

from ruralimpact.design.methods import MATCHED
from ruralimpact.estimation.degenerate import NOT_ESTIMABLE
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.about_whom import about_whom
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.inference.leverage import FEW_EFFECTIVE, decimals
from ruralimpact.inference.multiplier import FEW_GROUPS
from ruralimpact.language import gettext, marked, ngettext

STAGGERED_CONTROLS = marked(
    "Where treatment begins at several times, each cohort has controls of its "
    "own; they are not followed here."
)
_SIGNIFICANCE = 0.05


def impact_lines(results: StudyResults, analyses: Sequence[str]) -> tuple[str, ...]:
    """Return a line for each analysis: range over strategies, significance and balance by outcome.

    Parameters
    ----------
    results : StudyResults
    analyses : sequence of str

    Returns
    -------
    tuple of str
    """
    lines = []
    for analysis in analyses:
        first, *others = results.outcomes_of([analysis]) or [""]
        if not first:
            continue
        sentence = impact_sentence(results, analysis, first)
        where = f"{results.analysis(analysis).label}: " if len(analyses) > 1 else ""
        start = f"{where}{sentence}" if where else sentence[:1].upper() + sentence[1:]
        said, last = _about_whom(results, analysis, (first, *others))
        short = (f"{_short(results, analysis, name)} {said[name]}".rstrip() for name in others)
        words = (start, said[first], *short, last)
        lines.append(" ".join(word for word in words if word))
    return tuple(lines)


def _about_whom(
    results: StudyResults, analysis: str, outcomes: Sequence[str]
) -> tuple[dict[str, str], str]:
    """Return whom the estimates on each outcome are about; where it is the same, one sentence on all."""
    said = {name: about_whom(results, analysis, name) for name in outcomes}
    different = {about for about in said.values() if about}
    if len(outcomes) == 1 or len(different) != 1 or not all(said.values()):
        return said, ""
    return dict.fromkeys(said, ""), about_whom(results, analysis, outcomes[0], several=True)


def impact_sentence(results: StudyResults, analysis: str, outcome: str) -> str:
    """Return the sentence on one outcome of one analysis, without a capital at its start."""
    every = results.estimates_of(analysis, outcome)
    frame = every.dropna(subset=["estimate"])
    name = formatting.lower_first(results.outcome_label(outcome))
    if frame.empty:
        return gettext("the estimates on {name} are {why_missing}.").format(
            name=name, why_missing=why_missing(results, every)
        )
    comparison, span = results.comparison(analysis), _span(results, frame, outcome)
    if len(frame) == 1:
        ends = _ends(results, frame.iloc[0], outcome)
        more = _not_estimable(every)
        return gettext(
            "the {comparison} {name} is {span} (95 percent interval {ends}){more}."
        ).format(comparison=comparison, name=name, span=span, ends=ends, more=more)
    matched = results.analysis(analysis).method in ("difference_in_means", *MATCHED)
    ways = gettext("strategies") if matched else gettext("estimators")
    tested = gettext("; {significant} from zero at the 5 percent level").format(
        significant=_significant(frame)
    )
    return gettext(
        "across {frame} {ways} the {comparison} {name} ranges from "
        "{span}{tested}{unbalanced}{not_estimable}."
    ).format(
        frame=formatting.word(len(frame)),
        ways=ways,
        comparison=comparison,
        name=name,
        span=span,
        tested="" if results.synthetic else tested,
        unbalanced=_unbalanced(frame),
        not_estimable=_not_estimable(every),
    )


def _short(results: StudyResults, analysis: str, outcome: str) -> str:
    """Return what `impact_sentence` says, for the outcomes after the first."""
    every = results.estimates_of(analysis, outcome)
    frame = every.dropna(subset=["estimate"])
    label = results.outcome_label(outcome)
    if frame.empty:
        return f"{label}: {why_missing(results, every)}."
    span = _span(results, frame, outcome)
    if len(frame) == 1:
        return f"{label}: {span} ({_ends(results, frame.iloc[0], outcome)})."
    tested = "" if results.synthetic else f"; {_significant(frame)}"
    return f"{label}: {span}{tested}."


def _span(results: StudyResults, frame: pd.DataFrame, outcome: str) -> str:
    unit = results.unit(outcome)
    values = list(formatting.scale(unit) * frame["estimate"])
    return formatting.range_text(values, results.decimals(outcome), unit)


def _ends(results: StudyResults, row: pd.Series, outcome: str) -> str:
    factor = formatting.scale(results.unit(outcome))
    return formatting.interval(
        factor * row["conf_low"], factor * row["conf_high"], results.decimals(outcome)
    )


def _significant(frame: pd.DataFrame) -> str:
    significant = int((frame["p_value"] < _SIGNIFICANCE).sum())
    verb = gettext("differs") if significant < 2 else gettext("differ")
    return f"{formatting.share_of(significant, len(frame))} {verb}"


def _unbalanced(frame: pd.DataFrame) -> str:
    failing = int((frame["balanced"] == "no").sum())
    if failing == 0:
        return ""
    if failing == len(frame):
        return gettext("; none leaves the arms balanced")
    verb = gettext("fails") if failing == 1 else gettext("fail")
    return gettext("; {failing} {verb} balance").format(failing=formatting.word(failing), verb=verb)


def why_missing(results: StudyResults, frame: pd.DataFrame) -> str:
    """Return why none of some estimates is shown: the reason, where there is one for all.

    Parameters
    ----------
    results : StudyResults
    frame : DataFrame
        Contract ``estimates``; all are missing.
    """
    if frame.empty or frame["suppressed"].any():
        return gettext("suppressed or missing")
    notes = [set(str(text).split("; ")) for text in frame["notes"]]
    shared = [note for note in set.intersection(*notes) if note.startswith(NOT_ESTIMABLE)]
    return results.with_labels(shared[0]) if len(shared) == 1 else NOT_ESTIMABLE


def _not_estimable(frame: pd.DataFrame) -> str:
    """Say how many strategies or estimators have no estimate, other than those that are suppressed."""
    missing = int((frame["estimate"].isna() & ~frame["suppressed"]).sum())
    if not missing:
        return ""
    return ngettext(
        "; {missing} more is not estimable", "; {missing} more are not estimable", missing
    ).format(missing=formatting.word(missing))


def standard_error_note(results: StudyResults) -> str:
    """Return what the standard errors and intervals are, and what sampling weights and strata do to them."""
    groups = results.study.group_label
    note = gettext(
        "Standard errors, in parentheses, are clustered on {groups} and bias-reduced "
        "(CR2): the score of a group counts for more the larger a share of its arm's "
        "weight it carries. Intervals and p-values use Student's t with "
        "Satterthwaite's degrees of freedom."
    ).format(groups=groups)
    return " ".join([note, *_sampling_sentences(results)])


def _sampling_sentences(results: StudyResults) -> list[str]:
    """What the samples that are compared were drawn by, where any declares it."""
    study = results.study
    samples = {analysis.sample: study.samples[analysis.sample] for analysis in study.analyses}
    sentences = []
    for declared, sentence in (
        ("weight", gettext("Units count by their sampling weights{where}.")),
        ("strata", gettext("Errors allow for the strata of the draw{where}.")),
    ):
        drawn = [sample.label for sample in samples.values() if getattr(sample, declared)]
        if drawn:
            where = f" ({'; '.join(drawn)})" if len(drawn) < len(samples) else ""
            sentences.append(sentence.format(where=where))
    return sentences


def share_notes(frame: pd.DataFrame, *, means: bool = False) -> list[str]:
    """Return in what shares and effects on them are printed, where there are any.

    Parameters
    ----------
    frame : DataFrame
        Estimates, with ``unit``.
    means : bool
        Means of the arms are shown, too.
    """
    if not (frame["unit"] == formatting.PERCENTAGE_POINTS).any():
        return []
    if means:
        return [gettext("Shares are in percent, effects on them in percentage points.")]
    return [gettext("Effects on shares are in percentage points.")]


def few_groups_notes(counts: "pd.Series[int]", what: str) -> list[str]:
    """Return the warning where something rests on few groups.

    Parameters
    ----------
    counts : Series of int
        Groups behind each number; 0 where there is none.
    what : str
        What is done about it, to follow "Fewer than 40 groups: ".
    """
    few = (counts > 0) & (counts < FEW_GROUPS)
    return (
        [gettext("Fewer than {few_groups} groups: {what}").format(few_groups=FEW_GROUPS, what=what)]
        if few.any()
        else []
    )


def effective_groups_notes(results: StudyResults, frame: pd.DataFrame) -> list[str]:
    """Return how many groups the estimates rest on by their weight, and a warning where they are few.

    Parameters
    ----------
    results : StudyResults
    frame : DataFrame
        Estimates that are shown.
    """
    shown = frame[~frame["suppressed"] & frame["estimate"].notna()]
    groups = results.study.group_label
    parts = [_effective(shown, arm, words) for arm, words in _ARMS_IN_WORDS.items()]
    parts = [part for part in parts if part]
    if not parts:
        return []
    notes = [
        gettext("Effective {groups}, by their weight in an estimate: {parts}.").format(
            groups=groups, parts="; ".join(parts)
        )
    ]
    columns = [f"effective_{arm}_groups" for arm in _ARMS_IN_WORDS]
    few = int((shown[columns].min(axis=1) < FEW_EFFECTIVE).sum())
    if few:
        rest = gettext("rests") if few == 1 else gettext("rest")
        notes.append(
            gettext(
                "Of these, {share} {rest} on fewer than {few_effective} effective {groups} "
                "in an arm: weight has gathered on few, and intervals are wide for it."
            ).format(
                share=formatting.share_of(few, len(shown), "estimate"),
                rest=rest,
                few_effective=FEW_EFFECTIVE,
                groups=groups,
            )
        )
    return notes


_ARMS_IN_WORDS = {"treated": marked("treated"), "control": marked("control")}


def _effective(frame: pd.DataFrame, arm: str, words: str) -> str:
    """How many groups of an arm are effective, from the fewest to the most, and of how many."""
    known = frame[[f"effective_{arm}_groups", f"{arm}_groups"]].dropna()
    if known.empty:
        return ""
    effective, present = (known[name] for name in known)
    ends = [
        formatting.number(value, decimals(value)) for value in (effective.min(), effective.max())
    ]
    span = ends[0] if ends[0] == ends[1] else formatting.span(*ends)
    return gettext("{span} {words} of {present}").format(
        span=span, words=gettext(words), present=formatting.count(present.max())
    )


def mean_note(methods: Collection[str]) -> str:
    """Return what the means and percents of an impact table rest on."""
    changes = "matched_difference" in methods
    what = gettext("changes between the periods") if changes else gettext("levels")
    return gettext(
        "Means are {what}; those of controls carry the weights of the match. The "
        "counterfactual is the treated mean less the effect."
    ).format(what=what)


def identification_notes(methods: Collection[str]) -> list[str]:
    """Return under what condition the estimates of each method may be read as effects."""
    conditions = {
        "matching": (
            gettext(
                "Matched differences are effects of the programme only if, among units alike "
                "in the covariates, taking part is unrelated to the outcome without it; "
                "otherwise they are associations."
            )
        ),
        "matched_difference": (
            gettext(
                "Differences in changes are effects only if, without the treatment, both "
                "arms would have changed alike."
            )
        ),
        "panel": (
            gettext(
                "Panel estimates are effects only if, without the programme, units that "
                "enter or leave it would have changed as the others did."
            )
        ),
        "difference_in_differences": (
            gettext(
                "Differences in differences are effects only if, without the treatment, both "
                "arms would have changed alike (given the covariates, where there are any). "
                "Analysis of covariance rests on another condition: that units with the same "
                "outcome before would have had the same after."
            )
        ),
        "triple_difference": (
            gettext(
                "Triple differences are effects only if, without the programme, the gap "
                "between eligible and other units would have changed alike where it operates "
                "and where it does not."
            )
        ),
        "staggered": (
            gettext(
                "Effects by cohort and wave are effects only if, without treatment, each "
                "cohort would have changed as its controls did, and nobody changed before "
                "being treated."
            )
        ),
        "before_after": (
            gettext(
                "Before-after changes are not attributable to the project: nothing shows "
                "what would have happened without it."
            )
        ),
        "difference_in_means": (
            gettext("A difference in means is an effect only where chance decided who took part.")
        ),
    }
    return [text for method, text in conditions.items() if method in methods]
