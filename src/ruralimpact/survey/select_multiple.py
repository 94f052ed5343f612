"""Questions with several answers in one cell (KoBo's select_multiple), as a column an answer."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import chain

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.schema.edit import SelectMultiple
from ruralimpact.survey.edit import EditJob
from ruralimpact.survey.similar import written_in_two_ways
from ruralimpact.survey.values import code_of, normalised

_OTHER_SEPARATORS = ",;|"


def select_multiple(job: EditJob[SelectMultiple]) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """Add a column ``<column>/<answer>`` of 1 and 0 for each answer that occurs; blank where none is given.

    An answer that means "missing" by any variable of the question makes all of them missing in its row.

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
        codes = _missing_codes(job, str(column.name))
        answers = column.map(partial(_answers, separator=job.rule.separator, codes=codes))
        known = sorted(set(chain.from_iterable(answers)))
        for problem, hint, unclear in _unclear([own for own in known if not _is_in(own, codes)]):
            rows = table.index[answers.map(lambda cell, unclear=unclear: bool(cell & unclear))]
            raise DataError(problem, file=job.file, column=name, rows=rows.tolist(), hint=hint)
        for answer in known:
            new = f"{column.name}/{answer}"
            if new in table.columns:
                problem = "the file has this column already; the question need not be split."
                raise DataError(problem, file=job.file, column=new)
            own = job.missing_codes.get(new, ())
            cells = answers.map(partial(_cell, answer=answer, codes=codes, own=own))
            table = table.assign(**{new: cells})
        split[str(column.name)] = table.index[answers.map(bool)].tolist()
    return table, split


def _answers(text: str, separator: str, codes: Collection[str]) -> frozenset[str]:
    """Return the answers in a cell, of which a code of several words is one."""
    whole = normalised(text)
    return frozenset({whole}) if _is_in(whole, codes) else answers_of(text, separator)


def _cell(given: frozenset[str], answer: str, codes: Collection[str], own: Collection[str]) -> str:
    """Return 1 or 0 for an answer; where a code means that all are missing, it or a blank.

    Of the variables of a question those that declare the code tell that it stood there.
    """
    code = min((text for text in given if _is_in(text, codes)), default=None)
    if code is not None and code != answer:
        return code if _is_in(code, own) else ""
    return str(int(answer in given)) if given else ""


def _is_in(answer: str, codes: Collection[str]) -> bool:
    return answer in codes or code_of(answer) in codes


def _missing_codes(job: EditJob[SelectMultiple], column: str) -> frozenset[str]:
    """Return what means "missing" by a variable of a question or of one of its answers."""
    return frozenset(
        code
        for name, codes in job.missing_codes.items()
        if name == column or name.startswith(f"{column}/")
        for code in codes
    )


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
            "answers differ only in case, spaces, accents, punctuation, leading zeros, '.0' or encoding: "
            f"{listed}."
        )
        yield problem, "Write them in one way by a table of `recodes` before.", set(names)


def answers_of(text: str, separator: str) -> frozenset[str]:
    """Return the answers in a cell."""
    return frozenset(filter(None, map(normalised, text.split(separator))))
