"""Ranks of one treated group among placebos, by hand."""

import pytest

from ruralimpact.exhibits.tables.placebo import placebo


@pytest.mark.parametrize(
    ("estimates", "statistics", "rank_size", "rank_t"),
    [
        ([6.0, 21.7, -2.3, 12.4, 0.6], [4.0, 2.6, -2.1, 1.8, 0.5], 3, 1),
        ([-6.0, 5.0, 4.0], [-1.0, 2.0, -3.0], 1, 3),
        ([1.0, -1.0, 0.5], [1.0, 0.9, 0.5], 2, 1),
    ],
)
def test_ranks_are_by_absolute_value_and_ties_count_against(
    estimates: list[float], statistics: list[float], rank_size: int, rank_t: int
) -> None:
    found = placebo(estimates, statistics)
    assert (found.rank_size, found.rank_t) == (rank_size, rank_t)
    assert found.p_size == rank_size / len(estimates)
    assert found.p_t == rank_t / len(estimates)


def test_no_p_value_is_below_one_over_the_groups() -> None:
    found = placebo([100.0, 1, 2, 3], [50.0, 1, 2, 3])
    assert found.p_size == found.p_t == 1 / 4
