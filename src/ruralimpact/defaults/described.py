"""What the codebook and study.yaml say of variables and sources, read before anything is validated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.document import Contents
from ruralimpact.schema.sample import Design
from ruralimpact.schema.waves import in_order

# Methods of analyses that compare nothing.
DESCRIPTIONS = ("rate_of_return", "survival", "responses", "drawn_sample", "portfolio")


@dataclass(frozen=True)
class DescribedSource:
    """A source, as far as it says what it is.

    Attributes
    ----------
    name : str
    waves : tuple of str
        Empty where a variable tells the wave of each row, or nothing does.
    """

    name: str
    waves: tuple[str, ...]


@dataclass(frozen=True)
class DescribedVariable:
    """A variable of the codebook, or one that study.yaml builds.

    Attributes
    ----------
    name, role, timing : str
    label, unit, type : str
        Empty for one that is built.
    source : str
        Empty for one that is built.
    """

    name: str
    role: str
    timing: str
    label: str = ""
    unit: str = ""
    type: str = ""
    source: str = ""


def described_sources(study: Contents) -> list[DescribedSource]:
    """Return the sources with one row a unit, in the order of the file."""
    return [
        DescribedSource(str(entry.get("name", "")), tuple(_waves(entry)))
        for entry in entries_of(study.get("sources"))
        if "item" not in entry
    ]


def _waves(entry: Contents) -> Iterator[str]:
    several = entry.get("waves")
    for wave in several if isinstance(several, list) else [entry.get("wave")]:
        own = wave.get("wave") if isinstance(wave, Mapping) else wave
        if own is not None:
            yield str(own)


def described_variables(
    study: Contents, codebook: Sequence[CodebookRow]
) -> list[DescribedVariable]:
    """Return each variable with one value a unit once, those of the codebook first."""
    described: dict[str, DescribedVariable] = {}
    several = {entry.get("name") for entry in entries_of(study.get("sources")) if "item" in entry}
    for row in codebook:
        if row.source in several:
            continue
        own = (row.role, row.timing, row.label, row.unit, row.type, row.source)
        described.setdefault(row.variable, DescribedVariable(row.variable, *own))
    constructed = study.get("variables")
    for name, entry in constructed.items() if isinstance(constructed, Mapping) else ():
        if isinstance(entry, Mapping):
            role, timing = str(entry.get("role", "")), str(entry.get("timing", ""))
            described[str(name)] = DescribedVariable(str(name), role, timing)
    return list(described.values())


def with_borne_design(study: Contents) -> Contents:
    """Return contents of study.yaml with a design that bears its analyses where it declares no known one.

    Parameters
    ----------
    study : mapping
    """
    if study.get("design") in get_args(Design):
        return study
    methods = {str(entry.get("method")) for entry in entries_of(study.get("analyses"))}
    if not methods or methods - set(DESCRIPTIONS):
        design = "before_after" if methods == {"before_after"} else "panel"
    else:
        design = "descriptive"
    return {**study, "design": design}


def entries_of(section: Any) -> list[Contents]:
    """Return the entries of a list that are sets of keys."""
    return (
        [entry for entry in section if isinstance(entry, Mapping)]
        if isinstance(section, list)
        else []
    )


def waves_of(study: Contents, sources: Sequence[DescribedSource]) -> list[str]:
    """Return the waves of sources in the order of time, as the study declares it."""
    declared = study.get("wave_order")
    order = [str(wave) for wave in declared] if isinstance(declared, list) else []
    waves = {wave for source in sources for wave in source.waves}
    return in_order(waves, order if waves <= set(order) else ())
