"""Reporting checklists, filled where a run can know the answer, and left to the author where it cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.schema.analysis import Matching
from ruralimpact.schema.study import Study

FOR_THE_AUTHOR = "For the author"


@dataclass(frozen=True)
class ChecklistAnswer:
    """An item of a checklist.

    Attributes
    ----------
    item : str
        What is to be reported.
    lines : tuple of str
        What the run knows of it; none where only the author can answer.
    open : str
        What is left for the author; empty where nothing is.
    """

    item: str
    lines: tuple[str, ...] = ()
    open: str = ""

    @property
    def text(self) -> str:
        """The item with its answer, as a list in Markdown."""
        told = [f"  - {line}" for line in self.lines]
        left = [f"  - **{FOR_THE_AUTHOR}**: {self.open}"] if self.open else []
        return "\n".join([f"- [{' ' if self.open else 'x'}] {self.item}", *told, *left])


@dataclass(frozen=True)
class Checklist:
    """A checklist.

    Attributes
    ----------
    name : str
        Of its file.
    title, source : str
        What it is, and whose questions it follows, in words of our own.
    answers : tuple of ChecklistAnswer
    """

    name: str
    title: str
    source: str
    answers: tuple[ChecklistAnswer, ...]

    @property
    def text(self) -> str:
        """The checklist as a page in Markdown."""
        items = "\n".join(answer.text for answer in self.answers)
        return f"# {self.title}\n\n{self.source}\n\n{items}\n"


@dataclass(frozen=True)
class StudyFacts:
    """A study and the tables of its run that checklists quote, of all rounds together.

    Attributes
    ----------
    study : Study
    designs, balance, estimates, exclusions, attrition : DataFrame
        Contracts of those names.
    exhibits : mapping of str to str
        Kind of each exhibit, by its name.
    """

    study: Study
    designs: pd.DataFrame
    balance: pd.DataFrame
    estimates: pd.DataFrame
    exclusions: pd.DataFrame
    attrition: pd.DataFrame
    exhibits: dict[str, str]

    def shown(self, *kinds: str) -> str:
        """Return the exhibits of some kinds, as a part of a sentence; empty where there are none."""
        names = [name for name, kind in self.exhibits.items() if kind in kinds]
        return f"exhibits {', '.join(names)}" if names else ""


def facts_of(study: Study, results: Path, exhibits: dict[str, str]) -> StudyFacts:
    """Read the tables of a study's results.

    Parameters
    ----------
    study : Study
    results : path
        Its results.
    exhibits : dict of str to str
        Kind of each exhibit, by its name.
    """
    folders = [results, *sorted(results.glob("waves/*"))]

    def table(path: str) -> pd.DataFrame:
        files = [folder / path for folder in folders if (folder / path).is_file()]
        return pd.concat(map(pd.read_parquet, files), ignore_index=True)

    return StudyFacts(
        study,
        table("design/designs.parquet"),
        table("design/balance.parquet"),
        table("estimates/estimates.parquet"),
        table("analysis/exclusions.parquet"),
        table("estimates/attrition.parquet"),
        exhibits,
    )


def checklists(facts: StudyFacts) -> list[Checklist]:
    """Return the checklists that apply to a study."""
    matched = list(facts.study.analyses_of(Matching))
    lists = [_risk_of_bias(facts), _reproducibility(facts)]
    return [_matching(facts, matched), *lists] if matched else lists


def _matching(facts: StudyFacts, analyses: list[Matching]) -> Checklist:
    strategies = strategies_by_name(facts.study)
    used = dict.fromkeys(name for analysis in analyses for name in analysis.strategies)
    scored = [name for name in used if strategies[name].propensity_link]
    distances = (
        f"{name}: {strategies[name].propensity_link} regression of treatment on the covariates"
        for name in scored
    )
    others = [name for name in used if name not in scored]
    return Checklist(
        "matching",
        "Reporting a matching analysis",
        "Six points that the vignette of the R package MatchIt asks to be reported.",
        (
            ChecklistAnswer(
                "The matching specification, with calipers and restrictions",
                tuple(f"{name}: {strategies[name].describe()}" for name in used),
            ),
            ChecklistAnswer(
                "The distance, and how it was estimated",
                (*distances, *(f"{name}: no score is estimated" for name in others)),
            ),
            ChecklistAnswer(
                "Other specifications that were tried, and how one was chosen",
                (
                    f"{len(used)} strategies were written down with a digest before outcomes were read, and "
                    "all are printed: none is chosen by its result (documentation/specifications.md)",
                    "lists that were estimated before in the project's folder are in "
                    "estimates/specification_lists.json",
                ),
                "what was tried outside this project.",
            ),
            ChecklistAnswer("Balance after matching", tuple(_balance(facts, analyses))),
            ChecklistAnswer(
                "Units matched, unmatched and excluded", tuple(_sizes(facts, analyses))
            ),
            ChecklistAnswer(
                "How effects and their standard errors were estimated", tuple(_estimation(facts))
            ),
        ),
    )


def _balance(facts: StudyFacts, analyses: list[Matching]) -> Iterator[str]:
    names = {analysis.name for analysis in analyses}
    for row in _of(facts.designs, names).to_dict("records"):
        if pd.notna(row["max_abs_smd"]):
            word = "balanced" if row["balanced"] else "not balanced"
            yield (
                f"{row['analysis']}, {row['strategy']}: largest standardised difference "
                f"{row['max_abs_smd']:.3f}; {word}"
            )
    shown = facts.shown("balance", "balance_summary", "love")
    yield f"every covariate before and after: {shown or 'design/balance.parquet'}"
    second = [analysis.name for analysis in analyses if analysis.second_order_balance]
    told = f"checked in {', '.join(second)}" if second else "not asked for (second_order_balance)"
    yield f"squares and products of covariates: {told}"


def _sizes(facts: StudyFacts, analyses: list[Matching]) -> Iterator[str]:
    names = {analysis.name for analysis in analyses}
    for row in _of(facts.designs, names).to_dict("records"):
        yield (
            f"{row['analysis']}, {row['strategy']}: {row['n_treated_matched']:,} of "
            f"{row['n_treated']:,} treated units and {row['n_control_matched']:,} of "
            f"{row['n_control']:,} controls; treated units without a match: {row['n_dropped']:,}"
        )


def _estimation(facts: StudyFacts) -> Iterator[str]:
    for (method, vcov), own in facts.estimates.groupby(["method", "vcov"]):
        yield f"{method}: standard errors clustered by {vcov}, {len(own):,} estimates"
    yield "methods and papers: the methods registry of ruralimpact (docs/methods)"


def _of(table: pd.DataFrame, analyses: set[str]) -> pd.DataFrame:
    return table[table["analysis"].isin(analyses)]


def _risk_of_bias(facts: StudyFacts) -> Checklist:
    study = facts.study
    designs = {
        "cross_section": "one wave after treatment: differences in levels only",
        "panel": "waves before and after, or units that enter and leave",
        "before_after": "treated units alone: changes, which are not attributable",
        "descriptive": "no comparison of arms",
    }
    methods = ", ".join(dict.fromkeys(analysis.method for analysis in study.comparisons))
    balanced = facts.designs[facts.designs["balanced"]]
    listed = len(facts.estimates)
    missing = int(facts.estimates["estimate"].isna().sum())
    lost = facts.shown("attrition")
    trends = facts.shown("placebo", "benchmark", "event_study", "trends", "parallel_trends")
    return Checklist(
        "risk_of_bias",
        "Risk of bias",
        "Sources of bias that 3ie's tool for quasi-experimental evaluations asks about.",
        (
            ChecklistAnswer(
                "How units came to be treated",
                (f"design: {designs.get(study.design, study.design)}",),
                "who decided, by which rule, and what of it is not among the covariates.",
            ),
            ChecklistAnswer(
                "Whether the groups are comparable",
                (
                    f"methods: {methods or 'none'}",
                    f"{len(balanced):,} of {len(facts.designs):,} designs balance every covariate",
                    f"strength of hidden bias: {facts.shown('sensitivity') or 'not asked for'}",
                    f"placebo, benchmark or trends before: {trends or 'none'}",
                ),
                "which confounders were not measured, and which way they work.",
            ),
            ChecklistAnswer(
                "Attrition and missing outcomes",
                (
                    lost or "no follow-up is accounted for",
                    f"{int(facts.exclusions['rows'].sum()):,} rows were excluded, each with a reason "
                    "(analysis/exclusions.parquet)",
                ),
                "why units were not found again.",
            ),
            ChecklistAnswer(
                "Spill-overs, cross-overs and contamination",
                (
                    "controls whose treatment has begun: "
                    + (facts.shown("contamination", "sample") or "not known"),
                ),
                "whether controls gained or lost by the project in other ways.",
            ),
            ChecklistAnswer(
                "Selective reporting of outcomes",
                (f"{len(study.outcomes):,} outcomes are declared; all are estimated",),
                "outcomes that were asked in the questionnaire and are not declared.",
            ),
            ChecklistAnswer(
                "Selective reporting of analyses",
                (
                    f"{listed:,} estimates follow from the list written before outcomes were read; "
                    f"{missing:,} could not be estimated and say why",
                ),
                "whether a plan was registered, where, and what departs from it.",
            ),
            ChecklistAnswer(
                "Behaviour changed by being observed, and answers given to please",
                open="who asked, and whether they were known to belong to the project.",
            ),
            ChecklistAnswer(
                "Standard errors that respect how treatment was given",
                (f"groups of the study: {study.group_label}", *_estimation(facts)),
            ),
        ),
    )


def _reproducibility(facts: StudyFacts) -> Checklist:
    return Checklist(
        "reproducibility",
        "Reproducible and ethical research",
        "What DIME's research standards and the World Bank's checklist for reproducibility packages ask for.",
        (
            ChecklistAnswer("One script makes everything", ("run.py; no path has to be changed",)),
            ChecklistAnswer(
                "Raw files as they were delivered", ("project/data, with digests in manifest.json",)
            ),
            ChecklistAnswer(
                "Software at pinned versions", ("software/requirements.lock, with hashes",)
            ),
            ChecklistAnswer(
                "Each exhibit has a program and files", ("documentation/exhibits.csv",)
            ),
            ChecklistAnswer(
                "Variables are described", ("tables/codebook.csv; the study's codebook",)
            ),
            ChecklistAnswer(
                "Results were made twice and are the same", ("see README.md, Run time",)
            ),
            ChecklistAnswer("Ethics approval", open="board, number and date."),
            ChecklistAnswer(
                "Informed consent", open="how it was given, and what it says of sharing data."
            ),
            ChecklistAnswer("Registration and plan of analysis", open="registry, number and date."),
            ChecklistAnswer(
                "Data are cited and may be shared", open="confirm the README's statement on data."
            ),
            ChecklistAnswer(
                "Identifiers were removed before data were shared", open="by whom, and when."
            ),
            ChecklistAnswer("Funding and conflicts of interest", open="name them."),
            ChecklistAnswer(
                "Findings of simulated data are not called findings",
                ("the data are synthetic; every exhibit says so",)
                if facts.study.synthetic
                else ("the data are not synthetic",),
            ),
        ),
    )
