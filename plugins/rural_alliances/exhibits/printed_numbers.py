"""What reports print of a study's own numbers, by quantity."""

from collections.abc import Iterator

from rural_alliances.claims.records import Claim, Published
from rural_alliances.exhibits import claims_words as words
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.quantities import Quantity, quantity_of
from ruralimpact.exhibits.results import StudyResults

_CHOICES = ("lowest", "highest")


def own_claims(results: StudyResults) -> Iterator[tuple[Claim, list[str]]]:
    """Yield every claim that findings of this study stand beside, with these findings."""
    published: Published = results.plugin_inputs["rural_alliances"]
    prefix = f"{results.study.name}:"
    for claim in published.claims.values():
        words = [word for word in claim.computed_by.split() if word not in _CHOICES]
        if words and all(word.startswith(prefix) for word in words):
            yield claim, [word.removeprefix(prefix) for word in words]


def printed_numbers(results: StudyResults) -> dict[Quantity, str]:
    """Return what reports print of each quantity, ``28 to 39`` where they print several numbers."""
    printed: dict[Quantity, list[Claim]] = {}
    for claim, names in own_claims(results):
        quantities = {quantity_of(results, name) for name in names}
        for quantity in quantities - {None}:
            assert quantity is not None
            printed.setdefault(quantity, []).append(claim)
    return {quantity: _printed(claims) for quantity, claims in printed.items()}


def claims_by_finding(results: StudyResults) -> dict[str, list[tuple[str, str]]]:
    """Return the claims that each finding of this study stands beside, in words with their places."""
    claims: dict[str, list[tuple[str, str]]] = {}
    for claim, names in own_claims(results):
        for name in names:
            claims.setdefault(name, []).append((claim.id, words.statement(claim)))
    return claims


def _printed(claims: list[Claim]) -> str:
    numbers = sorted(claim.number for claim in claims if claim.number is not None)
    if not numbers:
        return claims[0].printed
    decimals = max(claim.decimals for claim in claims)
    return (
        formatting.number(numbers[0], decimals)
        if numbers[0] == numbers[-1]
        else formatting.interval(numbers[0], numbers[-1], decimals)
    )
