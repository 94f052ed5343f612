"""Tables and figures that a study has without asking for them, and what its exhibits.yaml changes in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ruralimpact.defaults.described import entries_of
from ruralimpact.errors import ConfigError
from ruralimpact.schema.document import Contents
from ruralimpact.suggestions import nearest

# Kind, title, and the methods of the analyses that it is of (none: of the study).
_MATCHED, _OVER_TIME = (
    ("matching", "matched_difference"),
    ("difference_in_differences", "staggered"),
)
_TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("impact", "Impact, by strategy", _MATCHED),
    ("difference", "Changes compared", (*_OVER_TIME, "triple_difference", "before_after")),
    ("panel", "Impact, panel estimators", ("panel",)),
    ("group_time", "Effects by cohort and wave", ("staggered",)),
    ("robustness", "What the strategies say together", _MATCHED),
    ("sensitivity", "How strong hidden bias must be", _MATCHED),
    ("sample", "From the raw files to the samples", ()),
    ("data_edits", "What was wrong with the raw files", ()),
    ("summary_statistics", "Covariates and outcomes by arm", _MATCHED),
    ("balance", "Covariate balance before and after matching", _MATCHED),
    ("data_quality", "What the raw data are like", ()),
)
_FIGURES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("forest", "Effects in one picture", (*_MATCHED, "panel", *_OVER_TIME, "triple_difference")),
    ("trends", "Mean outcomes by wave and arm", (*_OVER_TIME, "triple_difference", "before_after")),
    ("event_study", "Effects by time since treatment", ("staggered",)),
    ("love", "Covariate balance", _MATCHED),
    ("overlap", "Propensity to be treated, by arm", _MATCHED),
    ("missing_by_arm", "Missing answers, by arm", ()),
)
_SECTIONS = {"tables": _TABLES, "figures": _FIGURES}
# Keys of exhibits.yaml that change the defaults; without one of them its lists are all that is shown.
CHANGES = ("add", "drop", "titles")


def with_default_exhibits(exhibits: Any, study: Contents) -> Any:
    """Return the contents of exhibits.yaml as lists of all that is shown.

    Parameters
    ----------
    exhibits : mapping
        As read. Empty, or with ``add``, ``drop`` or ``titles``: changes of what the design shows by default.
    study : mapping
        Contents of study.yaml with its analyses.

    Returns
    -------
    dict
        With ``tables`` and ``figures``.

    Raises
    ------
    ConfigError
        A change names no exhibit, or stands beside whole lists.
    """
    if not isinstance(exhibits, Mapping):
        return exhibits
    changes = [key for key in CHANGES if key in exhibits]
    whole = [key for key in _SECTIONS if key in exhibits]
    if changes and whole:
        problem = (
            f"'{changes[0]}' changes what is shown by default, and '{whole[0]}' lists all that is shown; "
            "put further exhibits under `add`."
        )
        raise ConfigError(problem, key=whole[0])
    if whole or (exhibits and not changes):
        return exhibits
    return _changed(exhibits, {key: list(_defaults(key, study)) for key in _SECTIONS})


def _defaults(section: str, study: Contents) -> Iterator[Contents]:
    analyses = entries_of(study.get("analyses"))
    for kind, title, methods in _SECTIONS[section]:
        shown = [str(item.get("name")) for item in analyses if item.get("method") in methods]
        if methods and not shown:
            continue
        entry: Contents = {"name": kind, "kind": kind, "title": title}
        yield {**entry, **_beside(kind, analyses), "analyses": shown} if methods else entry


def _beside(kind: str, analyses: Sequence[Contents]) -> dict[str, str]:
    """Return the comparison that is not adjusted, beside which a table of impacts sets its rows."""
    means = [str(item["name"]) for item in analyses if item.get("method") == "difference_in_means"]
    return {"unadjusted": means[0]} if kind == "impact" and len(means) == 1 else {}


def _changed(exhibits: Contents, sections: dict[str, list[Contents]]) -> Contents:
    added = exhibits.get("add")
    for key, entries in sections.items():
        for entry in entries_of(added.get(key) if isinstance(added, Mapping) else None):
            entries[:] = [item for item in entries if item["name"] != entry.get("name")]
            entries.append(dict(entry))
    known = [str(entry.get("name")) for entries in sections.values() for entry in entries]
    drop, titles = exhibits.get("drop", ()), exhibits.get("titles", {})
    for option, names in (("drop", drop), ("titles", titles)):
        for name in names if isinstance(names, list | Mapping) else ():
            if name not in known:
                problem = f"there is no exhibit '{name}'. {nearest(str(name), known)}"
                raise ConfigError(problem, key=option)
    for entries in sections.values():
        entries[:] = [
            {**entry, **({"title": titles[entry["name"]]} if entry["name"] in titles else {})}
            for entry in entries
            if entry["name"] not in drop
        ]
    return dict(sections)
