"""The headline estimates in words: a line an analysis."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.answer.headline import Headline
from ruralimpact.exhibits.answer.planted_truth import planted_value, published_text
from ruralimpact.exhibits.answer.statement import stated
from ruralimpact.exhibits.document import Finding, HeadlineLine
from ruralimpact.exhibits.interpretation import why_missing
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

_ARMS = ("treated", "control")
_BASES = {"before_after": marked("percent of the mean before")}
_COUNTERFACTUAL = marked("percent of the counterfactual")


@dataclass(frozen=True)
class Detail:
    """How much is said of each estimate.

    Attributes
    ----------
    strategies : bool
        The strategy, and the range over all.
    percent_intervals : bool
        The interval of a percent.
    """

    strategies: bool
    percent_intervals: bool


DETAILS = (Detail(True, True), Detail(True, False), Detail(False, False))
"""From the fullest to the leanest."""


def effect_lines(
    results: StudyResults, headlines: Sequence[Headline], detail: Detail
) -> Iterator[HeadlineLine]:
    """Yield a line for each analysis: its headline outcomes, the range over strategies, effective groups.

    Parameters
    ----------
    results : StudyResults
        With its findings, from which every number is taken.
    headlines : sequence of Headline
    detail : Detail

    Yields
    ------
    HeadlineLine
    """
    for analysis, group in groupby(headlines, key=lambda headline: headline.analysis):
        own = list(group)
        parts = [_effect(results, line, detail, first=line is own[0]) for line in own]
        parts += _range(results, own[0]) if detail.strategies else ()
        parts += _groups(results, own)
        yield HeadlineLine(
            label=results.analysis(analysis).label,
            text=" ".join(part.text for part in parts),
            cites=tuple(cite for part in parts for cite in part.cites),
        )


def _effect(
    results: StudyResults, headline: Headline, detail: Detail, *, first: bool
) -> HeadlineLine:
    """Say what was estimated on one outcome."""
    label = results.outcome_label(headline.outcome)
    name = f"{results.comparison(headline.analysis)} {formatting.lower_first(label)}"
    name = name if first else label
    estimate = f"{headline.key}/estimate"
    if estimate not in results.findings:
        why = why_missing(results, results.estimates_of(headline.analysis, headline.outcome))
        return stated(results.findings, "{name}: {why}.", about=label, name=name, why=why)
    cites = {"estimate": estimate}
    unit = results.unit(headline.outcome)
    template = formatting.for_unit("{name}: {sign}{estimate} {unit}", unit)
    words = {
        "name": name,
        "unit": formatting.translated(unit),
        "sign": "+" if results.findings[estimate].value > 0 else "",
    }
    more = _parenthesis(results, estimate, f"{headline.key}/conf", cites)
    percent = f"{headline.key}/percent"
    if percent in results.findings:
        cites["percent"] = percent
        more += ", {percent} {base}"
        more += _parenthesis(results, percent, percent, cites, interval=detail.percent_intervals)
        method = results.analysis(headline.analysis).method
        words["base"] = (
            gettext(_BASES.get(method, _COUNTERFACTUAL)) if first else gettext("percent")
        )
    elif _hides_percent(headline):
        more += gettext(", percent suppressed")
    return stated(results.findings, f"{template}{more}.", cites, about=label, **words)


def _hides_percent(headline: Headline) -> bool:
    """Whether an estimate has a percent that is suppressed."""
    record = headline.record
    relative = record["unit"] in (formatting.PERCENTAGE_POINTS, formatting.LOG_POINTS)
    return bool(record["means_suppressed"]) and not relative and not record["percent_reason"]


def _parenthesis(
    results: StudyResults, key: str, ends: str, cites: dict[str, str], *, interval: bool = True
) -> str:
    """Return what stands in parentheses after a number, and add what it cites.

    Its interval, what documents print of it, and what was planted.
    """
    low, high = f"{ends}_low", f"{ends}_high"
    parts = []
    if interval and low in results.findings and high in results.findings:
        names = [f"{key.rpartition('/')[2]}_{end}" for end in ("low", "high")]
        cites |= dict(zip(names, (low, high), strict=True))
        parts.append(formatting.span(*(f"{{{name}}}" for name in names)))
    decimals = formatting.decimals_of(results.findings[key].text)
    truth, printed = planted_value(results, key), published_text(results, key)
    parts += [gettext("published {printed}").format(printed=printed)] if printed else []
    parts += (
        [gettext("planted {truth}").format(truth=formatting.number(truth, decimals))]
        if truth is not None
        else []
    )
    return f" ({'; '.join(parts)})" if parts else ""


def _range(results: StudyResults, headline: Headline) -> Iterator[HeadlineLine]:
    """Yield the range of the first outcome over strategies, where there are several."""
    frame = results.estimates_of(headline.analysis, headline.outcome).dropna(subset=["estimate"])
    if len(frame) < 2:
        return
    ordered = frame.sort_values("estimate", kind="stable")["spec_id"].str.replace(" ", "_")
    cites = {"low": f"{ordered.iloc[0]}/estimate", "high": f"{ordered.iloc[-1]}/estimate"}
    yield stated(
        results.findings,
        gettext("{strategy}; {count} estimates: {low} to {high}."),
        cites,
        strategy=results.strategy_label(headline.strategy),
        count=formatting.word(len(frame)),
    )


def _groups(results: StudyResults, headlines: Sequence[Headline]) -> Iterator[HeadlineLine]:
    """Yield how many groups the thinnest arm amounts to, over the outcomes of an analysis."""
    fewest = _fewest(results.findings, headlines)
    if fewest:
        yield stated(
            results.findings,
            gettext("Effective {groups}: {fewest}."),
            {"fewest": fewest},
            groups=results.study.group_label,
        )


def _fewest(findings: Mapping[str, Finding], headlines: Sequence[Headline]) -> str:
    """Return the identifier of the smallest effective number of groups; empty where there is none."""
    keys = [f"{line.key}/effective_{arm}_groups" for line in headlines for arm in _ARMS]
    present = [key for key in keys if key in findings]
    return min(present, key=lambda key: findings[key].value, default="")
