"""Tables and figures that a study has without asking for them, and what its exhibits.yaml changes in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruralimpact.defaults.described import entries_of
from ruralimpact.errors import ConfigError, UnknownNameError
from ruralimpact.language import gettext, language_of, marked, speaking
from ruralimpact.schema.document import Contents
from ruralimpact.suggestions import nearest


@dataclass(frozen=True)
class DefaultExhibit:
    """A kind of exhibit, as a study has it that says nothing of it.

    Attributes
    ----------
    kind, title : str
    methods : tuple of str
        Methods of the analyses that it shows; empty where it is of the study.
    asks : str
        Key that these analyses, or the study, must have.
    shown : bool
        Whether the design shows it; of others only title and analyses need not be given.
    of_study : bool
        It shows what the study declares of these analyses, and its entries name none.
    name : str
        Of a figure whose kind is that of a table, too.
    """

    kind: str
    title: str
    methods: tuple[str, ...] = ()
    asks: str = ""
    shown: bool = True
    of_study: bool = False
    name: str = ""


_MATCHED = ("matching", "matched_difference")
_COMPARED = (*_MATCHED, "difference_in_means", "panel")
_STAGGERED = ("difference_in_differences", "staggered")
_CHANGES = (*_STAGGERED, "triple_difference")
_IMPACTS = ("impact", "impact_by_strategy")
_SUBGROUPS = ("subgroups", "subgroup_forest")
_TABLES = (
    DefaultExhibit("impact", marked("Impact, by strategy"), _MATCHED),
    DefaultExhibit("impact_by_strategy", marked("Impact, strategies side by side"), _MATCHED),
    DefaultExhibit(
        "answer",
        marked("The estimates that answer the question"),
        (*_COMPARED, *_CHANGES),
        of_study=True,
    ),
    DefaultExhibit("difference", marked("Changes compared"), (*_CHANGES, "before_after")),
    DefaultExhibit("panel", marked("Impact, panel estimators"), ("panel",)),
    DefaultExhibit("group_time", marked("Effects by cohort and wave"), ("staggered",)),
    DefaultExhibit("parallel_trends", marked("How far trends may differ"), _CHANGES, shown=False),
    DefaultExhibit("subgroups", marked("Effects by {}"), _COMPARED, "subgroups"),
    DefaultExhibit("decomposition", marked("The effect by its parts"), _MATCHED, "decomposition"),
    DefaultExhibit("association", marked("What goes with outcomes"), _COMPARED, "associations"),
    DefaultExhibit("robustness", marked("What the strategies say together"), _MATCHED),
    DefaultExhibit("sensitivity", marked("How strong hidden bias must be"), _MATCHED),
    DefaultExhibit("gains", marked("Gains before and after"), ("before_after",), "gains"),
    DefaultExhibit("rate_of_return", marked("Rates of return"), ("rate_of_return",)),
    DefaultExhibit("survival", marked("How long they last"), ("survival",)),
    DefaultExhibit("hazards", marked("What goes with an earlier end"), ("survival",), "hazard"),
    DefaultExhibit("responses", marked("What they answered"), ("responses",)),
    DefaultExhibit("drawn_sample", marked("Who is drawn"), ("drawn_sample",)),
    DefaultExhibit("sample_protocol", marked("How the sample was drawn"), ("drawn_sample",)),
    DefaultExhibit(
        "portfolio_reach", marked("Targets and what was reached"), ("portfolio",), "reach"
    ),
    DefaultExhibit("portfolio_ratios", marked("Ratios by project"), ("portfolio",), "ratios"),
    DefaultExhibit(
        "portfolio_financing", marked("Financing by source"), ("portfolio",), "financing"
    ),
    DefaultExhibit("attrition", marked("Units lost between waves"), asks="attrition"),
    DefaultExhibit("sample", marked("From the raw files to the samples")),
    DefaultExhibit("data_edits", marked("What was wrong with the raw files")),
    DefaultExhibit("summary_statistics", marked("Covariates and outcomes by arm"), _MATCHED),
    DefaultExhibit(
        "balance_by_arm", marked("Covariates by arm"), (*_MATCHED, "difference_in_means")
    ),
    DefaultExhibit("balance_summary", marked("Balance of each strategy in one line"), _MATCHED),
    DefaultExhibit("balance", marked("Covariate balance before and after matching"), _MATCHED),
    DefaultExhibit("propensity", marked("The propensity score"), _MATCHED),
    DefaultExhibit(
        "standard_errors",
        marked("The same estimates under other standard errors"),
        _COMPARED,
        shown=False,
    ),
    DefaultExhibit("p_values", marked("Bootstrap and adjusted p-values"), _COMPARED, shown=False),
    DefaultExhibit("data_quality", marked("What the raw data are like")),
)
_FIGURES = (
    DefaultExhibit("forest", marked("Effects in one picture"), (*_MATCHED, "panel", *_CHANGES)),
    DefaultExhibit("trends", marked("Mean outcomes by wave and arm"), (*_CHANGES, "before_after")),
    DefaultExhibit("event_study", marked("Effects by time since treatment"), ("staggered",)),
    DefaultExhibit("subgroup_forest", marked("Effects by {}"), _COMPARED, "subgroups", shown=False),
    DefaultExhibit("waterfall", marked("The effect by its parts"), _MATCHED, "decomposition"),
    DefaultExhibit("love", marked("Covariate balance"), _MATCHED),
    DefaultExhibit("overlap", marked("Propensity to be treated, by arm"), _MATCHED),
    DefaultExhibit(
        "specification_curve", marked("Every declared estimate, in order"), _COMPARED, shown=False
    ),
    DefaultExhibit("survival", marked("How long they last"), ("survival",), name="survival_curves"),
    DefaultExhibit(
        "responses", marked("What they answered"), ("responses",), name="responses_shares"
    ),
    DefaultExhibit(
        "missing_by_arm",
        marked("Missing answers, by arm"),
        (*_COMPARED, *_CHANGES),
        of_study=True,
    ),
)
_SECTIONS = {"tables": _TABLES, "figures": _FIGURES}
KINDS_WITH_DEFAULTS = frozenset(exhibit.kind for exhibit in (*_TABLES, *_FIGURES))
# Keys of exhibits.yaml that change the defaults; without one of them its lists are all that is shown.
CHANGES = ("analyses", "add", "drop", "titles")
_ARRANGING = ("main", "brief")  # what they say of the exhibits changes none


def with_default_options(exhibits: Any, study: Contents) -> Any:
    """Return the contents of exhibits.yaml with entries that say their name, title and analyses.

    Parameters
    ----------
    exhibits : mapping
        As read; what is not in the form of exhibits.yaml stays as it is.
    study : mapping
        Contents of study.yaml with its analyses.
    """
    if not isinstance(exhibits, Mapping):
        return exhibits
    analyses = _analyses(exhibits, study)
    with speaking(language_of(study.get("language"))):
        filled = _with_options(exhibits, analyses)
        added = exhibits.get("add")
        more = {"add": _with_options(added, analyses)} if isinstance(added, Mapping) else {}
    return {**filled, **more}


def with_default_exhibits(exhibits: Any, study: Contents) -> Any:
    """Return the contents of exhibits.yaml as lists of all that is shown.

    Parameters
    ----------
    exhibits : mapping
        With the default options of its entries. Empty, or with ``analyses``, ``add``, ``drop`` or
        ``titles``: changes of what the design shows by default.
    study : mapping
        Contents of study.yaml with its analyses.

    Returns
    -------
    dict
        With ``tables`` and ``figures``, and ``main`` and ``brief`` where they are given; changes that
        `mistaken_changes` finds are passed over.
    """
    if not isinstance(exhibits, Mapping) or _lists_all(exhibits):
        return exhibits
    with speaking(language_of(study.get("language"))):
        sections = _with_added(exhibits, study)
    arranged = {key: exhibits[key] for key in _ARRANGING if key in exhibits}
    drop, titles = exhibits.get("drop", ()), exhibits.get("titles", {})
    return {
        section: [
            {**entry, **({"title": titles[entry["name"]]} if entry["name"] in titles else {})}
            for entry in entries
            if entry["name"] not in drop
        ]
        for section, entries in sections.items()
    } | arranged


def mistaken_changes(exhibits: Any, study: Contents) -> Iterator[ConfigError]:
    """Yield changes of the defaults that name no exhibit, or no analysis, or stand beside whole lists.

    Parameters
    ----------
    exhibits, study : mapping
        As for `with_default_exhibits`.
    """
    if not isinstance(exhibits, Mapping):
        return
    changes = [key for key in CHANGES if key in exhibits]
    whole = [key for key in _SECTIONS if key in exhibits]
    if changes and whole:
        problem = (
            f"'{changes[0]}' changes what is shown by default, and '{whole[0]}' lists all that is shown; "
            "put further exhibits under `add`."
        )
        yield ConfigError(problem, key=whole[0])
    if _lists_all(exhibits):
        return
    analyses = [str(entry.get("name")) for entry in entries_of(study.get("analyses"))]
    # Where a name of an analysis is wrong, what the others would show says little of what is meant.
    of_all = {key: value for key, value in exhibits.items() if key != "analyses"}
    sections = _with_added(of_all, study)
    known = [str(entry.get("name")) for entries in sections.values() for entry in entries]
    for option, names in (("analyses", analyses), ("drop", known), ("titles", known)):
        given = exhibits.get(option)
        for name in given if isinstance(given, list | Mapping) else ():
            if name in names or (option != "analyses" and name in KINDS_WITH_DEFAULTS):
                continue
            of = "analysis" if option == "analyses" else "exhibit"
            key = f"titles.{name}" if option == "titles" else option
            problem = f"there is no {of} '{name}'. {nearest(str(name), names)}"
            yield UnknownNameError(problem, name=str(name), key=key)


def _lists_all(exhibits: Contents) -> bool:
    """Whether the file lists all that is shown, or has keys of which none is a change."""
    listed = any(key in exhibits for key in _SECTIONS)
    return listed or not shows_what_the_design_does(exhibits)


def shows_what_the_design_does(exhibits: Contents) -> bool:
    """Whether exhibits.yaml says nothing of what is shown, or changes it; `_ARRANGING` keys do neither."""
    return not set(exhibits) - set(_ARRANGING) or any(key in exhibits for key in CHANGES)


def _analyses(exhibits: Contents, study: Contents) -> list[Contents]:
    """Return the analyses that exhibits show which do not say: all, or those that the file names."""
    named, own = exhibits.get("analyses"), entries_of(study.get("analyses"))
    return (
        [analysis for analysis in own if analysis.get("name") in named]
        if isinstance(named, list)
        else own
    )


def _with_options(lists: Contents, analyses: Sequence[Contents]) -> Contents:
    filled = dict(lists)
    for section, known in _SECTIONS.items():
        entries = lists.get(section)
        if isinstance(entries, list):
            kinds = {exhibit.kind: exhibit for exhibit in known}
            filled[section] = [_with_own_options(entry, kinds, analyses) for entry in entries]
    return filled


def _with_own_options(
    entry: Any, kinds: Mapping[str, DefaultExhibit], analyses: Sequence[Contents]
) -> Any:
    """Return an entry with what its kind, or its subgroup, says where it does not."""
    if not isinstance(entry, Mapping) or "kind" not in entry:
        return entry
    exhibit = kinds.get(str(entry["kind"]))
    if exhibit is None or exhibit.of_study:
        title = {"title": gettext(exhibit.title)} if exhibit else {}
        return {"name": entry["kind"], **title, **entry}
    subgroup = str(entry.get("subgroup", ""))
    # Where none fits, all are named, so that the message says what does not fit.
    every = [str(analysis.get("name")) for analysis in analyses if exhibit.methods]
    shown = _shown(exhibit, analyses, subgroup) or _shown(exhibit, analyses) or every
    own = {"name": _name(exhibit, subgroup), "title": _title(exhibit, subgroup)}
    return {**own, **({"analyses": list(dict.fromkeys(shown))} if shown else {}), **entry}


def _name(exhibit: DefaultExhibit, subgroup: str) -> str:
    if exhibit.kind == "subgroups":
        return f"by_{subgroup}"
    return f"by_{subgroup}_forest" if subgroup else exhibit.name or exhibit.kind


def _title(exhibit: DefaultExhibit, subgroup: str) -> str:
    return gettext(exhibit.title).format(subgroup.replace("_", " "))


def _shown(exhibit: DefaultExhibit, analyses: Sequence[Contents], subgroup: str = "") -> list[str]:
    """Return the names of the analyses that an exhibit can show."""
    return [
        str(analysis.get("name"))
        for analysis in analyses
        if analysis.get("method") in exhibit.methods
        and (not exhibit.asks or analysis.get(exhibit.asks))
        and (not subgroup or subgroup in _subgroups(analysis))
    ]


def _subgroups(analysis: Contents) -> list[str]:
    return [str(entry.get("name")) for entry in entries_of(analysis.get("subgroups"))]


def _by_design(section: str, study: Contents, analyses: Sequence[Contents]) -> Iterator[Contents]:
    """Yield the tables or figures of what a study does and asks."""
    means = [analysis for analysis in analyses if analysis.get("method") == "difference_in_means"]
    unadjusted = {"unadjusted": str(means[0].get("name"))} if len(means) == 1 else {}
    for exhibit in _SECTIONS[section]:
        if not exhibit.shown:
            continue
        subgroups = [name for analysis in analyses for name in _subgroups(analysis)]
        for subgroup in dict.fromkeys(subgroups) if exhibit.asks == "subgroups" else [""]:
            shown = _shown(exhibit, analyses, subgroup)
            of_study = not exhibit.asks or study.get(exhibit.asks)
            if not (shown if exhibit.methods else of_study):
                continue
            yield {
                "name": _name(exhibit, subgroup),
                "kind": exhibit.kind,
                "title": _title(exhibit, subgroup),
                **({"analyses": shown} if shown and not exhibit.of_study else {}),
                **({"subgroup": subgroup} if subgroup else {}),
                # The comparison that is not adjusted stands beside those that are.
                **(unadjusted if exhibit.kind in _IMPACTS else {}),
            }


def _with_added(exhibits: Contents, study: Contents) -> dict[str, list[Contents]]:
    """Return what is shown by default and what `add` adds, or puts in the place of a default."""
    analyses = _analyses(exhibits, study)
    added = exhibits.get("add")
    sections = {}
    for section in _SECTIONS:
        entries = list(_by_design(section, study, analyses))
        for entry in entries_of(added.get(section) if isinstance(added, Mapping) else None):
            names = [shown["name"] for shown in entries]
            position = names.index(entry["name"]) if entry.get("name") in names else len(names)
            entries[position : position + 1] = [dict(entry)]
        sections[section] = entries
    return sections
