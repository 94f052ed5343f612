"""What a register says of projects in words, as it stands, and how many have each status."""

from collections.abc import Iterator

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.model import Table
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.portfolio_rows import METHODS, of_part, projects_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext
from ruralimpact.schema.base import Names
from ruralimpact.schema.portfolio import Portfolio
from ruralimpact.schema.study import Study
from ruralimpact.suggestions import nearest


class WordsOptions(OfAnalyses):
    """A table of words."""

    variables: Names
    """Variables shown, each a column, among the `words` of the analyses."""
    status: bool = False
    """Say how many projects have each status."""


def check_words(study: Study, exhibit: WordsOptions) -> None:
    """Refuse variables that no analysis has among its words, and a count of projects without a status.

    Raises
    ------
    ConfigError
    """
    shown = study.analyses_of(Portfolio, exhibit.analyses)
    known = list(dict.fromkeys(name for analysis in shown for name in analysis.words))
    for position, name in enumerate(exhibit.variables):
        if name not in known:
            problem = f"'{name}' is not among `words` of these analyses. {nearest(name, known)}"
            raise ConfigError(problem, key=f"variables[{position}]")
    if exhibit.status and not any(analysis.status for analysis in shown):
        raise ConfigError("these analyses declare no status in study.yaml.", key="status")


def words_table(results: StudyResults, exhibit: WordsOptions) -> Iterator[Table]:
    """Build the table of words, a row a project."""
    frame = of_part(results, exhibit, "words")
    frame = frame[frame["name"].isin(exhibit.variables)]
    labels = dict(zip(frame["name"], frame["label"], strict=True))
    names = [name for name in exhibit.variables if name in labels]
    texts = frame.set_index(["project", "name"])["words"]
    shown = [columns.prose(labels[name], width=3.2, of=name).keeping(name) for name in names]
    rows = []
    for project, label in projects_of(frame)[["project", "project_label"]].to_numpy():
        record = {"project": project, **{name: texts[project, name] for name in names}}
        rows.append(columns.row_of(results, shown, record, label, keys=("project",)))
    yield table_of(
        results,
        exhibit,
        stub=gettext("Project"),
        columns=shown,
        rows=rows,
        interpretation=_counts(results, exhibit) if exhibit.status else (),
        notes=(gettext("{dash} = nothing said.").format(dash=formatting.DASH),),
    )


def _counts(results: StudyResults, exhibit: WordsOptions) -> list[str]:
    frame = of_part(results, exhibit, "status")
    if frame.empty:
        return []
    counts = "; ".join(
        f"{words}: {formatting.word(int(count))}"
        for words, count in zip(frame["words"], frame["value"], strict=True)
    )
    return [f"{frame['label'].iloc[0]}: {counts}."]


KIND = kinds.TableKind(
    kind="portfolio_words",
    shows="what a register says of projects in words",
    section=kinds.DESCRIPTION,
    rank=40,
    needs=("portfolio",),
    options=WordsOptions,
    methods="portfolio.md",
    of_methods=METHODS,
    asks="words",
    check=check_words,
    build=words_table,
)
