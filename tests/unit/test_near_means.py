"""Means of nearly the same units: whatever strategies drop, no subtraction tells the mean of a few units."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from printed_subtractions import told_by_subtraction
from test_complements import rows

from ruralimpact.contracts.near_means import MEANS, MeansElsewhere, near
from ruralimpact.exhibits.load import suppressed_tables

STRATEGIES = ("difference", "nn1", "nn5", "kernel", "nn1_pairs")
LEVELS = ("north", "south", "west")


def drawn_tables(generator: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Tables of two analyses of which strategies drop up to 30 of 200 treated units, of three levels."""
    effects, levels, summary = [], [], []
    for analysis in ("main", "other"):
        treated = int(200 - generator.integers(0, 12))
        control = int(300 - generator.integers(0, 12))
        for strategy in STRATEGIES:
            own = treated - int(generator.integers(0, 30) * generator.integers(0, 2))
            plain = strategy in ("difference", "nn1_pairs")
            others = control if strategy == "difference" else int(generator.integers(90, 300))
            effect = drawn_effect(
                generator, f"{analysis}/{strategy}/income", own, others, plain=plain
            )
            effects.append(effect)
            parts = generator.multinomial(own - 60, [0.5, 0.3, 0.2]) + 20
            for position, level in enumerate(LEVELS):
                size = int(parts[position] - generator.integers(0, 2))
                of_level = drawn_effect(generator, effect["spec_id"], size, 60, plain=plain)
                named = {"kind": "level", "subgroup": "region", "level": level, "against": ""}
                levels.append({**of_level, **named})
        for arm, size in (("treated", treated), ("control", control)):
            named = {"analysis": analysis, "variable": "income", "arm": arm, "kind": "outcome"}
            mean = float(generator.normal(10, 1))
            summary.append(
                {**named, "n_units": size, "n_clusters": 30, "mean": mean, "std_dev": 2.0}
            )
    return {
        "estimates": rows("estimates", effects),
        "subgroups": rows("subgroups", levels),
        "summary_statistics": rows("summary_statistics", summary),
    }


def drawn_effect(
    generator: np.random.Generator, spec_id: str, treated: int, control: int, *, plain: bool
) -> dict[str, object]:
    analysis, strategy, outcome = spec_id.split("/")
    mean, base = generator.normal([12.0, 10.0])
    percent = 100 * (mean - base) / base
    return {
        "spec_id": spec_id,
        "analysis": analysis,
        "strategy": strategy,
        "outcome": outcome,
        "method": "matching",
        "n_treated": treated,
        "n_control": control,
        "n_clusters": 30,
        "ess": float(control if plain else control / 2),
        "estimate": mean - base,
        "treated_mean": mean,
        "control_mean": base,
        "counterfactual_mean": base,
        "percent": percent,
        "percent_control": percent,
    }


def printed(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, str]]]:
    """The records of tables as CSV files hold them; summary statistics with the arms side by side."""
    wide = []
    for (analysis, variable), own in tables["summary_statistics"].groupby(["analysis", "variable"]):
        row = {"analysis": analysis, "variable": variable}
        for arm, size, mean in own[["arm", "n_units", "mean"]].to_numpy():
            row |= {f"n_{arm}": size, f"mean_{arm}": mean}
        wide.append(row)
    whole = tables["estimates"].drop(columns=["p_value"]).to_dict("records")
    frames = {"impact": whole, "by_region": tables["subgroups"].to_dict("records"), "summary": wide}
    return {
        name: [
            {key: "" if pd.isna(value) else str(value) for key, value in row.items()} for row in own
        ]
        for name, own in frames.items()
    }


@pytest.mark.parametrize(
    "seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 40))]
)
def test_no_subtraction_between_tables_tells_the_mean_of_a_few_units(seed: int) -> None:
    tables = drawn_tables(np.random.default_rng(seed))
    assert told_by_subtraction(printed(tables)), "nothing would be told, so nothing is tried"
    shown = suppressed_tables(tables)
    assert told_by_subtraction(printed(shown)) == []
    kept = shown["estimates"]
    assert kept["treated_mean"].notna().any()
    same = kept["estimate"].notna()
    assert (kept["estimate"] == tables["estimates"]["estimate"])[same].all()
    assert same[~kept["means_suppressed"]].all(), "an effect is hidden for its means alone"


def of_two(**second: object) -> dict[str, pd.DataFrame]:
    """An effect on 185 treated units and 260 controls with equal weights, and another one."""
    generator = np.random.default_rng(1)
    first = drawn_effect(generator, "main/difference/income", 185, 260, plain=True)
    other = drawn_effect(generator, "main/nn1/income", 184, 90, plain=False)
    return suppressed_tables({"estimates": rows("estimates", [first, {**other, **second}])})


def test_of_two_means_that_differ_by_a_unit_that_of_more_units_is_shown() -> None:
    frame = of_two()["estimates"]
    assert frame["treated_mean"].notna().tolist() == [True, False]
    assert frame.loc[1, [name for name in MEANS if name in frame]].isna().all()
    assert frame["estimate"].notna().all() and frame["std_error"].notna().all()
    assert frame["suppressed"].tolist() == [False, False]


@pytest.mark.parametrize(("units", "shown"), [(185, True), (176, False), (175, True)])
def test_equally_many_units_or_ten_fewer_tell_nothing(units: int, shown: bool) -> None:
    assert of_two(n_treated=units)["estimates"]["treated_mean"].notna()[1] == shown


def test_an_effect_that_gives_the_hidden_mean_back_is_hidden_too() -> None:
    """The controls are those of the other row, whose mean is printed: with the effect it would tell."""
    frame = of_two(n_control=260, ess=260.0)["estimates"]
    assert frame["suppressed"].tolist() == [False, True]
    assert frame["estimate"].isna().tolist() == [False, True]


def test_a_change_of_the_treated_alone_is_a_mean_itself() -> None:
    frame = of_two(method="before_after", n_control=0, ess=0.0)["estimates"]
    assert frame["estimate"].isna().tolist() == [False, True]


def test_e_values_are_hidden_with_the_means_whose_ratio_they_tell() -> None:
    generator = np.random.default_rng(1)
    effects = [
        drawn_effect(generator, f"main/{strategy}/income", units, 90, plain=False)
        for strategy, units in (("nn1", 185), ("nn5", 184))
    ]
    own = [{"spec_id": effect["spec_id"], "e_value": 2.0, "risk_ratio": 1.3} for effect in effects]
    tables = {"estimates": rows("estimates", effects), "sensitivity": rows("sensitivity", own)}
    frame = suppressed_tables(tables)["sensitivity"]
    assert (
        frame["e_value"].notna().tolist() == frame["risk_ratio"].notna().tolist() == [True, False]
    )
    assert frame["robustness_value"].notna().all()


def test_what_one_table_withholds_no_other_shows() -> None:
    elsewhere = MeansElsewhere(shown={("income",): {200.0}}, withheld={("income",): {120.0}})
    sizes = [200.0, 195.0, 150.0, 145.0, 120.0, float("nan")]
    hidden = near([("income",)] * len(sizes), sizes, elsewhere)
    assert hidden == [False, True, False, True, True, False]
    assert near([("land",)] * 2, [120.0, 195.0], elsewhere) == [False, False]


def test_balance_after_a_match_that_drops_a_few_shows_no_means() -> None:
    sizes = {"analysis": "main", "n_treated": 100, "n_control": 200, "n_control_matched": 90}
    designs = [
        {**sizes, "strategy": "nn1", "n_treated_matched": 97, "n_dropped": 3},
        {**sizes, "strategy": "nn5", "n_treated_matched": 60, "n_dropped": 40},
    ]
    own = [
        {
            "analysis": "main",
            "strategy": strategy,
            "stage": stage,
            "covariate": "age",
            "binary": False,
        }
        for strategy, stage in (("", "before"), ("nn1", "after"), ("nn5", "after"))
    ]
    tables = {"designs": rows("designs", designs), "balance": rows("balance", own)}
    frame = suppressed_tables(tables)["balance"]
    assert frame["treated_mean"].notna().tolist() == [True, False, True]
    assert frame["control_mean"].notna().tolist() == [True, False, True]
    assert frame["smd"].notna().all()
