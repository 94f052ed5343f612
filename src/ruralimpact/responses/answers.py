"""What respondents answered: who counts, who does not and why, and what each said."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.contradictions import Contradiction, refuse_other_than_binary
from ruralimpact.description.records import set_to_missing, set_to_missing_reason
from ruralimpact.errors import DataError
from ruralimpact.schema.responses import Question

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

TOLERANCE = 0.5  # of the sum of percents, which respondents round
NOT_ASKED = "nobody knows whether it was asked"
NO_ANSWER = "no answer"
IN_PART = "answered in part"
NOT_WHOLE = "percents that do not add up to 100"


@dataclass(frozen=True)
class Unanswered:
    """Respondents whose answers do not count.

    Attributes
    ----------
    reason : str
    which : ndarray of bool, shape (n,)
    column : str or None
        Variable that the reason is about.
    """

    reason: str
    which: BoolArray
    column: str | None = None


@dataclass(frozen=True)
class Answers:
    """The answers to a question.

    Attributes
    ----------
    chosen : ndarray, shape (n, k)
        1 or 0 by answer, or the fraction; of those who do not count, of no meaning.
    counted : ndarray of bool, shape (n,)
        Who counts.
    excluded : tuple of Unanswered
        Those asked who do not, by reason.
    n_asked : int
    not_asked : tuple of Contradiction
        Answers of those who were not asked.
    """

    chosen: FloatArray
    counted: BoolArray
    excluded: tuple[Unanswered, ...]
    n_asked: int
    not_asked: tuple[Contradiction, ...]


def answers_of(question: Question, records: pd.DataFrame, where: str) -> Answers:
    """Read the answers to a question.

    Parameters
    ----------
    question : Question
    records : DataFrame
        One row a respondent: ``id`` and the variables of the question.
    where : str
        The sample, for messages.

    Returns
    -------
    Answers

    Raises
    ------
    DataError
        An answer that is not among those listed, an indicator that is not 0 or 1, a percent outside 0 to
        100, percents that are fractions of all.
    """
    asked, unknown = _asked(question, records, where)
    if question.variable is not None:
        values, given, partly = _single(question, question.variable, records, where)
    else:
        values, given, partly = _several(question, records, where)
    excluded, left = [], asked | unknown
    for name in question.variables:
        withheld = left & set_to_missing(records, name)
        excluded.append(Unanswered(set_to_missing_reason(name), withheld, name))
        left = left & ~withheld
    excluded.append(Unanswered(NOT_ASKED, left & unknown, question.among))
    left = left & ~unknown
    whole = np.ones(len(records), dtype=bool)
    if question.percents:
        whole = np.abs(values.sum(axis=1) - 1) <= TOLERANCE / 100
    for reason, which in ((NO_ANSWER, ~given), (IN_PART, partly), (NOT_WHOLE, ~whole)):
        excluded.append(Unanswered(reason, left & which))
        left = left & ~which
    return Answers(
        chosen=values,
        counted=left,
        excluded=tuple(excluded),
        n_asked=int((asked | unknown).sum()),
        not_asked=tuple(_not_asked(question, records, ~asked & ~unknown)),
    )


def _not_asked(question: Question, records: pd.DataFrame, others: BoolArray) -> list[Contradiction]:
    """Return, answer by answer, who gave one and was not asked: it does not count."""
    if question.among is None:
        return []
    problem = f"answered, and not asked ('{question.among}' is 0)"
    if question.variable is not None:
        given = {question.variable: records[question.variable].notna().to_numpy(bool)}
    else:
        given = {name: _numbers(records, name) > 0 for name in question.words}
    return [
        Contradiction(name, said, others, problem, about=question.name)
        for name, said in given.items()
    ]


def _asked(question: Question, records: pd.DataFrame, where: str) -> tuple[BoolArray, BoolArray]:
    if question.among is None:
        everyone = np.ones(len(records), dtype=bool)
        return everyone, ~everyone
    refuse_other_than_binary(records, [question.among], where)
    values = _numbers(records, question.among)
    return values == 1, np.isnan(values)


def _single(
    question: Question, variable: str, records: pd.DataFrame, where: str
) -> tuple[FloatArray, BoolArray, BoolArray]:
    column = records[variable]
    given = column.notna().to_numpy(bool)
    texts = np.array([_text(value) for value in column], dtype=object)
    known = list(question.words)
    odd = given & ~np.isin(texts, known)
    problem = f"an answer that is not among {', '.join(known)}."
    _refuse(records, variable, odd, where, problem)
    values = np.column_stack([given & (texts == answer) for answer in known]).astype(float)
    return values, given, np.zeros(len(records), dtype=bool)


def _several(
    question: Question, records: pd.DataFrame, where: str
) -> tuple[FloatArray, BoolArray, BoolArray]:
    values = np.column_stack([_numbers(records, name) for name in question.words])
    missing = np.isnan(values)
    given = np.asarray(~missing.all(axis=1), dtype=bool)
    for position, name in enumerate(question.words):
        own = values[:, position]
        if question.percents:
            odd = (own < 0) | (own > 100)
            _refuse(records, name, odd, where, "a percent must be from 0 to 100.")
        else:
            refuse_other_than_binary(records, [name], where)
    if question.percents:
        _refuse_fractions(question, values[given], where)
    partly = np.asarray(missing.any(axis=1) & (not question.percents), dtype=bool)
    return np.nan_to_num(values) / (100 if question.percents else 1), given, partly


def _refuse_fractions(question: Question, given: FloatArray, where: str) -> None:
    """Refuse percents of which everybody's add up to 1."""
    if len(given) and (np.abs(np.nansum(given, axis=1) - 1) <= TOLERANCE / 100).all():
        problem = "everybody's percents add up to 1, and not to 100: they are fractions."
        names = list(question.words)
        hint = f"Multiply {', '.join(names)} by 100."
        raise DataError(problem, within=where, column=names[0], hint=hint)


def _numbers(records: pd.DataFrame, name: str) -> FloatArray:
    column = pd.to_numeric(records[name]).astype("Float64")
    return np.asarray(column.to_numpy(float, na_value=np.nan), dtype=float)


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _refuse(records: pd.DataFrame, column: str, odd: BoolArray, where: str, problem: str) -> None:
    if odd.any():
        units = records.loc[odd, "id"].astype("str").tolist()
        raise DataError(problem, within=where, column=column, units=units)
