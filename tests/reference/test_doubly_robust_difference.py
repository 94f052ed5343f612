"""Doubly robust and triple differences against R's and Stata's DRDID, and the packages after them."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE
from test_panel import leavers

from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.difference.doubly_robust import doubly_robust_difference
from ruralimpact.difference.triple import triple_difference
from ruralimpact.difference.two_periods import difference_in_differences
from ruralimpact.inference.clustered import clustered_std_error

FOLDER = REFERENCE / "difference"
COVARIATES = ["age", "educ", "black", "married", "nodegree", "hisp", "re74"]


@cache
def units(name: str) -> pd.DataFrame:
    if name == "lock_data":
        return pd.read_csv(FOLDER / "lock_data.csv")
    frame = pd.read_csv(FOLDER / "nsw_cps.csv.gz")
    return frame.rename(columns={"experimental": "treatment", "re75": "before", "re78": "after"})


def arrays(name: str) -> tuple[np.ndarray, np.ndarray, CovariateMatrix]:
    frame = units(name)
    names = ["x", "b"] if name == "lock_data" else COVARIATES
    covariates = covariate_matrix({one: frame[one] for one in names})
    return (frame.after - frame.before).to_numpy(), frame.treatment.to_numpy(), covariates


def rows(file: str, **where: str) -> list:
    frame = pd.read_csv(FOLDER / file)
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return [
        pytest.param(row, id="-".join(map(str, row[:4])).replace(" ", ""))
        for row in frame.itertuples(index=False)
    ]


@pytest.mark.parametrize("row", rows("drdid_published.csv"))
def test_published_tables(row) -> None:
    """Every digit that R's and Stata's DRDID print."""
    ours = doubly_robust_difference(*arrays(row.data), form=row.form)
    assert ours.estimate == pytest.approx(row.estimate, abs=0.51 * 10.0**-row.digits)
    digits = min(row.digits, 10) if row.source == "r" else 4
    assert ours.std_errors["hc"] == pytest.approx(row.std_error, abs=0.51 * 10.0**-digits)


@pytest.mark.parametrize("row", rows("drdid_estimates.csv", estimator="difference"))
def test_drdid_and_moderndid(row) -> None:
    weights = None if row.weights == "none" else units("nsw_cps")[row.weights].to_numpy(float)
    ours = doubly_robust_difference(*arrays("nsw_cps"), weights=weights, form=row.form)
    assert ours.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert ours.std_errors["hc"] == pytest.approx(row.std_error, rel=1e-4)


@pytest.mark.parametrize("row", rows("drdid_estimates.csv", estimator="triple"))
def test_triple_difference_of_moderndid(row) -> None:
    frame = units("lock_data")
    ours = triple_difference(
        (frame.after - frame.before).to_numpy(),
        frame.treatment.to_numpy(),
        frame.b.to_numpy(),
        covariates=frame.x.to_numpy(),
        form=row.form,
        population="eligible",
    )
    assert ours.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert ours.std_errors["hc"] == pytest.approx(row.std_error, rel=1e-4)


@pytest.mark.parametrize("outcome", ["netinc", "ln_netinc", "netinc_kg", "hired0", "fam0"])
def test_leavers_by_levels(outcome: str) -> None:
    """R's lm on the changes of rice farms (HC1), and its interaction regression clustered by farm."""
    frame = leavers()
    before, after = (frame[f"{outcome}_{when}"].to_numpy() for when in ("pre", "post"))
    ours = difference_in_differences(before, after, frame.left.to_numpy())
    published = pd.read_csv(REFERENCE / "r/ricefarms_did_leavers.csv").set_index(
        ["design", "outcome"]
    )
    row, interaction = (published.loc[name, outcome] for name in ("did_raw", "did_raw_interaction"))
    assert ours.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert ours.std_errors["hc1"] == pytest.approx(row.se, rel=1e-4)
    n, error = 2 * len(frame), clustered_std_error(ours.scores)[0]
    assert error * np.sqrt((n - 1) / (n - 4)) == pytest.approx(interaction.se, rel=1e-4)
