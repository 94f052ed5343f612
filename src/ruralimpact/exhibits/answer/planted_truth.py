"""What was planted, and what documents print, of a number of findings.json."""

import math
from collections.abc import Iterator, Sequence

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.answer.statement import stated
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.quantities import planted, quantity_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext

_ENDS = ("_low", "_high")


def planted_value(results: StudyResults, key: str) -> float | None:
    """Return what was planted of a finding, in printed units; None where none is known.

    The truth of a synthetic study is a table of effects, or of values ``planted`` by ``key``, the
    identifier of a finding.

    Parameters
    ----------
    results : StudyResults
        With `truth`.
    key : str
        Identifier of the finding.
    """
    if results.truth.empty:
        return None
    if "key" in results.truth:
        own = results.truth.loc[results.truth["key"] == key, "planted"]
        return float(own.iloc[0]) if len(own) else None
    if "outcome" not in results.truth:
        return None
    quantity = quantity_of(results, key)
    value = None if quantity is None else planted(results, quantity)
    return None if value is None or math.isnan(value) else value


def with_planted(results: StudyResults, line: HeadlineLine) -> HeadlineLine:
    """Return a line with what was planted of the numbers that it cites, where that is known."""
    truths = {key: planted_value(results, key) for key in line.cites}
    texts = [
        gettext("{planted} (estimated {printed})").format(
            planted=formatting.number(truth, finding_decimals(results, key)),
            printed=results.findings[key].text,
        )
        for key, truth in truths.items()
        if truth is not None
    ]
    text = (
        gettext("{text} Planted: {texts}.").format(
            text=line.text, texts=gettext(" and ").join(texts)
        )
        if texts
        else line.text
    )
    return line.model_copy(update={"text": text})


def finding_decimals(results: StudyResults, key: str) -> int:
    """Return the decimals that a finding is printed with."""
    return formatting.decimals_of(results.findings[key].text)


def published_text(results: StudyResults, key: str) -> str:
    """Return what documents print of a finding; empty where they do not."""
    quantity = quantity_of(results, key)
    return "" if quantity is None else results.printed.get(quantity, "")


def planted_sentences(results: StudyResults, cited: Sequence[str]) -> Iterator[HeadlineLine]:
    """Yield for how many numbers of the answer the interval holds what was planted, and which missed.

    Parameters
    ----------
    results : StudyResults
    cited : sequence of str
        Identifiers of the findings that the answer prints.
    """
    held: dict[str, bool] = {}
    missed: list[tuple[str, float]] = []
    for key in dict.fromkeys(cited):
        truth, ends = planted_value(results, key), ends_of(results, key)
        if truth is None or ends is None:
            continue
        held[key] = ends[0] <= truth <= ends[1]
        if not held[key]:
            missed.append((key, truth))
    if not held:
        return
    verb = gettext("contains") if sum(held.values()) <= 1 else gettext("contain")
    said = stated(
        results.findings,
        gettext("{count} {verb} what was planted{missed}."),
        count=formatting.share_of(sum(held.values()), len(held), "interval"),
        about=gettext("planted truth"),
        verb=verb,
        missed="".join(
            gettext("; missed: {miss}").format(miss=_miss(results, *pair)) for pair in missed[:1]
        ),
    )
    yield said.model_copy(update={"cites": tuple(held)})


def ends_of(results: StudyResults, key: str) -> tuple[float, float] | None:
    """Return the ends of the interval of a finding; None without one."""
    stem, _, measure = key.rpartition("/")
    names = (
        (f"{stem}/conf_low", f"{stem}/conf_high")
        if measure == "estimate"
        else (f"{key}_low", f"{key}_high")
    )
    if not all(name in results.findings for name in names):
        return None
    low, high = (results.findings[name].value for name in names)
    return float(low), float(high)


def _miss(results: StudyResults, key: str, truth: float) -> str:
    finding = results.findings[key]
    planted_text = formatting.number(truth, finding_decimals(results, key))
    template = gettext("{text} {unit} where {planted_text} was planted")
    return formatting.for_unit(template, finding.unit).format(
        text=finding.text, unit=formatting.translated(finding.unit), planted_text=planted_text
    )
