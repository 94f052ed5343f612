"""Files that are called by what tells who somebody is are refused, since results and messages name files."""

from pathlib import Path

import pytest
from one_file_surveys import X
from planted_identifiers import CELLS, DOCUMENTS, NAMES, write
from study_models import codebook_of, source_of

from ruralimpact.errors import DataError
from ruralimpact.privacy.file_names import names_somebody
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source


@pytest.mark.parametrize(
    ("stem", "cell", "held"),
    [
        ("encuesta Juan Mamani 2024", "Juan Mamani", True),
        ("encuesta_juan-mamani", "Juan Condori Mamani", True),
        ("base 8800417LP", "8800417LP", True),
        ("base_76543210_v2", "76543210", True),
        ("linea base juan", "Juan Mamani", False),
        ("linea_base_2024", "2024", False),
        (
            "encuesta final de hogares",
            "la encuesta final no fue contestada por nadie de la casa",
            False,
        ),
        ("ventas de la finca", "de la", False),
    ],
)
def test_what_a_name_of_a_file_tells(stem: str, cell: str, held: bool) -> None:
    assert names_somebody(stem, ["", cell]) is held


def ingest(path: Path, *, marked: str, **options: object) -> None:
    source = source_of(path=str(path), id="folio", **options)
    entries = parse_codebook(codebook_of({**X, "raw_name": "income"}), ["s"])
    harmonise(read_source(source), source, entries, file=path, marked=[marked], key=b"k" * 32)


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".dta", ".sav", ".xlsx"])
def test_a_file_called_by_a_marked_column_is_refused_in_every_format(
    ending: str, tmp_path: Path
) -> None:
    path = write(tmp_path / f"visita {NAMES[3]}{ending}", CELLS)
    with pytest.raises(DataError, match="called by what the column 'who' holds") as refused:
        ingest(path, marked="who")
    assert "Rename" in str(refused.value)


def test_identifiers_of_units_are_no_names_of_files_unless_they_are_public(tmp_path: Path) -> None:
    path = write(tmp_path / f"visita_{DOCUMENTS[5]}.csv", CELLS)
    with pytest.raises(DataError, match="called by what the column 'folio' holds"):
        ingest(path, marked="who")
    ingest(path, marked="tel", public_ids=True)
