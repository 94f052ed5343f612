"""Rows of a sheet that are about no unit: totals, averages, counts, and notes under the table."""

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError
from ruralimpact.survey.raw_column import BETWEEN
from ruralimpact.survey.sum_rows import refuse_sum_rows
from ruralimpact.survey.values import MERGED, each_text, normalised, number_of, plain_words

_TOTAL = re.compile(
    r"(?:(?:sub|gran|grand|sous|grande|suma)[- ]?)?tot(?:al|ales|als|aux|ais)\b.*"
    r"|(?:sumas?|sumatoria|somme|soma|sum|\u03c3|%|porcentajes?|percent(?:age)?s?|count|conteo"
    r"|(?:ins)?gesamt|summe|mittelwert|durchschnitt|soma total"
    r"|medias?|means?|mediana|median|average|avg|moyenne|promedios?|maximo|minimo|maximum|minimum"
    r"|desviacion (?:estandar|tipica)|desv\.? est\.?|std\.? dev\.?|standard deviation)[:.]?"
    r"|(?:promedio|average|moyenne|suma|sum) (?:total|general|por|per|par|of|de|del|sample|muestra)\b.*"
    r"|n ?[=:] ?[\d.,' ]+(?:\b.*)?|n\.? ?[o\u00b0]?\.? de (?:casos|observaciones)\b.*"
)
# Of a row that has nothing else.
_NOTE = re.compile(
    r"(?:fuentes?|notas?|sources?|notes?|quelle|fonte|elabora(?:do|cion)|observacion(?:es)?|n\.? ?b\.?)\W.+"
    r"|\(?\*+\)? ?\w.*|\(?\d\)?/ .+"
)
# What the rows at the foot of a table may be called, and a unit elsewhere.
_FOOT = re.compile(
    r"(?:max|min|s\.? ?d|d\.? ?[ept]|p ?\d{1,2}|q ?[1-4]|c\.? ?v|var(?:ianza|iance)?|rango|range|moda|mode"
    r"|obs|n|fuente|nota|source|note|quelle|fonte)[.:]{0,2}"
)
_FOOT_ROWS, _ALIKE_IDS = 10, 0.9
# What every text has that is one: few have it, so that a million rows are looked at in no time.
_STEMS = (
    r"(?i)tot|sum|som|medi|mean|aver|avg|moy|m.{1,2}xim|m.{1,2}nim|desv|std|standard|count|conteo"
    r"|percent|porcent|%"
    r"|\bn ?[=:]|\bn.{0,4}de |fuente|gesamt|summe|mittelw|durchsch|not[ae]|source|quelle|fonte|elabora"
    r"|observaci|n\.? ?b\b|\*|\d\)?/|[^\x00-\x7f]"
)
_FEW_COLUMNS, _FEW_ROWS, _MOST_ROWS = 3, 3, 100_000
_NEAR_BEGINNING, _MOST_TOTALS = 4, 20
_ROUNDING = 1e-4


def refuse_summary_rows(
    cells: pd.DataFrame,
    ids: Sequence[str],
    *,
    file: str | Path,
    passed_over: Collection[str] = (),
    decimal: str = ".",
) -> None:
    """Refuse rows that are a total, an average or a count of others, and notes under the table.

    Parameters
    ----------
    cells : DataFrame of str
        Rows of a source, edited and filtered.
    ids : sequence of str
        Raw columns that identify a unit.
    file : path
        For messages.
    passed_over : collection of str
        Columns whose cells are what they are, whatever they read like.
    decimal : str
        Mark that numbers are written with.

    Raises
    ------
    DataError
        Names the rows, and the filter that keeps them out. A total that is taken for a unit is the largest
        of all.
    """
    distinct, identifying = set(map(normalised, passed_over)), set(map(normalised, ids))
    own = [name for name in map(str, cells.columns) if normalised(name) not in distinct]
    named = [name for name in own if normalised(name) in identifying]
    first = _first_texts(cells, own)
    total = _reads_like(_TOTAL, first)
    for name in named:
        total |= _reads_like(_TOTAL, cells.iloc[:, list(cells).index(name)])
    if own and not distinct & identifying:
        total |= _added_up(cells, own)
    if own and not distinct & identifying:
        ids_of_rows = cells.iloc[:, list(cells).index(named[0])] if named else first
        total |= _at_foot(ids_of_rows, total)
    note = _reads_like(_NOTE, first)
    note[note] = lone_cells(cells[note])
    for what, hit in (("a total, an average or a count", total), ("a note", note)):
        if hit.any():
            raise DataError(
                f"reads like {what}, and is no unit.",
                file=file,
                column=str((named or own)[0]),
                rows=cells.index[hit].tolist(),
                hint=_way_out(cells, total | note),
            )
    if not distinct & identifying:
        refuse_sum_rows(cells, set(own) - set(named), file=file, decimal=decimal)


def refuse_total_values(values: pd.Series, *, variable: str, column: str, file: str | Path) -> None:
    """Refuse rows of a total among the rows of a unit, or of a group: what they hold would count twice.

    Parameters
    ----------
    values : Series of str
        The group, or what tells apart the rows of a unit; indexed by row of the file, missing is NaN.
    variable, column : str
        Its name, and the raw column.
    file : path
        For messages.

    Raises
    ------
    DataError
    """
    hit = _chosen(values.fillna("").astype("str"), _has_total)
    if hit.any():
        raise DataError(
            f"'{values[hit].iloc[0]}' reads like a total of other rows ('{variable}').",
            file=file,
            column=column,
            rows=values.index[hit].tolist(),
            hint="Keep it out by `keep` of the source: `other_than` lists raw values. If it is none, list "
            "the column under `as_written`.",
        )


def _has_total(text: str) -> bool:
    return any(_TOTAL.fullmatch(plain_words(part)) for part in text.split(BETWEEN))


def _at_foot(ids: pd.Series, totals: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which of the last rows are called a maximum, a deviation or the like: beside a row that is found.

    Or where no other identifier is made of letters and digits as theirs is.
    """
    hit = np.zeros(len(ids), dtype=bool)
    for row in range(len(ids) - 1, max(len(ids) - 1 - _FOOT_ROWS, -1), -1):
        named = _FOOT.fullmatch(plain_words(str(ids.iloc[row]))) is not None
        if not (named or totals[row]):
            break
        hit[row] = True
    if hit.any() and not (hit & totals).any():
        hit &= _unlike(ids, hit)
    return hit


def _unlike(ids: pd.Series, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which identifiers are not made as nearly all of the other rows are: ``Min`` among P001 to P096."""
    forms = each_text(ids.astype("str"), _form)
    usual = forms[~rows].value_counts()
    alike = len(usual) and usual.iloc[0] >= _ALIKE_IDS * (~rows).sum()
    return np.asarray(forms != usual.index[0]) if alike else np.zeros(len(ids), dtype=bool)


def _form(text: str) -> str:
    capitals = re.sub(r"\d+", "0", re.sub(r"[A-Z]+", "A", normalised(text)))
    return re.sub(r"[^\W\dA_]+", "a", capitals)


def _added_up(cells: pd.DataFrame, own: Collection[str]) -> NDArray[np.bool_]:
    """Tell which rows are the sum of the others: the last, and those with a word for it near their beginning.

    The word alone may be an answer (a total loss), and a number alone may be the sum by chance.
    """
    hit = np.zeros(len(cells), dtype=bool)
    if not _FEW_ROWS <= len(cells) <= _MOST_ROWS:
        return hit
    word = np.zeros(len(cells), dtype=bool)
    for position, name in enumerate(cells.columns[:_NEAR_BEGINNING]):
        if name in own:
            word |= _reads_like(_TOTAL, cells.iloc[:, position])
    if word.sum() > _MOST_TOTALS:  # an answer of many, and not looked at one by one
        word[:] = False
    for row in {*np.flatnonzero(word), len(cells) - 1}:
        hit[row] = _sums(cells, row, ~word) >= (1 if word[row] else 2)
    return hit


def _sums(cells: pd.DataFrame, row: int, others: NDArray[np.bool_]) -> int:
    """Count the columns in which a row has the sum of the others, and no other has more."""
    others = others & (np.arange(len(cells)) != row)
    count = 0
    for position in range(cells.shape[1]):
        number = number_of(str(cells.iloc[row, position]))
        if number:
            numbers = pd.to_numeric(cells.iloc[others, position], errors="coerce").dropna()
            alike = abs(number - numbers.sum()) <= _ROUNDING * abs(number)
            count += len(numbers) >= _FEW_ROWS and numbers.abs().max() < abs(number) and alike
    return count


def whole_line(cells: Sequence[str], width: int) -> Sequence[str]:
    """Return the cells of a line under a table as many as its columns, where it is a total or a note.

    Parameters
    ----------
    cells : sequence of str
        Of a note its commas may have made several.
    width : int

    Returns
    -------
    sequence of str
        `cells` themselves of every other line, and of one that is as long as the table.
    """
    filled = [cell for cell in cells if cell.strip() and cell != MERGED]
    if len(cells) == width or not filled:
        return cells
    if _NOTE.fullmatch(plain_words(filled[0])) is not None:
        return [", ".join(filled), *[""] * (width - 1)]
    if len(cells) < width and _TOTAL.fullmatch(plain_words(filled[0])) is not None:
        return [*cells, *[""] * (width - len(cells))]
    return cells


def lone_cells(cells: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows of a table of several columns have a single cell that is not blank.

    Parameters
    ----------
    cells : DataFrame of str
    """
    filled = ((cells != "") & (cells != MERGED)).sum(axis=1)
    return np.asarray(filled.eq(1) & (cells.shape[1] > _FEW_COLUMNS), dtype=bool)


def _keep_known(cells: pd.DataFrame, without: NDArray[np.bool_]) -> str | None:
    """Return a column that is blank in some rows and in no other: `keep` has all others by it."""
    blank = ((cells == "") | (cells == MERGED)).to_numpy()
    alike = (blank == without[:, np.newaxis]).all(axis=0)
    names = [str(name) for name, fits in zip(cells.columns, alike, strict=True) if fits]
    return next((name for name in names if names.count(name) == 1 and name), None)


def _first_texts(cells: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Return the first cell of each row that is not blank."""
    first = pd.Series("", index=cells.index, dtype="str")
    for position in [position for position, name in enumerate(cells) if name in columns]:
        blank = ((first == "") | (first == MERGED)).to_numpy()
        if not blank.any():
            break
        first[blank] = cells.iloc[:, position][blank]
    return first


def _reads_like(pattern: re.Pattern[str], texts: pd.Series) -> NDArray[np.bool_]:
    return _chosen(texts, lambda text: pattern.fullmatch(plain_words(text)) is not None)


def _chosen(texts: pd.Series, fits: Callable[[str], bool]) -> NDArray[np.bool_]:
    hit = texts.str.contains(_STEMS, regex=True).to_numpy(dtype=bool, copy=True)
    hit[hit] = each_text(texts[hit], fits).to_numpy(dtype=bool)
    return hit


def _way_out(cells: pd.DataFrame, rows: NDArray[np.bool_]) -> str:
    column = _keep_known(cells, rows)
    if column is None:
        return "Keep it out by `keep` of the source (`other_than` lists values), or take it out of the file."
    return (
        f"Keep it out: `keep: [{{column: {column}, known: true, reason: totals and notes}}]` of the source. "
        "If it is a unit, list the column under `as_written`."
    )
