"""What the tables of attrition say in words, and the conventions behind them."""

import pandas as pd

from ruralimpact.contracts.attrition import STRATEGY
from ruralimpact.exhibits import disclosure, formatting
from ruralimpact.exhibits.interpretation import few_groups_notes, standard_error_note
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

_LEVEL = 0.05
_STUDENT = marked("the joint tests may reject too often.")
_LEE = marked(
    "Bounds: the arm that responds more is trimmed by its excess, from above or "
    "from below (Lee 2009). They hold for units that would be found in either "
    "arm, if treatment moves response in one direction only and the arms were "
    "comparable to begin with. The interval for the effect covers it wherever it "
    "lies between the bounds (Imbens and Manski 2004). Bounds are those of the "
    "difference in means as found: estimates that are adjusted for covariates may "
    "lie outside them."
)
_EFFECTS = marked("Effects are among units with complete covariates.")
_NOT_ASKED = marked("Matched estimates are weighted for response only where the study asks for it.")
_WEIGHTS = marked(
    "Weighted for response: those found count by the inverse of their "
    "probability of being found, from a logit on covariates of the baseline "
    "within each arm. It mends losses that these covariates explain, and no "
    "others."
)


def response_lines(results: StudyResults) -> tuple[str, ...]:
    """Return a sentence on each follow-up's response by arm.

    Parameters
    ----------
    results : StudyResults

    Returns
    -------
    tuple of str
    """
    lines = []
    frame = results["attrition"]
    for _, part in frame.groupby("attrition", sort=False):
        rows = {(row["measure"], row["arm"]): row for row in part.to_dict("records")}
        arms = [rows[("response", arm)] for arm in ("treated", "control")]
        test = rows[("difference", "")]
        label = str(test["label"])
        if test["reason"]:
            lines.append(
                gettext("{label}: {reason}, so nothing is weighted or bounded.").format(
                    label=label, reason=test["reason"]
                )
            )
            continue
        if test["suppressed"]:
            lines.append(f"{label}: {formatting.lower_first(gettext(disclosure.NOTHING_LEFT))}")
            continue
        treated, control = (formatting.number(100 * arm["estimate"], 1) for arm in arms)
        verb = gettext("differ") if test["p_value"] < _LEVEL else gettext("do not differ")
        lines.append(
            gettext(
                "{label}: {treated} percent of the treated and {control} percent of controls "
                "were found again; the rates {verb} at the 5 percent level ({p})."
            ).format(
                label=label,
                treated=treated,
                control=control,
                verb=verb,
                p=formatting.p_statement(test["p_value"]),
            )
        )
    return tuple(lines)


def response_notes(results: StudyResults) -> tuple[str, ...]:
    """Return the notes under the table of response."""
    frame = results["attrition"]
    notes = [
        gettext(
            "A unit of the baseline is found again if the follow-up has it, by its "
            "identifier. Differences are in percentage points."
        ),
        standard_error_note(results),
    ]
    if (frame["measure"] == "covariates").any():
        notes.append(
            gettext(
                "Covariates: linear regression of being found on arm and covariates of the "
                "baseline, and on their products; joint tests from group scores (Hotelling's "
                "T2)."
            )
        )
    left = frame.loc[(frame["measure"] == "no_longer_compared") & (frame["n_units"] > 0)]
    if len(left):
        notes.append(
            gettext(
                "Not compared any more: units that are not lost but excluded from effects, "
                "such as controls treated since and their groups."
            )
        )
    compared = frame.loc[frame["measure"] == "difference", "n_clusters"]
    notes += few_groups_notes(compared, gettext(_STUDENT))
    return tuple(notes)


def bounds_lines(results: StudyResults, bounds: pd.DataFrame) -> tuple[str, ...]:
    """Return a sentence on the bounds of each outcome.

    Parameters
    ----------
    results : StudyResults
    bounds : DataFrame
        Contract ``attrition_bounds`` with ``suppressed``.

    Returns
    -------
    tuple of str
    """
    lines = []
    shown = bounds[~bounds["suppressed"] & (bounds["estimator"] == "trimming")]
    for (_, outcome), part in shown.groupby(["label", "outcome"], sort=False):
        rows = {row["kind"]: row for row in part.to_dict("records")}
        if "lee_lower" not in rows:
            continue
        factor = formatting.scale(str(rows["lee_lower"]["unit"]))
        decimals = results.decimals(str(outcome))
        lower, upper = (factor * rows[kind]["estimate"] for kind in ("lee_lower", "lee_upper"))
        low, high = (factor * rows["lee_interval"][end] for end in ("conf_low", "conf_high"))
        verb = gettext("excludes") if low > 0 or high < 0 else gettext("does not exclude")
        unit = results.unit(str(outcome))
        template = gettext(
            "{outcome}: losses alone could put the difference anywhere from {interval} "
            "{unit}; the interval for the effect, {low}, {verb} zero."
        )
        lines.append(
            formatting.for_unit(template, unit).format(
                outcome=results.outcome_label(str(outcome)),
                interval=formatting.interval(lower, upper, decimals),
                unit=formatting.translated(unit),
                low=formatting.interval(low, high, decimals),
                verb=verb,
            )
        )
    return tuple(lines)


def bounds_notes(bounds: pd.DataFrame) -> tuple[str, ...]:
    """Return the notes under the table of effects."""
    kinds = set(bounds["kind"])
    notes = [gettext(_EFFECTS)]
    if not bounds["estimator"].str.startswith(STRATEGY).any():
        notes.append(gettext(_NOT_ASKED))
    notes += [gettext(_WEIGHTS)] if "response_weighted" in kinds else []
    if "lee_lower" in kinds:
        notes.append(gettext(_LEE))
        notes.append(_trimmed(bounds[bounds["kind"] == "lee_lower"]))
    if (bounds["estimator"] == "trimming_within_cells").any():
        notes.append(
            gettext(
                "Within cells: trimmed cell by cell, which asks for comparable arms only "
                "within them. Where the other arm responds more in a cell it is trimmed "
                "there ({count})."
            ).format(count=formatting.plural(int(bounds["n_reversed"].max()), "cell"))
        )
    capped = int(bounds["capped"].max())
    if capped:
        some = (
            gettext("fewer than 10")
            if capped < disclosure.FEWEST_UNITS
            else formatting.count(capped)
        )
        notes.append(gettext("Weights are capped at 20 ({some} units).").format(some=some))
    notes += few_groups_notes(bounds["n_clusters"], gettext(_STUDENT))
    without = sorted({note for note in bounds["notes"] if note})
    if without:
        notes.append(f"{'; '.join(without).capitalize()}.")
    return tuple(notes)


def _trimmed(lower: pd.DataFrame) -> str:
    """Say how much is trimmed of which arm."""
    words = {"treated": gettext("the treated"), "control": gettext("controls")}
    whole = lower[(lower["estimator"] == "trimming") & ~lower["suppressed"]]
    parts = []
    for arm, part in whole.groupby("trimmed"):
        shares = [100 * share for share in part["share_trimmed"]]
        if arm in words:
            span = formatting.range_text(shares, 1, "percent")
            parts.append(
                gettext("{span} of {words} found").format(span=span, words=words[str(arm)])
            )
    return (
        gettext("Trimmed: {parts}.").format(parts=gettext(" and ").join(parts))
        if parts
        else gettext("Nothing is trimmed.")
    )
