"""Sentences whose numbers are those of findings.json."""

from collections.abc import Mapping, Sequence

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.document import Finding, HeadlineLine


def identifier(*parts: str) -> str:
    """Return the identifier of a finding from its parts."""
    return "/".join(parts).replace(" ", "_")


def stated(
    findings: Mapping[str, Finding],
    template: str,
    cites: Mapping[str, str] | None = None,
    /,
    *,
    about: str = "",
    rests_on: Sequence[str] = (),
    **words: str,
) -> HeadlineLine:
    """Return a sentence and the findings that it cites.

    Parameters
    ----------
    findings : mapping of str to Finding
    template : str
        With a name in braces for each number and word.
    cites : mapping of str to str, optional
        Identifiers of the findings whose texts are put in, by name; a dash for one that is suppressed or
        missing.
    about : str
        What it is about.
    rests_on : sequence of str
        Identifiers of findings that it judges without printing them.
    **words : str
    """
    cites = cites or {}
    texts = {
        name: _text(key, findings[key]) if key in findings else formatting.DASH
        for name, key in cites.items()
    }
    text = template.format(**texts, **words)
    cited = tuple(key for key in (*cites.values(), *rests_on) if key in findings)
    return HeadlineLine(label=about, text=text[:1].upper() + text[1:], cites=cited)


def _text(key: str, finding: Finding) -> str:
    """Return a number as sentences have it: p-values with what they are."""
    return formatting.p_statement(finding.value) if key.endswith("p_value") else finding.text


def word_count(text: str) -> int:
    """Return the number of words: what blanks separate."""
    return len(text.split())
