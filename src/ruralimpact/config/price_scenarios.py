"""Price scenarios read from a table, in the place of scenarios that are written out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ruralimpact.errors import ConfigError, DataError, RuralImpactError
from ruralimpact.schema.rate_of_return import PriceTable, RateOfReturn, Scenario
from ruralimpact.schema.source import Reading
from ruralimpact.schema.study import PartOfStudyFile
from ruralimpact.schema.validation import validated
from ruralimpact.suggestions import nearest
from ruralimpact.survey.readers import read_file

SCENARIO, PRICE = "scenario", "relative_price"
_HIGHEST = 10.0


def with_price_scenarios(study: PartOfStudyFile, folder: Path, shown: Path) -> PartOfStudyFile:
    """Return a study whose rates of return have the scenarios of their price tables.

    Parameters
    ----------
    study : PartOfStudyFile
    folder : path
        The study's folder, in which the tables lie.
    shown : path
        Its name in messages.

    Returns
    -------
    PartOfStudyFile

    Raises
    ------
    ConfigError
        A table is missing or cannot be read, lacks a column, or has rows that cannot be used.
    """
    analyses = tuple(
        _with_scenarios(analysis, analysis.prices, folder, shown)
        if isinstance(analysis, RateOfReturn) and analysis.prices is not None
        else analysis
        for analysis in study.analyses
    )
    return study.model_copy(update={"analyses": analyses})


def _with_scenarios(
    analysis: RateOfReturn, table: PriceTable, folder: Path, shown: Path
) -> RateOfReturn:
    scenarios = (*analysis.scenarios, *read_price_scenarios(table, folder, shown))
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        problem = f"a scenario that `scenarios` has as well, or two that differ by signs only: {twice[0]}."
        raise ConfigError(problem, file=shown / table.file)
    return analysis.model_copy(update={"scenarios": scenarios})


def read_price_scenarios(table: PriceTable, folder: Path, shown: Path) -> tuple[Scenario, ...]:
    """Read the scenarios of a price table, in the order of their first rows.

    Parameters
    ----------
    table : PriceTable
    folder, shown : path
        See `with_price_scenarios`.

    Returns
    -------
    tuple of Scenario
        Values of the variable that a scenario has no row for keep their price.

    Raises
    ------
    ConfigError
    """
    try:
        cells = read_file(folder / table.file, Reading(), key="prices").cells
    except RuralImpactError as error:
        problem = getattr(error, "problem", str(error))
        raise ConfigError(problem, file=shown / table.file) from None
    try:
        return tuple(_scenarios(table, cells))
    except DataError as error:
        where = DataError(error.problem, column=error.column, rows=error.rows)
        raise ConfigError(str(where), file=shown / table.file) from None


def _scenarios(table: PriceTable, cells: pd.DataFrame) -> Iterator[Scenario]:
    for column in (SCENARIO, table.by, PRICE):
        if column not in cells:
            raise DataError(f"no such column. {nearest(column, cells.columns)}", column=column)
        blank = cells.index[cells[column].str.strip() == ""].tolist()
        if blank:
            raise DataError("is empty.", column=column, rows=blank)
    cells = cells[[SCENARIO, table.by, PRICE]].apply(lambda column: column.str.strip())
    again = cells.index[cells.duplicated([SCENARIO, table.by])].tolist()
    if again:
        raise DataError("the scenario has another price of it.", column=table.by, rows=again)
    prices = pd.to_numeric(cells[PRICE], errors="coerce")
    wrong = cells.index[~prices.between(0, _HIGHEST)].tolist()
    if wrong:
        problem = (
            "is no price over that of the record, such as 0.7 for one that is 30 percent lower."
        )
        raise DataError(problem, column=PRICE, rows=wrong)
    for label, own in cells.assign(price=prices).groupby(SCENARIO, sort=False):
        factors = dict(zip(own[table.by], own["price"], strict=True))
        written = {
            "name": re.sub(r"[^a-z0-9]+", "_", str(label).lower()).strip("_"),
            "label": str(label),
            "lines": list(table.lines),
            "by": table.by,
            "factors": factors,
        }
        try:
            yield validated(Scenario, written)
        except ConfigError as error:
            raise DataError(error.problem, column=SCENARIO, rows=own.index.tolist()) from None
