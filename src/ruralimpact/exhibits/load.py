"""Reading the results of a study for its exhibits, with small cells suppressed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.contracts import REGISTRY, tables_for_exhibits
from ruralimpact.contracts.table import Suppressed, Withheld
from ruralimpact.design.strategies import StrategiesFile
from ruralimpact.design.study import covariate_labels
from ruralimpact.estimation.rows import join_scores
from ruralimpact.exhibits.digits import digits_of
from ruralimpact.exhibits.model import one_line
from ruralimpact.exhibits.registry import Kinds, read_exhibits
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.quality import QualityReport
from ruralimpact.schema.stages import StageView
from ruralimpact.schema.study import Study
from ruralimpact.schema.validation import validated
from ruralimpact.tables import empty_table

_PRINTED = (
    "title",
    "subtitle",
    "question",
    "citation",
    "label",
    "unit_label",
    "group_label",
    "unit",
)
# Result tables with labels of covariates, and the column that holds their names.
_OF_COVARIATES = {
    "balance": "covariate",
    "analysed_balance": "covariate",
    "balance_by_arm": "covariate",
    "summary_statistics": "variable",
    "propensity_models": "term",
}


def study_of_exhibits(written: StageView, kinds: Kinds) -> Study:
    """Return a study that was written out as plain keys and values.

    Parameters
    ----------
    written : StageView
        All keys of the study, see `ruralimpact.schema.base.plain`.
    kinds : Kinds
        Those that the study may have.
    """
    entries = {
        "strategies": validated(StrategiesFile, written.get("strategies", ())),
        "exhibits": read_exhibits(written.get("exhibits", {}), kinds),
    }
    return validated(Study, _in_lines({**written, **entries}))


def _in_lines(content: Any, key: str = "") -> Any:
    """Return contents whose printed words have no line ends and control characters."""
    if isinstance(content, Mapping):
        return {name: _in_lines(own, name) for name, own in content.items()}
    if isinstance(content, list | tuple):
        return [_in_lines(own) for own in content]
    return one_line(content) if key in _PRINTED and isinstance(content, str) else content


def load_results(
    study: Study,
    *,
    tables: Mapping[str, Sequence[str | Path]],
    quality: Sequence[str | Path],
    outcomes: Mapping[str, str | Path] | None = None,
    truth: Sequence[str | Path] = (),
) -> StudyResults:
    """Read what the stages before wrote, and suppress small cells once for all exhibits.

    Parameters
    ----------
    study : Study
    tables : mapping of str to sequence of path
        Files of result tables, by name: one a round and stage. Tables that are not there are empty.
    quality : sequence of path
        Quality reports, in the order of the study's sources.
    outcomes : mapping of str to path, optional
        Outcomes by unit, by sample.
    truth : sequence of path
        What synthetic data were planted with; the first file is the table of effects.

    Returns
    -------
    StudyResults
    """
    raw = {
        name: _of_rounds(name, tables[name]) if name in tables else empty_table(name)
        for name in tables_for_exhibits()
    }
    raw |= {name: _labelled(raw[name], named, study) for name, named in _OF_COVARIATES.items()}
    shown = suppressed_tables(raw)
    by_sample = {
        sample: suppressed_tables({"outcomes": pd.read_parquet(path)}, after=shown)["outcomes"]
        for sample, path in (outcomes or {}).items()
    }
    reports = [QualityReport.model_validate_json(Path(path).read_bytes()) for path in quality]
    names = [source.name for source in study.sources]
    return StudyResults(
        study=study,
        tables=shown,
        quality=dict(zip(names, reports, strict=True)),
        outcomes=by_sample,
        truth=pd.read_parquet(truth[0]) if truth else pd.DataFrame(),
        digits=digits_of(study, shown["estimates"]),
    )


def suppressed_tables(
    tables: Mapping[str, pd.DataFrame], *, after: Mapping[str, pd.DataFrame] | None = None
) -> dict[str, pd.DataFrame]:
    """Apply to each table the suppression that it declares.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As the stages wrote them, by name.
    after : mapping of str to DataFrame, optional
        Tables that are suppressed already and that these may follow. Others that they follow are empty.

    Returns
    -------
    dict of str to DataFrame

    Raises
    ------
    ValueError
        A table is withheld from exhibits: a defect of this package.
    """
    done = dict(after or {})
    follow = _followed(tables, done)
    for name in TopologicalSorter(follow).static_order():
        if name not in follow:
            continue
        rule, frame = REGISTRY[name].suppression, tables.get(name)
        frame = empty_table(name) if frame is None else frame
        if isinstance(rule, Withheld):
            raise ValueError(f"no exhibit may load the table '{name}': {rule.reason}")
        done[name] = rule.rule(frame, done) if isinstance(rule, Suppressed) else frame
    return {name: done[name] for name in tables}


def _followed(tables: Iterable[str], done: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return which tables each table follows, for those named and all that they follow but what is done."""
    follow: dict[str, tuple[str, ...]] = {}
    waiting = list(tables)
    while waiting:
        name = waiting.pop()
        rule = REGISTRY[name].suppression
        follow[name] = rule.after if isinstance(rule, Suppressed) else ()
        waiting += [other for other in follow[name] if other not in follow and other not in done]
    return follow


def _of_rounds(name: str, paths: Sequence[str | Path]) -> pd.DataFrame:
    """Read one table of every round: rows below each other, scores side by side."""
    frames = [pd.read_parquet(path) for path in paths]
    if name == "scores":
        return join_scores(frames[0], *(frame.set_index("group") for frame in frames[1:]))
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _labelled(frame: pd.DataFrame, named: str, study: Study) -> pd.DataFrame:
    """Label means of outcomes before treatment, of which earlier stages know no labels."""
    known = covariate_labels(study)
    words = {
        f"{name}_before": f"{outcome.label}, before"
        for name, outcome in study.outcomes.items()
        if f"{name}_before" not in known
    }
    return frame.assign(label=frame[named].map(words).fillna(frame["label"]))
