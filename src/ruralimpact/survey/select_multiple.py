"""Questions with several answers in one cell (KoBo's select_multiple), as a column an answer."""

from collections.abc import Iterator, Sequence
from itertools import chain

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.schema.edit import SelectMultiple
from ruralimpact.survey.edit import EditJob
from ruralimpact.survey.similar import written_in_two_ways
from ruralimpact.survey.values import normalised

_OTHER_SEPARATORS = ",;|"


def select_multiple(job: EditJob[SelectMultiple]) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """Add a column ``<column>/<answer>`` of 1 and 0 for each answer that occurs; blank where none is given.

    Parameters
    ----------
    job : EditJob

    Returns
    -------
    table : DataFrame of str
    split : dict of str to list of int
        Rows with an answer, by column that was split.

    Raises
    ------
    DataError
        The file has such a column already, answers differ only in the way of writing, or one reads like
        several with another separator between them.
    """
    table, split = job.table, {}
    for name in job.rule.columns:
        column = job.column(name)
        answers = column.map(lambda text: answers_of(text, job.rule.separator))
        given = answers.map(bool)
        known = sorted(set(chain.from_iterable(answers)))
        for problem, hint, unclear in _unclear(known):
            rows = table.index[answers.map(lambda cell, unclear=unclear: bool(cell & unclear))]
            raise DataError(problem, file=job.file, column=name, rows=rows.tolist(), hint=hint)
        for answer in known:
            new = f"{column.name}/{answer}"
            if new in table.columns:
                problem = "the file has this column already; the question need not be split."
                raise DataError(problem, file=job.file, column=new)
            chosen = answers.map(lambda cell, answer=answer: str(int(answer in cell)))
            table = table.assign(**{new: chosen.where(given, "")})
        split[str(column.name)] = table.index[given].tolist()
    return table, split


def _unclear(known: Sequence[str]) -> Iterator[tuple[str, str, set[str]]]:
    """Yield what would make columns of wrong answers: the problem, what to do, and the answers."""
    for answer in known:
        for mark in _OTHER_SEPARATORS:
            parts = answers_of(answer, mark)
            if len(parts) > 1 and parts & set(known):
                problem = f"the answer '{answer}' reads like several."
                yield problem, "State the `separator` of the edit.", {answer}
    for names in written_in_two_ways(known):
        listed = " and ".join(f"'{name}'" for name in names)
        problem = (
            "answers differ only in case, spaces, accents, punctuation, leading zeros or '.0': "
            f"{listed}."
        )
        yield problem, "Write them in one way by a table of `recodes` before.", set(names)


def answers_of(text: str, separator: str) -> frozenset[str]:
    """Return the answers in a cell."""
    return frozenset(filter(None, map(normalised, text.split(separator))))
