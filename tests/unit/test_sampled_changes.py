"""Sampling weights and strata of analyses over time, against regressions and repeated units."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from study_models import study_of

from ruralimpact.difference.study import DifferenceTables, difference_study
from ruralimpact.errors import DataError
from ruralimpact.estimation.study import EstimationTables

ESTIMATORS = ["two_by_two", "ancova", "doubly_robust", "regression", "weighting"]
WAVES = (1, 2, 3)
STAGGERED = {
    "method": "staggered",
    "treatment": "begun",
    "estimators": ["group_time_simple", "group_time_event", "two_way_fixed_effects"],
    **dict.fromkeys(("fixed", "before", "after")),
}


def farms() -> pd.DataFrame:
    """Forty farms in each arm over three waves; treatment after the second."""
    rng = np.random.default_rng(11)
    n = 80
    treated = np.repeat([1.0, 0.0], n // 2)
    age = rng.normal(size=n) + 0.3 * treated
    weight = rng.integers(1, 4, n).astype(float)
    rows = [
        pd.DataFrame(
            {
                "id": [f"u{place:02d}" for place in range(n)],
                "unit_id": [f"u{place:02d}@{wave}" for place in range(n)],
                "wave": wave,
                "group": [f"g{place // 4:02d}" for place in range(n)],
                "treated": treated,
                "begun": treated * (wave == 3),
                "start": 3 * treated,
                "eligible": np.arange(n) % 2 * 1.0,
                "age": age,
                "sampling_weight": weight,
                "income": age * wave + treated * (wave == 3) + rng.normal(size=n),
            }
        )
        for wave in WAVES
    ]
    return pd.concat(rows, ignore_index=True)


def repeated(frame: pd.DataFrame) -> pd.DataFrame:
    """Each farm as often as its weight says, without weights."""
    copies = frame.loc[frame.index.repeat(frame["sampling_weight"].astype(int))]
    number = copies.groupby("unit_id").cumcount().astype(str)
    names = {name: copies[name] + "." + number for name in ("id", "unit_id")}
    return copies.assign(**names).drop(columns="sampling_weight").reset_index(drop=True)


def changes(frame: pd.DataFrame, **asked: Any) -> DifferenceTables:
    analysis = {
        "name": "main",
        "sample": "farms",
        "method": "difference_in_differences",
        "treatment": "treated",
        "fixed": True,
        "before": [1, 2],
        "after": [3],
        "covariates": ["age"],
        "estimators": ESTIMATORS,
        "outcomes": ["income"],
        **asked,
    }
    analysis = {key: value for key, value in analysis.items() if value is not None}
    study = study_of(
        name="small",
        outcomes={"income": {"unit": "pesos"}},
        samples={"farms": {"sources": ["farms"]}},
        analyses=[analysis],
    )
    outcomes = frame[["unit_id", "income"]]
    tables = EstimationTables({"farms": frame}, {"farms": outcomes}, *(pd.DataFrame(),) * 4)
    return difference_study(study, tables, seed=1)


def values(made: DifferenceTables) -> dict[str, float]:
    estimates = made.compared["main"].estimates
    return {spec.strategy: scored.estimate for spec, scored in estimates}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"method": "triple_difference", "eligible": "eligible", "estimators": None},
        {"method": "before_after", "estimators": None, "fixed": None, "covariates": None},
        STAGGERED,
        {**STAGGERED, "treatment": None, "first_treated": "start", "unbalanced": "keep"},
        {"unbalanced": "keep", "estimators": ["two_by_two", "doubly_robust", "weighting"]},
    ],
    ids=["difference", "triple", "before and after", "staggered", "staggered, kept", "kept"],
)
def test_a_weight_of_three_is_three_farms(asked: dict[str, Any]) -> None:
    sample = farms()
    if "unbalanced" in asked:  # every seventh farm comes late, every ninth leaves
        place = sample["id"].str[1:].astype(int)
        gone = (place % 7 == 0) & (sample["wave"] == 1) | (place % 9 == 0) & (sample["wave"] == 3)
        sample = sample[~gone]
    weighted, plain = changes(sample, **asked), changes(repeated(sample), **asked)
    assert values(weighted) == pytest.approx(values(plain), rel=1e-9)
    for own, other in zip(
        weighted.compared["main"].estimates, plain.compared["main"].estimates, strict=True
    ):
        sums = pd.Series(own[1].scores).groupby(weighted.compared["main"].groups).sum()
        copies = pd.Series(other[1].scores).groupby(plain.compared["main"].groups).sum()
        assert sums.to_numpy() == pytest.approx(copies.to_numpy(), abs=1e-9)
        assert own[1].treated_mean == pytest.approx(other[1].treated_mean)
    rows = [made.tables["event_study"] for made in (weighted, plain)]
    estimates = [table["estimate"].to_numpy(float) for table in rows]
    assert estimates[0] == pytest.approx(estimates[1], nan_ok=True, abs=1e-9)
    shares = [made.tables["goodman_bacon"]["weight"].to_numpy(float) for made in (weighted, plain)]
    assert shares[0] == pytest.approx(shares[1])
    unweighted = changes(sample.drop(columns="sampling_weight"), **asked)
    assert all(
        abs(value - values(unweighted)[name]) > 1e-4 for name, value in values(weighted).items()
    )


def test_the_two_by_two_is_the_weighted_regression_of_statsmodels() -> None:
    frame = farms().query("wave != 1").assign(post=lambda table: (table["wave"] == 3) * 1.0)
    made = changes(farms(), before=[2], covariates=None, estimators=["two_by_two"])
    fit = smf.wls("income ~ treated * post", frame, weights=frame["sampling_weight"]).fit(
        cov_type="cluster",
        cov_kwds={"groups": pd.factorize(frame["group"])[0], "use_correction": False},
    )
    ((_, scored),) = made.compared["main"].estimates
    assert scored.estimate == pytest.approx(fit.params["treated:post"], rel=1e-10)
    sums = pd.Series(scored.scores).groupby(made.compared["main"].groups).sum()
    assert np.sqrt((sums**2).sum()) == pytest.approx(fit.bse["treated:post"], rel=1e-9)


def test_strata_take_what_differs_between_them_out_of_the_error() -> None:
    frame = farms()
    place = frame["id"].str[1:].astype(int)
    stratum = (place // 20).map("s{}".format)
    trend = 4.0 * stratum.isin(["s1", "s3"]) * (frame["wave"] == 3)
    frame = frame.assign(income=frame["income"] + trend)
    within, without = changes(frame.assign(sampling_stratum=stratum)), changes(frame)
    assert values(within) == values(without)
    errors = [
        made.tables["event_study"].query("kind == 'event' and event_time == 0")["std_error"].item()
        for made in (within, without)
    ]
    assert errors[0] < 0.8 * errors[1]
    for (_, own), (_, other) in zip(
        within.compared["main"].estimates, without.compared["main"].estimates, strict=True
    ):
        groups = within.compared["main"].groups
        squares = [
            (pd.Series(scored.scores).groupby(groups).sum() ** 2).sum() for scored in (own, other)
        ]
        assert squares[0] < 0.5 * squares[1]


def test_weights_of_zero_leave_and_weights_that_no_sample_has_are_refused() -> None:
    frame = farms()
    frame.loc[frame["id"] == "u03", "sampling_weight"] = 0.0
    made, fewer = changes(frame), changes(farms().query("id != 'u03'"))
    assert values(made) == pytest.approx(values(fewer), rel=1e-12)
    flow = made.compared["main"].estimates[0][1].flow
    assert flow is not None and "a sampling weight of zero" in str(flow)
    for weight, message in ((-1.0, "negative"), (np.nan, "missing")):
        frame.loc[frame["id"] == "u03", "sampling_weight"] = weight
        with pytest.raises(DataError, match=f"analysis main.*unit u03: .* {message}"):
            changes(frame)
