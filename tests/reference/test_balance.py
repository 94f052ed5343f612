"""Balance statistics against MatchIt's summary and Matching's MatchBalance."""

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE
from test_matchit import COVARIATES, SPECIFICATIONS, lalonde, with_published_ties

from ruralimpact.design.balance import balance
from ruralimpact.design.covariates import covariate_matrix


def our_balance(spec: str, stage: str):
    frame = lalonde()
    covariates = covariate_matrix(
        {name: frame[name].to_numpy() for name in COVARIATES}, every_level=True
    )
    weights = with_published_ties(spec).weights if stage == "matched" else None
    return balance(covariates, frame.treat.to_numpy(np.int8), weights)


@pytest.mark.parametrize("stage", ["all", "matched"])
@pytest.mark.parametrize("spec", [s for s in SPECIFICATIONS if s != "nn11_atc_repl"])
def test_balance_is_matchits(spec: str, stage: str) -> None:
    theirs = pd.read_csv(REFERENCE / "r/matchit_lalonde614_balance.csv").query(
        "spec == @spec and stage == @stage and variable != 'distance'"
    )
    ours = our_balance(spec, stage)
    assert [name.replace("[", "").replace("]", "") for name in ours.names] == list(theirs.variable)
    for column, values in {
        "Means Treated": ours.treated_mean,
        "Means Control": ours.control_mean,
        "Std. Mean Diff.": ours.smd,
        "eCDF Max": ours.ks,
    }.items():
        assert values == pytest.approx(theirs[column].to_numpy(), rel=1e-9, abs=1e-12), column
    continuous = ~ours.binary
    assert ours.variance_ratio[continuous] == pytest.approx(
        theirs["Var. Ratio"].to_numpy()[continuous], rel=1e-9
    )


def test_differences_before_matching_are_matchbalances() -> None:
    """MatchBalance counts binary covariates' variances with n - 1, so only the others compare."""
    theirs = pd.read_csv(REFERENCE / "r/matchbalance_lalonde.csv").query(
        "dataset == 'B614' and stage == 'BeforeMatching' and spec == 'ps_ATT_M1_tol0'"
    )
    frame = lalonde()
    ours = balance(
        covariate_matrix(
            {name: frame[name].to_numpy() for name in theirs.variable if name in frame}
        ),
        frame.treat.to_numpy(np.int8),
    )
    rows = theirs.set_index("variable")
    for j, name in enumerate(ours.names):
        if not ours.binary[j]:
            assert 100 * ours.smd[j] == pytest.approx(rows.sdiff_pct[name], rel=1e-9)
            assert ours.variance_ratio[j] == pytest.approx(rows.var_ratio[name], rel=1e-9)
            assert ours.ks[j] == pytest.approx(rows.ks_stat[name], rel=1e-9)
