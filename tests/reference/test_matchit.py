"""Our matches and effects against MatchIt 4.7.2 on 614 rows of the NSW and PSID data."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.matching import Design, match_nearest
from ruralimpact.design.metric import whiten
from ruralimpact.design.neighbours import ListNeighbours
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies.nearest import NearestNeighbour
from ruralimpact.estimation.matching import matching_estimate
from ruralimpact.inference.clustered import group_sums

COVARIATES = ["age", "educ", "race", "married", "nodegree", "re74", "re75"]

# MatchIt matches on the probability and takes one of several equally near controls.
SPECIFICATIONS = {
    "nn11_norepl": dict(replace=False),
    "nn11_norepl_data": dict(replace=False, order="id"),
    "nn11_norepl_small": dict(replace=False, order="ascending"),
    "nn11_norepl_closest": dict(replace=False, order="closest"),
    "nn11_repl": dict(),
    "nn21_norepl": dict(replace=False, k=2),
    "nn31_repl": dict(k=3),
    "nn51_repl": dict(k=5),
    "nn11_cal02": dict(replace=False, caliper=0.2),
    "nn11_cal02_repl": dict(caliper=0.2),
    "nn11_cal02_linps": dict(replace=False, caliper=0.2, score="linear"),
    "nn31_cal02_norepl": dict(replace=False, caliper=0.2, k=3),
    "nn11_exactmarr": dict(replace=False, exact=("married",)),
    "nn11_exactrace": dict(replace=False, exact=("race",)),
    "nn11_exactrace_cal02": dict(replace=False, exact=("race",), caliper=0.2),
    "nn11_repl_exactrace": dict(exact=("race",)),
    "maha11_norepl": dict(replace=False, distance="mahalanobis", order="id"),
    "maha11_repl": dict(distance="mahalanobis"),
    "maha_in_pscal02": dict(
        replace=False,
        distance="mahalanobis",
        caliper=0.2,
        metric_covariates=("age", "educ", "re74", "re75"),
    ),
    "nn11_cal02_common": dict(replace=False, caliper=0.2, discard="both"),
    "nn11_atc_repl": dict(),
}


@cache
def lalonde() -> pd.DataFrame:
    frame = pd.read_csv(REFERENCE / "r/data/lalonde_matchit_614.csv")
    return frame.assign(employed78=(frame.re78 > 0) * 1.0, poor78=(frame.re78 < 3000) * 1.0)


@cache
def published(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"r/matchit_lalonde614_{name}.csv", low_memory=False)


@cache
def design(spec: str):
    frame = lalonde()
    treatment = frame.treat.to_numpy(np.int8)
    covariates = covariate_matrix({name: frame[name].to_numpy() for name in COVARIATES})
    options = {"score": "probability", "ties": "first", **SPECIFICATIONS[spec]}
    strategy = NearestNeighbour(**options)
    propensity = fit_propensity(covariates, treatment) if strategy.needs_propensity else None
    strata = None
    if strategy.exact:
        strata = np.unique(frame[strategy.exact[0]], return_inverse=True)[1]
    return match_nearest(
        covariates,
        treatment,
        strategy,
        propensity=propensity,
        strata=strata,
        focal_arm=0 if spec == "nn11_atc_repl" else 1,
    )


@cache
def coordinates(metric: str) -> np.ndarray:
    frame = lalonde()
    treatment = frame.treat.to_numpy(np.int8)
    covariates = covariate_matrix({name: frame[name].to_numpy() for name in COVARIATES})
    if metric == "mahalanobis":
        return whiten(covariates, treatment, "mahalanobis")
    return fit_propensity(covariates, treatment).probability[:, None]


def distances(focal: np.ndarray, match: np.ndarray, spec: str) -> np.ndarray:
    """Distance of each pair in the strategy's own metric."""
    points = coordinates("mahalanobis" if "maha11" in spec else "propensity")
    return np.sqrt(((points[focal] - points[match]) ** 2).sum(axis=1))


def pair_keys(focal: np.ndarray, match: np.ndarray, spec: str) -> np.ndarray:
    """What pairs have in common whichever of several tied controls was taken.

    Each focal unit and its distance; for ``closest``, where focal units tie as well, the distances.
    """
    gap = distances(focal, match, spec)
    if "closest" in spec:
        return np.sort(gap)
    order = np.lexsort((gap, focal))
    return np.column_stack([focal[order], gap[order]])


@cache
def published_pairs(spec: str) -> tuple[np.ndarray, np.ndarray]:
    position = {name: i for i, name in enumerate(lalonde().id)}
    pairs = published("pairs").query("spec == @spec and match_id == match_id")
    return pairs.focal_id.map(position).to_numpy(), pairs.match_id.map(position).to_numpy()


@cache
def with_published_ties(spec: str) -> Design:
    """Our design with MatchIt's choice among equally near controls."""
    ours = design(spec)
    focal, match = published_pairs(spec)
    place = {unit: i for i, unit in enumerate(ours.focal)}
    spot = {unit: i for i, unit in enumerate(ours.candidates)}
    owner = np.array([place[unit] for unit in focal])
    member = np.array([spot[unit] for unit in match])
    order = np.lexsort((member, owner))
    counts = np.bincount(owner, minlength=len(ours.focal))
    neighbours = ListNeighbours(
        np.concatenate([[0], np.cumsum(counts)]), member[order], len(ours.candidates)
    )
    weights = ours.weights.copy()
    weights[ours.candidates] = neighbours.usage(1 / np.maximum(counts, 1))
    sets = None if ours.set_ids is None else np.full(len(weights), -1)
    if sets is not None:
        sets[focal], sets[match] = owner, owner
    return replace(ours, neighbours=neighbours, weights=weights, set_ids=sets)


@pytest.mark.parametrize("spec", [name for name in SPECIFICATIONS if name != "maha11_norepl"])
def test_pairs_are_matchits_up_to_exact_ties(spec: str) -> None:
    ours, theirs = design(spec).pairs()[:2], published_pairs(spec)
    assert pair_keys(*ours, spec) == pytest.approx(pair_keys(*theirs, spec), abs=1e-9)
    treatment = lalonde().treat
    assert treatment.iloc[theirs[0]].nunique() == treatment.iloc[theirs[1]].nunique() == 1


def test_mahalanobis_pairs_without_replacement_follow_the_same_rule() -> None:
    """An early choice between tied controls changes later pairs, so both lists are replayed."""
    treatment = lalonde().treat.to_numpy()
    for focal, match in (published_pairs("maha11_norepl"), design("maha11_norepl").pairs()[:2]):
        free = np.flatnonzero(treatment == 0).tolist()
        for i, j in sorted(zip(focal.tolist(), match.tolist(), strict=True)):
            gaps = distances(np.full(len(free), i), np.array(free), "maha11_norepl")
            assert gaps[free.index(j)] == pytest.approx(gaps.min(), abs=1e-9)
            free.remove(j)


@pytest.mark.parametrize("spec", SPECIFICATIONS)
def test_weights_are_matchits(spec: str) -> None:
    """MatchIt scales matched controls' weights to sum to their number."""
    theirs = published("weights").query("spec == @spec")
    ours = with_published_ties(spec).weights
    focal_arm = 0 if spec == "nn11_atc_repl" else 1
    treat = lalonde().treat.to_numpy()
    others = (treat != focal_arm) & (ours > 0)
    scaled = np.where(treat == focal_arm, ours, ours * others.sum() / ours[others].sum())
    assert scaled == pytest.approx(theirs.weight.to_numpy(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("outcome", ["re78", "employed78", "poor78"])
@pytest.mark.parametrize("spec", SPECIFICATIONS)
def test_effects_are_matchits(spec: str, outcome: str) -> None:
    frame = lalonde()
    covariates = covariate_matrix({name: frame[name].to_numpy() for name in COVARIATES})
    matched = with_published_ties(spec)
    ours = matching_estimate(frame[outcome].to_numpy(float), matched, covariates)
    row = (
        published("att")
        .query("spec == @spec and outcome == @outcome and not covariate_adjusted")
        .iloc[0]
    )
    assert ours.estimate == pytest.approx(float(row.estimate), rel=1e-6)
    assert (ours.n_treated, ours.n_control) == (row.n_treated_matched, row.n_control_matched)
    ess = row.ess_treated if spec == "nn11_atc_repl" else row.ess_control
    assert ours.effective_controls == pytest.approx(float(ess), rel=1e-9)
    assert sum(matched.dropped.values()) == (matched.focal.size - matched.matched.sum()) + (
        0 if spec != "nn11_cal02_common" else 185 - matched.focal.size
    )


@pytest.mark.parametrize("outcome", ["re78", "employed78", "poor78"])
@pytest.mark.parametrize(
    "spec", [name for name, row in SPECIFICATIONS.items() if not row.get("replace", True)]
)
def test_errors_clustered_by_matched_set_are_those_of_sandwich(spec: str, outcome: str) -> None:
    frame = lalonde()
    covariates = covariate_matrix({name: frame[name].to_numpy() for name in COVARIATES})
    matched = with_published_ties(spec)
    ours = matching_estimate(frame[outcome].to_numpy(float), matched, covariates)
    row = (
        published("att")
        .query("spec == @spec and outcome == @outcome and not covariate_adjusted")
        .iloc[0]
    )
    inside = matched.set_ids >= 0
    sums = group_sums(ours.scores[inside], matched.set_ids[inside])
    assert np.sqrt((sums**2).sum()) == pytest.approx(row.se_cl_subclass_HC0_nocadj, rel=1e-4)
    n = inside.sum()
    sets = len(np.unique(matched.set_ids[inside]))
    hc1 = np.sqrt(sets / (sets - 1) * (n - 1) / (n - 2) * (sums**2).sum())
    assert hc1 == pytest.approx(row.se_cl_subclass_HC1, rel=1e-4)


def test_propensity_coefficients_are_glms() -> None:
    frame = lalonde()
    covariates = covariate_matrix({name: frame[name].to_numpy() for name in COVARIATES})
    model = fit_propensity(covariates, frame.treat.to_numpy(np.int8))
    theirs = pd.read_csv(REFERENCE / "r/ps_logit_lalonde614_coef.csv")
    assert model.coefficients == pytest.approx(theirs.coef.to_numpy(), rel=1e-8)
    assert model.std_errors == pytest.approx(theirs.se.to_numpy(), rel=1e-6)
