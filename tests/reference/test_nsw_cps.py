"""NSW participants against 15,992 CPS controls: the hard case for ties.

One specification, and its value with every tie kept, as other software with all ties gives it.
"""

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.matching import match_nearest
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies.nearest import NearestNeighbour
from ruralimpact.estimation.matching import matching_estimate

COVARIATES = ["age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75"]


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return pd.read_csv(REFERENCE.parents[1] / "data/nsw/cps_16177.csv")


def designs(frame: pd.DataFrame, score: str):
    covariates = covariate_matrix({name: frame[name].to_numpy() for name in COVARIATES})
    treatment = frame.treat.to_numpy(np.int8)
    model = fit_propensity(covariates, treatment)
    strategy = NearestNeighbour(score=score)
    return covariates, model, match_nearest(covariates, treatment, strategy, propensity=model)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_all_ties_kept_whatever_the_row_order(people: pd.DataFrame, seed: int | None) -> None:
    frame = people if seed is None else people.sample(frac=1, random_state=seed)
    covariates, _, design = designs(frame, "probability")
    estimate = matching_estimate(frame.re78.to_numpy(float), design, covariates).estimate
    assert estimate == pytest.approx(1794.0, abs=0.05)


def test_on_the_linear_predictor_one_more_control_ties(people: pd.DataFrame) -> None:
    """Two controls lie equally far on either side of a participant: rounding must not choose one."""
    treatment = people.treat.to_numpy()
    _, model, on_probability = designs(people, "probability")
    _, _, on_predictor = designs(people, "linear")
    extra = set(zip(*on_predictor.pairs()[:2], strict=True)) - set(
        zip(*on_probability.pairs()[:2], strict=True)
    )
    assert len(extra) == 1
    focal, added = extra.pop()
    gaps = np.abs(model.linear_predictor[treatment == 0] - model.linear_predictor[focal])
    gap = abs(model.linear_predictor[added] - model.linear_predictor[focal])
    assert gap == pytest.approx(gaps.min(), abs=1e-13)


@pytest.mark.parametrize("score", ["linear", "probability"])
def test_row_order_changes_no_bit_of_the_score(people: pd.DataFrame, score: str) -> None:
    shuffled = people.sample(frac=1, random_state=4)
    _, first, design = designs(people, score)
    _, second, other = designs(shuffled, score)
    order = shuffled.index.to_numpy()
    assert (second.linear_predictor == first.linear_predictor[order]).all()
    assert other.weights == pytest.approx(design.weights[order], abs=1e-12)
