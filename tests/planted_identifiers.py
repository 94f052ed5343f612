"""Identifiers planted in raw files of every format: names, phones, documents, coordinates, free text."""

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat

N = 24
NAMES = [f"Juana Quispe{'abcdefghijklmnopqrstuvwxyz'[i]} Mamani" for i in range(N)]
PHONES = [f"+591 7{i:02}45 8{i:02}1" for i in range(N)]
DOCUMENTS = [f"88{i:02}417{i:02}LP" for i in range(N)]
POINTS = [f"-16.{4990 + i}21 -68.{1193 + i}47" for i in range(N)]
REMARKS = [f"The wife of the mayor of Viacha answered in house {i:02} of her own" for i in range(N)]
PLANTED = [*NAMES, *PHONES, *DOCUMENTS, *POINTS, *REMARKS, "Quispe", "Mamani", "Viacha"]
CELLS = pd.DataFrame(
    {
        "folio": DOCUMENTS,
        "who": NAMES,
        "tel": PHONES,
        "place": POINTS,
        "remark": REMARKS,
        "income": [str(100 + i) for i in range(N)],
        "arm": [str(i % 2) for i in range(N)],
    }
)
LABELS = {"arm": "Treated", "who": "Name of Juana Quispea Mamani", "place": "near Viacha"}


def write(path: Path, cells: pd.DataFrame = CELLS) -> Path:
    """Write a raw file, with names among the labels and sheets that its format has."""
    coded = cells.assign(kin=np.arange(len(cells)) % 5)
    if "income" in coded:
        coded["income"] = pd.to_numeric(cells["income"], errors="coerce")
    values = {"kin": dict(enumerate(NAMES[:5]))}
    match path.suffix:
        case ".csv":
            cells.to_csv(path, index=False)
        case ".parquet":
            cells.to_parquet(path, index=False)
        case ".dta":
            pyreadstat.write_dta(coded, path, column_labels=LABELS, variable_value_labels=values)
        case ".sav":
            pyreadstat.write_sav(coded, path, column_labels=LABELS, variable_value_labels=values)
        case ".xlsx":
            book = openpyxl.Workbook()
            sheet = book.active
            assert sheet is not None
            sheet.title = NAMES[0]
            for row in [list(cells.columns), *cells.to_numpy().tolist()]:
                sheet.append(row)
            other = book.create_sheet(NAMES[1])
            other.sheet_state = "hidden"
            other.append([NAMES[2]])
            book.save(path)
    return path
