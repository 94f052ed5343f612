"""Small cells that could be had back by subtraction: every difference that printed tables allow is tried."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from test_contracts import one_row

from ruralimpact.contracts import REGISTRY
from ruralimpact.contracts.complements import (
    FEWEST_GROUPS,
    FEWEST_UNITS,
    CellSize,
    category_complements,
    with_complements,
)
from ruralimpact.exhibits.load import suppressed_tables

SPEC = "main/nn1/income"
DRAWS = 400


def rows(table: str, records: list[dict[str, object]]) -> pd.DataFrame:
    """Rows of a result table with the values given, and else those of a row that is declared."""
    base = one_row(REGISTRY[table]).iloc[0].to_dict()
    return pd.DataFrame([{**base, **record} for record in records])


@pytest.mark.parametrize("seed", range(DRAWS // 100))
def test_no_subset_of_what_is_shown_leaves_a_small_rest(seed: int) -> None:
    """The total less all that is shown is nothing, or as large as a cell must be; large cells alone stay."""
    generator = np.random.default_rng(seed)
    for _ in range(100):
        sizes = generator.integers(0, 30, size=(generator.integers(2, 7), 2))
        groups = generator.integers(1, 8, size=len(sizes))
        cells = [
            CellSize((float(a), float(b)), float(g))
            for (a, b), g in zip(sizes, groups, strict=True)
        ]
        small = [
            0 < min(own) < FEWEST_UNITS or g < FEWEST_GROUPS
            for own, g in zip(sizes, groups, strict=True)
        ]
        hidden = np.array(with_complements(cells, small))
        assert not (np.array(small) & ~hidden).any()
        rest = sizes[hidden].sum(axis=0)
        if not hidden.all():
            assert not rest.any() or rest.min() >= FEWEST_UNITS
        if not any(small):
            assert not hidden.any()


def test_a_cell_of_seven_takes_the_next_smallest_with_it() -> None:
    cells = [CellSize((float(size),)) for size in (40, 7, 12, 30)]
    assert with_complements(cells, [False, True, False, False]) == [False, True, True, False]
    two_small = [CellSize((float(size),)) for size in (40, 7, 5, 30)]
    assert with_complements(two_small, [False, True, True, False]) == [False, True, True, False]


def test_two_groups_are_as_few_as_nine_units() -> None:
    cells = [CellSize((40.0,), 2), CellSize((50.0,), 9), CellSize((60.0,), 9)]
    assert with_complements(cells, [True, False, False]) == [True, True, False]


def test_a_category_that_is_not_printed_counts_as_one() -> None:
    """Of 100 and 100 units four are in the base category: 100 less the others would say so."""
    assert category_complements([[60, 60], [36, 36]], [100, 100]) == [False, True]
    assert category_complements([[60, 60], [30, 30]], [100, 100]) == [False, False]
    assert category_complements([[95, 50]], [100, 100]) == [True]
    assert category_complements([[100, 0]], [100, 100]) == [False]


def levels(treated: list[int], control: list[int]) -> dict[str, pd.DataFrame]:
    """Levels of one subgroup with means 100, 200, ... and everyone, whose mean is theirs."""
    means = 100.0 * (1 + np.arange(len(treated)))
    own = [
        {
            "spec_id": SPEC,
            "subgroup": "sex",
            "kind": "level",
            "level": f"level {i}",
            "against": "",
            "estimate": 10.0,
            "treated_mean": means[i],
            "reason": "",
            "n_treated": treated[i],
            "n_control": control[i],
            "n_clusters": 8,
        }
        for i in range(len(treated))
    ]
    whole = {
        "spec_id": SPEC,
        "method": "matching",
        "n_treated": sum(treated),
        "n_control": sum(control),
        "n_clusters": 20,
        "treated_mean": float(np.average(means, weights=treated)),
    }
    return suppressed_tables(
        {"subgroups": rows("subgroups", own), "estimates": rows("estimates", [whole])}
    )


@pytest.mark.parametrize(
    "treated", [[7, 60], [7, 12, 60], [60, 7, 2, 12, 30], [9, 9, 60], [1, 10, 10, 10]]
)
def test_no_level_comes_back_from_everyone(treated: list[int]) -> None:
    """Everyone's sum less that of any set of levels shown is never the sum of fewer than ten units.

    Sizes are shown of none: with the shares of levels among covariates one would tell another.
    """
    shown = levels(treated, [40] * len(treated))
    frame, whole = shown["subgroups"], shown["estimates"].iloc[0]
    sizes = np.asarray(treated)[frame["treated_mean"].notna()]
    assert (sizes >= FEWEST_UNITS).all()
    assert frame[["n_treated", "n_control"]].isna().all(axis=None)
    for size in range(len(sizes) + 1):
        for some in combinations(sizes, size):
            left = whole["n_treated"] - sum(some)
            assert left == 0 or left >= FEWEST_UNITS
    assert frame.loc[frame["suppressed"], "n_clusters"].isna().all()


def test_a_level_without_an_estimate_counts_by_what_is_left_of_everyone() -> None:
    """Seven units are in a level that bears no estimate: it has no row of numbers, and still is one cell."""
    means = {"treated_mean": 5.0, "estimate": 1.0, "reason": "", "n_control": 40, "n_clusters": 9}
    own = [
        {**means, "level": "a", "n_treated": 60},
        {**means, "level": "b", "n_treated": 20},
        {
            "level": "c",
            "n_treated": 0,
            "n_control": 0,
            "n_clusters": 0,
            "estimate": np.nan,
            "reason": "few",
        },
    ]
    same = {"spec_id": SPEC, "subgroup": "sex", "kind": "level", "against": ""}
    whole = {
        "spec_id": SPEC,
        "method": "matching",
        "n_treated": 87,
        "n_control": 99,
        "n_clusters": 9,
    }
    frame = suppressed_tables(
        {
            "subgroups": rows("subgroups", [{**same, **record} for record in own]),
            "estimates": rows("estimates", [whole]),
        }
    )["subgroups"].set_index("level")
    assert frame["suppressed"].to_dict() == {"a": False, "b": True, "c": False}
    assert frame["treated_mean"].notna().to_dict()["a"]


def test_levels_that_are_large_are_all_shown() -> None:
    assert not levels([10, 60, 11], [10, 40, 40])["subgroups"]["suppressed"].any()


def summary_of(
    n: int, count: int, variable: str, arm: str, analysis: str = "main"
) -> dict[str, object]:
    share = count / n
    return {
        "analysis": analysis,
        "variable": variable,
        "arm": arm,
        "kind": "covariate",
        "n_units": n,
        "n_clusters": 9,
        "mean": share,
        "std_dev": np.sqrt(share * (1 - share) * n / (n - 1)),
        "p5": 0.0,
        "median": 0.0,
        "p95": 1.0,
    }


def test_means_of_two_analyses_that_differ_by_three_units_are_not_both_shown() -> None:
    records = [
        {**summary_of(n, 50, "land", "control", name), "std_dev": 9.0}
        for name, n in (("all", 103), ("without", 100), ("other", 60))
    ]
    frame = suppressed_tables({"summary_statistics": rows("summary_statistics", records)})
    shown = frame["summary_statistics"].set_index("analysis")["mean"].notna()
    assert shown.to_dict() == {"all": True, "without": False, "other": True}


def test_sizes_of_arms_and_what_tells_them() -> None:
    sizes = {"n_treated": 100, "n_control": 50, "n_treated_matched": 7, "n_control_matched": 30}
    frame = suppressed_tables({"designs": rows("designs", [{**sizes, "n_dropped": 93}])})["designs"]
    assert frame[["n_treated_matched", "n_dropped"]].isna().all(axis=None)
    assert frame[["n_treated", "n_control"]].to_numpy().tolist() == [[100, 50]]


@pytest.mark.parametrize(
    ("contaminated", "unknown", "shown"),
    [(3, 0, [0]), (96, 0, [0]), (40, 20, [40, 20]), (12, 85, [85])],
)
def test_controls_that_are_left_cannot_be_told_either(
    contaminated: int, unknown: int, shown: list[int]
) -> None:
    """Of 100 controls: what is left is printed only where it is none, or ten and more."""
    record = {"n_treated": 50, "n_not_yet": 0, "n_controls": 100}
    record |= {"n_contaminated": contaminated, "n_unknown": unknown}
    frame = suppressed_tables({"contamination": rows("contamination", [record])})["contamination"]
    assert frame[["n_contaminated", "n_unknown"]].iloc[0].dropna().tolist() == shown


def test_an_estimate_without_a_region_of_few_is_hidden() -> None:
    whole = {
        "spec_id": SPEC,
        "method": "matching",
        "n_treated": 100,
        "n_control": 99,
        "n_clusters": 9,
    }
    records = [
        {"spec_id": SPEC, "excluded": region, "n_treated": left, "n_control": 80, "estimate": 1.0}
        for region, left in (("a", 93), ("b", 80), ("c", 100))
    ]
    frame = suppressed_tables(
        {"leave_one_out": rows("leave_one_out", records), "estimates": rows("estimates", [whole])}
    )["leave_one_out"]
    assert frame["estimate"].notna().tolist() == [False, True, True]


def test_a_small_cohort_takes_others_with_it_on_every_axis() -> None:
    """Seven units are first treated in 3: averages at one wave, one time and over all hide others too."""
    sizes = {2: 40, 3: 7, 4: 20}
    same = {
        "analysis": "main",
        "outcome": "income",
        "n_control": 60,
        "n_clusters": 9,
        "estimate": 1.0,
    }
    records = [
        {
            **same,
            "kind": "group_time",
            "cohort": g,
            "period": t,
            "event_time": t - g,
            "n_treated": n,
        }
        for g, n in sizes.items()
        for t in (4, 5)
        if t >= g
    ]
    records += [
        {
            **same,
            "kind": "cohort",
            "cohort": g,
            "period": np.nan,
            "event_time": np.nan,
            "n_treated": n,
        }
        for g, n in sizes.items()
    ]
    frame = suppressed_tables({"event_study": rows("event_study", records)})["event_study"]
    shown = frame[frame["estimate"].notna()]
    for axis in ("period", "event_time", "kind"):
        own = frame[frame["kind"] == ("cohort" if axis == "kind" else "group_time")]
        for value, cells in own.groupby(axis):
            left = (
                cells["n_treated"].sum()
                - shown.loc[shown.index.isin(cells.index), "n_treated"].sum()
            )
            assert left == 0 or left >= FEWEST_UNITS or left == cells["n_treated"].sum(), (
                axis,
                value,
            )


def test_a_hidden_comparison_of_two_way_fixed_effects_hides_the_smallest_other_one() -> None:
    """The average less those shown leaves two comparisons, of which one has no small cohort."""
    same = {"analysis": "main", "n_control": 60, "estimate": 1.0}
    sizes = {"income": (40, 7, 50, 45), "sales": (40, 12, 50, 45)}
    records = [
        {**same, "outcome": outcome, "cohort": float(place), "n_treated": size}
        for outcome, own in sizes.items()
        for place, size in enumerate(own)
    ]
    frame = suppressed_tables({"goodman_bacon": rows("goodman_bacon", records)})["goodman_bacon"]
    assert frame["estimate"].notna().tolist() == [False, False, True, True, *[True] * 4]
    assert frame["weight"].notna().all()


def test_response_of_an_arm_of_whom_few_were_found_is_hidden() -> None:
    same = {
        "attrition": "followup",
        "measure": "response",
        "n_units": 100,
        "n_clusters": 9,
        "estimate": 0.5,
    }
    records = [{**same, "arm": "treated", "n_found": 7}, {**same, "arm": "control", "n_found": 60}]
    frame = suppressed_tables({"attrition": rows("attrition", records)})["attrition"]
    assert frame["estimate"].notna().tolist() == [False, True]
