"""Codes for "missing" that nobody declared, and numbers that only look so."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from study_models import codebook_of
from survey_files import csv_file, source

from ruralimpact.checks.source import examine_source
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.missing_codes import reads_like_missing, suspected_codes

AGES = [20 + i * 7 % 50 for i in range(160)]
DECIMALS = [0.5 + i * 13 % 97 / 10 for i in range(160)]


def suspected(values: Sequence[float]) -> dict[str, int]:
    counts = Counter(f"{value:.12g}" for value in values)
    return suspected_codes(counts, {text: float(text) for text in counts}).counts


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([1000 * (5 + i % 60) for i in range(180)], [99999] * 6),
        (AGES, [98] * 5),
        (AGES, [88] * 4 + [99] * 3),
        ([10 * (60 + i * 31 % 880) for i in range(160)], [9999] * 11),
        ([i % 30 for i in range(160)], [99] * 10),
        ([i % 5 for i in range(160)], [9] * 10),
        ([100 + 31 * i for i in range(150)], [-1] * 10),
        ([i % 2 for i in range(150)], [8] * 3),
        (DECIMALS, [99.9] * 10),
        ([5 * (i % 90) for i in range(160)], [98] * 3),
    ],
)
def test_repeated_codes_that_stand_apart_are_suspected(
    values: Sequence[float], codes: Sequence[float]
) -> None:
    assert suspected([*values, *codes]) == {
        f"{code:g}": count for code, count in Counter(codes).items()
    }


@pytest.mark.parametrize(
    "values",
    [
        [*AGES, 88],
        [*AGES, 71, 74, 77, 80, 85, 88, 88, 92, 99],
        [i % 10 for i in range(160)],
        [i % 101 for i in range(300)],
        [i - 80 for i in range(160)],
        [*range(-9, 60)],
        [10 * i for i in range(5, 100)] + [999],
        [1, 2, 3, 1, 2, 9, 9, 9],
        np.random.default_rng(3).poisson(3, 400).tolist(),
        np.random.default_rng(4).geometric(0.2, 400).tolist(),
        np.round(np.exp(np.random.default_rng(5).normal(8, 1.2, 400))).tolist(),
    ],
)
def test_numbers_among_others_are_not(values: Sequence[float]) -> None:
    assert suspected(values) == {}


@pytest.mark.parametrize("word", ["N.R.", "n/s", "Sem resposta", "NSP", "S/D", "sin respuesta"])
def test_words_for_no_answer_are_known(word: str) -> None:
    assert reads_like_missing(word)


def test_check_tells_the_rows_and_a_declared_code_is_no_more_told(tmp_path: Path) -> None:
    ages = [98 if i % 40 == 0 else age for i, age in enumerate(AGES)]
    path = csv_file(tmp_path, "id,age", *(f"{i},{age}" for i, age in enumerate(ages)))
    row = {"variable": "age", "raw_name": "age", "type": "integer", "role": "outcome"}
    for codes, told in (("", 1), ("98", 0)):
        entries = parse_codebook(codebook_of({**row, "missing_codes": codes}), ["s"])
        remarks = examine_source(source(path), entries, {}).remarks
        noted = [own.told for own in remarks if "looks like a code" in str(own)]
        assert len(noted) == told
        assert not told or noted[0].rows == [2, 42, 82, 122]
