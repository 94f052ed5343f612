"""A reporting checklist, and the facts of a run that its answers rest on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.language import gettext, marked
from ruralimpact.schema.study import Study

FOR_THE_AUTHOR = marked("For the author")


@dataclass(frozen=True)
class ChecklistAnswer:
    """An item of a checklist; what is marked is translated when it is printed.

    Attributes
    ----------
    asked : str
        What is to be reported.
    lines : tuple of str
        What the run knows of it; none where only the author can answer.
    open : str
        What is left for the author; empty where nothing is.
    """

    asked: str
    lines: tuple[str, ...] = ()
    open: str = ""

    @property
    def text(self) -> str:
        """The item with its answer, as a list in Markdown."""
        told = [f"  - {gettext(line)}" for line in self.lines]
        left = [f"  - **{gettext(FOR_THE_AUTHOR)}**: {gettext(self.open)}"] if self.open else []
        return "\n".join([f"- [{' ' if self.open else 'x'}] {gettext(self.asked)}", *told, *left])


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
        return f"# {gettext(self.title)}\n\n{gettext(self.source)}\n\n{items}\n"


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
        return gettext("exhibits {names}").format(names=", ".join(names)) if names else ""


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


def estimation_lines(facts: StudyFacts) -> Iterator[str]:
    """Yield how effects and their standard errors were estimated."""
    line = gettext("{method}: standard errors clustered by {groups}, {estimates} estimates")
    for (method, groups), own in facts.estimates.groupby(["method", "vcov"]):
        yield line.format(method=method, groups=groups, estimates=formatting.count(len(own)))
    yield gettext("methods and papers: the methods registry of ruralimpact (docs/methods)")
