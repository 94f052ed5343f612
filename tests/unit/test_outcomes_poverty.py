"""Foster-Greer-Thorbecke by hand: incomes 50, 75, 100, 130 against a line of 100."""

import numpy as np
import pytest

from ruralimpact.outcomes.poverty import below, foster_greer_thorbecke

INCOMES = np.array([50.0, 75.0, 100.0, 130.0])


@pytest.mark.parametrize(
    ("order", "values", "index"),
    [
        (0, [1, 1, 0, 0], 0.5),
        (1, [0.5, 0.25, 0, 0], 0.1875),
        (2, [0.25, 0.0625, 0, 0], 0.078125),
    ],
)
def test_hand_example(order, values, index):
    result = foster_greer_thorbecke(INCOMES, 100.0, order)
    assert result.tolist() == values
    assert result.mean() == index


def test_lines_that_differ_between_households():
    assert foster_greer_thorbecke([50.0, 50.0], [100.0, 40.0], 1).tolist() == [0.5, 0.0]


def test_negative_income_is_the_whole_gap_and_missing_is_missing():
    assert foster_greer_thorbecke([-20.0], 100.0, 2).tolist() == [1.0]
    assert np.isnan(foster_greer_thorbecke([np.nan, 5.0], [100.0, np.nan], 0)).all()


def test_the_line_itself_is_not_poor():
    assert below(INCOMES, 75.0).tolist() == [1, 0, 0, 0]
