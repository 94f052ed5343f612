"""Categories that few units are in: shares, log odds, coefficients and fits tell how many."""

import numpy as np
import pandas as pd
import pytest
from test_complements import rows, summary_of

from ruralimpact.contracts.complements import FEWEST_UNITS
from ruralimpact.exhibits.load import suppressed_tables


def test_categories_of_few_units_and_their_complements_are_hidden() -> None:
    """Regions of 2, 50 and 40 of 100: without the second smallest, two would be what is left."""
    counts = {"region[a]": 2, "region[b]": 50, "region[c]": 12}
    records = [
        summary_of(100, count, name, arm)
        for name, count in counts.items()
        for arm in ("treated", "control")
    ]
    frame = suppressed_tables({"summary_statistics": rows("summary_statistics", records)})
    shown = frame["summary_statistics"].set_index(["variable", "arm"])["suppressed"]
    assert shown.xs("treated", level="arm").to_dict() == {
        "region[a]": True,
        "region[b]": False,
        "region[c]": True,
    }


def test_balance_tells_no_count_of_a_rare_category() -> None:
    sizes = {"analysis": "main", "strategy": "nn1", "n_treated": 100, "n_control": 200}
    matched = {"n_treated_matched": 100, "n_control_matched": 90, "n_dropped": 0}
    records = [
        {
            "analysis": "main",
            "strategy": strategy,
            "stage": stage,
            "covariate": name,
            "binary": True,
            "treated_mean": treated,
            "control_mean": control,
        }
        for strategy, stage in (("", "before"), ("nn1", "after"))
        for name, treated, control in (("region[a]", 0.02, 0.3), ("female", 0.4, 0.5))
    ]
    frame = suppressed_tables(
        {"designs": rows("designs", [{**sizes, **matched}]), "balance": rows("balance", records)}
    )["balance"]
    numbers = frame[["treated_mean", "control_mean", "smd", "variance_ratio", "ks"]]
    assert numbers[frame["covariate"] == "region[a]"].isna().all(axis=None)
    assert numbers[frame["covariate"] == "female"].notna().all(axis=None)


def levels_of_score(counts: dict[str, tuple[int, int]]) -> dict[str, pd.DataFrame]:
    """Balance and propensity score of one category, whose first level is left out, and of a number.

    A logit on levels alone has log(a/b) of the level left out as its constant, and as the coefficient of
    another level what its own differs by, with variances 1/a + 1/b.
    """
    treated, control = (sum(arm) for arm in zip(*counts.values(), strict=True))
    odds = {level: np.log(a / b) for level, (a, b) in counts.items()}
    variance = {level: 1 / a + 1 / b for level, (a, b) in counts.items()}
    base, *others = counts
    terms = {"constant": (odds[base], variance[base]), "age": (0.2, 0.01)}
    terms |= {
        f"region[{level}]": (odds[level] - odds[base], variance[level] + variance[base])
        for level in others
    }
    models = [
        {"analysis": "main", "kind": "coefficient", "term": term, "value": value}
        | {"std_error": np.sqrt(spread), "clustered_error": np.sqrt(spread)}
        for term, (value, spread) in terms.items()
    ]
    sizes = {"analysis": "main", "strategy": "nn1", "n_treated": treated, "n_control": control}
    matched = {"n_treated_matched": treated, "n_control_matched": control, "n_dropped": 0}
    shares = {f"region[{level}]": counts[level] for level in others}
    balance = [
        {"analysis": "main", "strategy": "", "stage": "before", "covariate": name, "binary": True}
        | {"treated_mean": a / treated, "control_mean": b / control}
        for name, (a, b) in shares.items()
    ]
    return suppressed_tables(
        {
            "designs": rows("designs", [{**sizes, **matched}]),
            "balance": rows("balance", balance),
            "propensity_models": rows("propensity_models", models),
        }
    )


@pytest.mark.parametrize("seed", range(5))
def test_coefficients_of_a_score_tell_no_count_of_a_level(seed: int) -> None:
    """Whatever level is rare, the one left out, too: log odds and errors shown give no small count."""
    generator = np.random.default_rng(seed)
    for _ in range(10):
        drawn = {
            level: tuple(map(int, generator.integers(2, 60, size=2)))
            for level in ("a", "b", "c", "d")
        }
        models = levels_of_score(drawn)["propensity_models"].set_index("term")
        assert pd.notna(models.loc["age", "value"])
        shown = models[models["value"].notna()]
        if "constant" not in shown.index:
            assert shown.index.tolist() == ["age"]
            errors = models.drop(index="age")[["std_error", "clustered_error", "p_value"]]
            assert errors.isna().all(axis=None)
            continue
        odds, variance = shown["value"].drop("age"), shown["std_error"].drop("age") ** 2
        others = odds.index != "constant"
        odds, variance = odds + others * odds["constant"], variance - others * variance["constant"]
        told = pd.concat([(1 + np.exp(odds)) / variance, (1 + np.exp(-odds)) / variance])
        assert (told > FEWEST_UNITS - 0.5).all(), drawn
    assert (
        levels_of_score(dict.fromkeys("abcd", (30, 40)))["propensity_models"]["value"].notna().all()
    )


def test_the_fit_of_a_score_of_nothing_but_a_hidden_category_is_hidden() -> None:
    """With one category the likelihood of the split is a function of the two counts that are hidden."""
    term = {"analysis": "main", "kind": "coefficient", "std_error": 0.1, "clustered_error": 0.1}
    fit = {"analysis": "main", "kind": "statistic", "term": "pseudo_r2", "value": 0.1}
    sizes = {"analysis": "main", "strategy": "nn1", "n_treated": 100, "n_control": 90}
    share = {"analysis": "main", "strategy": "", "stage": "before", "binary": True}
    for others, shown in (([], False), ([{**term, "term": "age", "value": 0.2}], True)):
        models = [{**term, "term": "region[b]", "value": 0.3}, *others, fit]
        tables = {
            "designs": rows("designs", [sizes]),
            "balance": rows(
                "balance",
                [{**share, "covariate": "region[b]", "treated_mean": 0.03, "control_mean": 0.5}],
            ),
            "propensity_models": rows("propensity_models", models),
        }
        frame = suppressed_tables(tables)["propensity_models"].set_index("term")
        assert pd.isna(frame.loc["region[b]", "value"])
        assert pd.notna(frame.loc["pseudo_r2", "value"]) == shown


def associations(n: int, counts: dict[str, float]) -> pd.DataFrame:
    """Coefficients of indicators that so many of `n` treated units are in."""
    same = {"analysis": "main", "association": "kinds", "outcome": "income", "kind": "coefficient"}
    records = [
        {**same, "variable": name, "mean": count / n, "estimate": 5.0, "n_units": n}
        for name, count in counts.items()
    ]
    estimates = rows("estimates", [{"spec_id": "main/nn1/income", "n_treated": n}])
    summary = rows("summary_statistics", [summary_of(n, n // 2, "land", "treated")])
    tables = {
        "estimates": estimates,
        "summary_statistics": summary,
        "associations": rows("associations", [{**own, "n_clusters": 9} for own in records]),
    }
    return suppressed_tables(tables)["associations"].set_index("variable")


def test_coefficients_of_rare_indicators_are_hidden_with_what_would_tell_them() -> None:
    counts = {"leads": 2, "all_but_three": 197, "woman": 90, "land": 60.5}
    frame = associations(200, {**counts, "kind[a]": 4, "kind[b]": 30, "kind[c]": 80})
    shown = frame["estimate"].notna() & frame["mean"].notna()
    assert shown[shown].index.tolist() == ["woman", "land", "kind[c]"]


def test_a_base_category_of_few_hides_another_one() -> None:
    """Of 200 three are in the category left out: 200 less those in the others would say so."""
    frame = associations(200, {"kind[a]": 40, "kind[b]": 157})
    assert frame["estimate"].notna().tolist() == [False, True]
