"""Questions with several answers in one cell (KoBo's select_multiple), as a column an answer."""

from itertools import chain

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.schema.edit import SelectMultiple
from ruralimpact.survey.edit import EditJob
from ruralimpact.survey.values import normalised


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
        The file has such a column already.
    """
    table, split = job.table, {}
    for name in job.rule.columns:
        column = job.column(name)
        answers = column.map(lambda text: answers_of(text, job.rule.separator))
        given = answers.map(bool)
        for answer in sorted(set(chain.from_iterable(answers))):
            new = f"{column.name}/{answer}"
            if new in table.columns:
                problem = "the file has this column already; the question need not be split."
                raise DataError(problem, file=job.file, column=new)
            chosen = answers.map(lambda cell, answer=answer: str(int(answer in cell)))
            table = table.assign(**{new: chosen.where(given, "")})
        split[str(column.name)] = table.index[given].tolist()
    return table, split


def answers_of(text: str, separator: str) -> frozenset[str]:
    """Return the answers in a cell."""
    return frozenset(filter(None, map(normalised, text.split(separator))))
