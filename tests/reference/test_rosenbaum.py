"""Rosenbaum bounds of three matched designs against R (r/08_rosenbaum_bounds.R)."""

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.sensitivity.rosenbaum import critical_gamma, signed_rank_bounds

TABLE = pd.read_csv(REFERENCE / "r/rosenbaum_bounds_hand.csv")


def differences(spec: str) -> np.ndarray:
    """Outcome of each treated unit less that of its match, from MatchIt's own pairs."""
    outcome = pd.read_csv(REFERENCE / "r/data/lalonde_matchit_614.csv").set_index("id")["re78"]
    pairs = pd.read_csv(REFERENCE / "r/matchit_lalonde614_pairs.csv", low_memory=False)
    pairs = pairs[(pairs.spec == spec) & pairs.match_id.notna()]
    return outcome.loc[pairs.focal_id].to_numpy() - outcome.loc[pairs.match_id].to_numpy()


@pytest.mark.parametrize("row", TABLE.to_dict("records"), ids=lambda r: f"{r['spec']}-{r['gamma']}")
def test_bounds_equal_r(row: dict) -> None:
    found = signed_rank_bounds(differences(row["spec"]), row["gamma"])
    assert found.n_pairs == row["pairs_nonzero"]
    assert found.statistic == pytest.approx(row["T"], rel=1e-12)
    # R's script takes 1 - pnorm, which leaves an absolute error of 1e-16 in the far tail.
    assert found.p_upper == pytest.approx(row["p_upper"], rel=1e-8, abs=1e-15)
    assert found.p_lower == pytest.approx(row["p_lower"], rel=1e-8, abs=1e-15)


@pytest.mark.parametrize("spec", TABLE.spec.unique())
def test_no_hidden_bias_is_the_signed_rank_test(spec: str) -> None:
    expected = TABLE[(TABLE.spec == spec) & (TABLE.gamma == 1)]["wilcox_p"].iloc[0]
    found = signed_rank_bounds(differences(spec))
    assert found.p_upper == pytest.approx(expected, rel=1e-10)
    assert found.p_lower == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("spec", TABLE.spec.unique())
def test_none_of_these_survives_at_the_five_percent_level(spec: str) -> None:
    assert np.isnan(critical_gamma(differences(spec)))
