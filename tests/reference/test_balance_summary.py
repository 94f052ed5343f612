"""The balance summary against base R under pstest's definitions (r/09_balance_summary.R)."""

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.design.balance_summary import balance_summary
from ruralimpact.design.covariates import covariate_matrix

SPECS = ["before", "nn11_norepl", "nn51_repl", "nn11_cal02_repl", "maha11_repl"]


def weights(frame: pd.DataFrame, spec: str) -> np.ndarray | None:
    """MatchIt's weights, on the scale of a design: controls' add up to the matched treated."""
    if spec == "before":
        return None
    table = pd.read_csv(REFERENCE / "r/matchit_lalonde614_weights.csv").query("spec == @spec")
    weight = (
        table.set_index("id")["weight"].reindex(frame.id).fillna(0.0).to_numpy(float, copy=True)
    )
    treated = frame.treat.to_numpy() == 1
    weight[~treated] *= weight[treated].sum() / weight[~treated].sum()
    return weight


@pytest.mark.parametrize("link", ["probit", "logit"])
@pytest.mark.parametrize("spec", SPECS)
def test_equals_r(spec: str, link: str) -> None:
    frame = pd.read_csv(REFERENCE / "r/data/lalonde_matchit_614.csv")
    names = ["age", "educ", "married", "nodegree", "re74", "re75"]
    columns = {name: frame[name].to_numpy() for name in names}
    columns |= {level: (frame.race == level).to_numpy(float) for level in ("black", "hispan")}
    found = balance_summary(
        covariate_matrix(columns), frame.treat.to_numpy(np.int8), weights(frame, spec), link=link
    )
    table = pd.read_csv(REFERENCE / "r/balance_summary.csv")
    row = table[(table.spec == spec) & (table.link == link)].iloc[0]
    assert found.mean_bias == pytest.approx(row.mean_bias, rel=1e-10)
    assert found.median_bias == pytest.approx(row.median_bias, rel=1e-10)
    assert found.pseudo_r2 == pytest.approx(row.pseudo_r2, rel=1e-8)
    assert found.lr_statistic == pytest.approx(row.lr, rel=1e-8)
    assert found.lr_df == row.df
    assert found.lr_p_value == pytest.approx(row.p, rel=1e-6)
    assert found.rubin_b == pytest.approx(row.b, rel=1e-6)
    assert found.rubin_r == pytest.approx(row.r, rel=1e-6)
    if spec == "before":
        # R's integral is exact over the same kernels; ours bins the scores on 512 points.
        assert found.overlap == pytest.approx(row.overlap, abs=5e-4)
