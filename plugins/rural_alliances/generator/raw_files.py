"""Raw files as evaluators get them: Stata with value labels, Latin-1 text, a spreadsheet."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from rural_alliances.generator import questionnaire
from rural_alliances.generator.calibration import Calibration
from rural_alliances.generator.dirt import soil_households, soil_products
from rural_alliances.generator.draw import Draw
from rural_alliances.parameter import stream

TITLE = "Synthetic stand-in: no record is of a real person"
_CLOCK = datetime(2014, 10, 31, tzinfo=UTC).replace(tzinfo=None)


def raw_tables(draw: Draw, parameters: Calibration, seed: int) -> dict[str, pd.DataFrame]:
    """Return the contents of the raw files, mistakes included.

    Parameters
    ----------
    draw : Draw
    parameters : Calibration
    seed : int

    Returns
    -------
    dict of str to DataFrame
        By file name. Rows in the order in which interviews came in: at random.
    """
    rng, dirt = stream(seed, "dirt"), parameters.dirt
    households = questionnaire.household_rows(draw.producers)
    households = _shuffled(soil_households(households, dirt, rng), rng)
    rate = parameters.macro.bolivianos_a_dollar
    products = soil_products(questionnaire.product_rows(draw.products), dirt, rate, rng)
    treated = households["beneficiario"] == questionnaire.YES_NO[1]
    return {
        "beneficiaries_2014.dta": questionnaire.coded(households[treated]),
        "controls_2014.csv": households[~treated],
        "products_2014.xlsx": products,
        "followup_2018.csv": questionnaire.followup_rows(draw.followup),
    }


def file_bytes(name: str, table: pd.DataFrame) -> bytes:
    """Return a raw table as the bytes of its file, the same at every call.

    Parameters
    ----------
    name : str
        File name, whose ending tells the format.
    table : DataFrame
    """
    if name.endswith(".dta"):
        return _stata(table)
    return _latin1(table) if name.endswith(".csv") else _spreadsheet(table)


def _shuffled(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return rows.iloc[rng.permutation(len(rows))].reset_index(drop=True)


def _stata(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    labels: Any = questionnaire.VALUE_LABELS
    table.reset_index(drop=True).to_stata(
        buffer,
        write_index=False,
        version=118,
        time_stamp=_CLOCK,
        data_label=TITLE,
        value_labels=labels,
    )
    return buffer.getvalue()


def _latin1(table: pd.DataFrame) -> bytes:
    text = pd.DataFrame({name: column.map(_spanish) for name, column in table.items()})
    written: str = text.to_csv(sep=";", index=False, lineterminator="\r\n")
    return written.encode("latin-1")


def _spanish(value: Any) -> str:
    """Write a value as a Spanish spreadsheet exports it: decimal comma, no needless decimals."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", ",")
    return str(value)


def _spreadsheet(table: pd.DataFrame) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = TITLE
    book.properties.created = book.properties.modified = _CLOCK
    sheet = book.create_sheet("productos")
    sheet.append(list(table.columns))
    for row in table.astype(object).where(table.notna(), None).itertuples(index=False):
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_clock(buffer.getvalue())


def _without_clock(archive: bytes) -> bytes:
    """Pack a zip archive anew with all times alike, and without the time at which it was saved."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as packed,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as anew,
    ):
        for name in packed.namelist():
            content = packed.read(name)
            if name == "docProps/core.xml":
                content = _modified(content)
            anew.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _modified(core: bytes) -> bytes:
    """Put the fixed time where openpyxl writes the time of saving."""
    head, _, rest = core.partition(b"<dcterms:modified")
    if not rest:
        return core
    start, _, tail = rest.partition(b">")
    _, _, end = tail.partition(b"<")
    stamp = f"{_CLOCK:%Y-%m-%dT%H:%M:%SZ}".encode()
    return head + b"<dcterms:modified" + start + b">" + stamp + b"<" + end
