"""The answers to every questionnaire of a study, by question, answer and level."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.contradictions import not_counted
from ruralimpact.description.levels import Order, labels_in_order, level_texts, levels_in_order
from ruralimpact.description.records import (
    DescriptionTables,
    ExcludedRecords,
    RecordedStudy,
    without_level,
)
from ruralimpact.design.study import covariate_labels
from ruralimpact.errors import DataError
from ruralimpact.responses.answers import Answers, answers_of
from ruralimpact.responses.rows import ResponseShareRow
from ruralimpact.responses.shares import Respondents
from ruralimpact.schema.responses import Question, Responses
from ruralimpact.tables import table_of_rows

RESPONDENTS, REGISTER = "respondents", "register"


def responses_study(recorded: RecordedStudy) -> DescriptionTables:
    """Count the answers of every questionnaire.

    Parameters
    ----------
    recorded : RecordedStudy

    Returns
    -------
    DescriptionTables
        Contract ``responses``.

    Raises
    ------
    DataError
        See `ruralimpact.responses.answers.answers_of`; also respondents of a stratum that the register does
        not have, or more of them than it has units.
    """
    study = recorded.study
    rows: list[ResponseShareRow] = []
    excluded: list[ExcludedRecords] = []
    labels, order = covariate_labels(study), labels_in_order(study)
    for asked in study.analyses_of(Responses):
        records = recorded.of(asked.sample)
        sizes = _register_sizes(asked, recorded)
        if asked.strata is not None:
            excluded += without_level(
                records, [asked.strata], labels, analysis=asked.name, about=""
            )
            records = records[records[asked.strata].notna()].reset_index(drop=True)
        respondents = _drawn(asked, records, sizes)
        questionnaire = _Questionnaire(asked, records, labels, order, respondents)
        excluded += without_level(records, asked.by, labels, analysis=asked.name)
        for question in asked.questions:
            answers = answers_of(question, records, f"sample {asked.sample}")
            excluded += [
                ExcludedRecords.among(
                    records,
                    unanswered.which,
                    unanswered.reason,
                    analysis=asked.name,
                    about=question.name,
                    of=answers.n_asked,
                    column=unanswered.column,
                )
                for unanswered in answers.excluded
            ]
            excluded += not_counted(records, answers.not_asked, analysis=asked.name)
            rows += questionnaire.rows(question, answers, synthetic=study.synthetic)
    return DescriptionTables({"responses": table_of_rows("responses", rows)}, tuple(excluded))


def _register_sizes(asked: Responses, recorded: RecordedStudy) -> "pd.Series[int] | None":
    """Units of the register by stratum, or all under an empty name; None without a register."""
    if asked.register_of is None:
        return None
    records = recorded.of(asked.register_of.sample)
    if asked.strata is None:
        return pd.Series({"": len(records)})
    return level_texts(records[asked.strata].dropna()).value_counts()


def _drawn(asked: Responses, records: pd.DataFrame, sizes: "pd.Series[int] | None") -> Respondents:
    groups = _codes(records["group"].astype("str"))
    if sizes is None:
        blank = np.full(len(records), np.nan)
        return Respondents(np.zeros(len(records), dtype=np.int64), groups, blank)
    strata = pd.Series("", records.index)
    if asked.strata is not None:
        strata = level_texts(records[asked.strata])
    register = strata.map(sizes)
    more = strata.map(strata.value_counts()) > register
    for which, problem in (
        (register.isna(), "the register has no such stratum."),
        (more, "more respondents than the register has units of the stratum."),
    ):
        if which.any():
            ids = records.loc[which, "id"].astype("str").tolist()
            column = asked.strata or "id"
            raise DataError(problem, within=f"sample {asked.sample}", column=column, units=ids)
    return Respondents(_codes(strata), groups, np.asarray(register, dtype=float))


def _codes(texts: "pd.Series[str]") -> NDArray[np.int64]:
    return np.unique(texts.to_numpy(object), return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True)
class _Questionnaire:
    """One analysis with its respondents."""

    asked: Responses
    records: pd.DataFrame
    labels: Mapping[str, str]
    order: Order
    respondents: Respondents

    def rows(
        self, question: Question, answers: Answers, *, synthetic: bool
    ) -> Iterator[ResponseShareRow]:
        """Yield a row an answer: of all, of each level, and of the register."""
        for by, level, inside in self._levels():
            for row in self._part(question, answers, answers.counted & inside, RESPONDENTS):
                yield replace(
                    row,
                    by=by,
                    by_label=self.labels.get(by, by),
                    level=level,
                    synthetic=synthetic,
                )
        if self.asked.register_of is not None:
            for row in self._part(question, answers, answers.counted, REGISTER):
                yield replace(row, synthetic=synthetic)

    def _levels(self) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
        yield "", "", np.ones(len(self.records), dtype=bool)
        for by in self.asked.by:
            column = self.records[by]
            texts = level_texts(column).to_numpy(object)
            for level in levels_in_order(column, self.order):
                yield by, level, texts == level

    def _part(
        self, question: Question, answers: Answers, counted: NDArray[np.bool_], part: str
    ) -> Iterator[ResponseShareRow]:
        n_clusters = len(np.unique(self.respondents.groups[counted]))
        for position, (answer, label) in enumerate(question.words.items()):
            values = answers.chosen[:, position]
            share = self.respondents.share(values, counted, weighted=part == REGISTER)
            yield ResponseShareRow(
                analysis=self.asked.name,
                question=question.name,
                kind=_kind(question),
                answer=answer,
                label=label,
                part=part,
                count=np.nan if question.percents else float(values[counted].sum()),
                n_units=int(counted.sum()),
                n_clusters=n_clusters,
                **asdict(share),
                public_counts=self.asked.public_counts,
            )


def _kind(question: Question) -> str:
    if question.percents:
        return "percents"
    return "several" if question.variable is None else "one"
