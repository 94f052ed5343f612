"""Rounds that differ in their wave alone, written as one source with its waves."""

from collections.abc import Sequence
from dataclasses import replace

from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.source import DraftSource

_WAVE = "{wave}"


def in_series(sources: Sequence[DraftSource]) -> list[DraftSource]:
    """Return the sources as they are written: rounds called and read alike are one with several waves.

    Parameters
    ----------
    sources : sequence of DraftSource

    Returns
    -------
    list of DraftSource
        A source of several waves is called what its rounds are called without their wave, with ``{wave}``
        in its path.
    """
    alike: dict[object, list[DraftSource]] = {}
    for source in sources:
        alike.setdefault(_form(source), []).append(source)
    return [_series(rounds) if len(rounds) > 1 else rounds[0] for rounds in alike.values()]


def _form(source: DraftSource) -> object:
    """Return what a source and its other rounds have in common; the source's own name if it has no round."""
    wave, stem = source.option("wave"), _stem(source)
    if not stem or source.path.count(str(wave)) != 1 or "{" in source.path:
        return source.name
    options = [(own.key, repr(own.value)) for own in source.options if own.key != "wave"]
    joined = [(table.source.name, table.own, table.key) for table in source.joined]
    return stem, source.path.replace(str(wave), _WAVE), tuple(options), tuple(joined)


def _stem(source: DraftSource) -> str:
    """Return the name of a source without its wave; nothing where that is not at its end."""
    wave = source.option("wave")
    ending = f"_{wave}"
    known = wave not in (None, OPEN) and source.name.endswith(ending)
    return source.name.removesuffix(ending) if known else ""


def _series(rounds: Sequence[DraftSource]) -> DraftSource:
    first = rounds[0]
    words = next(own.evidence for own in first.options if own.key == "wave")
    waves = sorted(str(own.option("wave")) for own in rounds)
    options = tuple(
        Proposal("waves", waves, f"{words}; the other files are read alike")
        if own.key == "wave"
        else own
        for own in first.options
    )
    path = first.path.replace(str(first.option("wave")), _WAVE)
    return replace(first, name=_stem(first), path=path, options=options)
