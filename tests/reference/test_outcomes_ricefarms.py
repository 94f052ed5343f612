"""The rice farms' outcomes and samples equal those that R built (03_panel_poverty.R)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralimpact.config import load_study
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "config/studies/indonesia_bimas"
BUILT = {
    "net_income": "netinc",
    "ln_net_income": "ln_netinc",
    "hired_labour": "hired0",
    "family_labour": "fam0",
    "total_labour": "totlabor",
    "cultivated_area": "size",
}
COVARIATES = {
    "bimas_any": "bimas_any",
    "bimas_full": "bimas_full",
    "ln_area": "ln_size",
    "sharecropper": "share",
    "high_yield": "high",
}
LEAVERS = {
    "net_income": "netinc",
    "ln_net_income": "ln_netinc",
    "hired_labour": "hired0",
    "family_labour": "fam0",
    "total_labour": "totlabor",
}


@pytest.fixture(scope="module")
def study():
    return load_study(STUDY)


@pytest.fixture(scope="module")
def surveys(study):
    (source,) = study.sources
    entries = parse_codebook(study.codebook, ["farms"])
    raw = read_source(source, ROOT / source.path)
    return {"farms": harmonise(raw, source, entries, file=source.path).table}


@pytest.fixture(scope="module")
def reference():
    table = pd.read_csv(ROOT / "tests/reference/r/ricefarms_built_outcomes.csv")
    unit_id = table["id"].astype(str) + ":" + table["season"].astype(str)
    return table.set_index(unit_id).sort_index()


@pytest.mark.parametrize("outcome", BUILT)
def test_outcomes(study, surveys, reference, outcome):
    outcomes = build_sample("seasons", surveys, study).outcomes
    assert outcomes["unit_id"].tolist() == reference.index.tolist()
    np.testing.assert_allclose(outcomes[outcome], reference[BUILT[outcome]], rtol=1e-14)


@pytest.mark.parametrize("covariate", COVARIATES)
def test_covariates(study, surveys, reference, covariate):
    units = build_sample("seasons", surveys, study).units
    np.testing.assert_allclose(units[covariate], reference[COVARIATES[covariate]], rtol=1e-14)


def test_full_against_none_leaves_mixed_farms_out(study, surveys, reference):
    treatment = build_sample("seasons", surveys, study).units["bimas_full_or_none"]
    assert treatment.isna().tolist() == (reference["bimas"] == "mixed").tolist()


def test_stored_zeros_are_restored(study, surveys):
    """As the README of the reference values counts them: 92 of hired labour, 5 of family labour."""
    outcomes = build_sample("seasons", surveys, study).outcomes
    assert (outcomes["hired_labour"] == 0).sum() == 92
    assert (outcomes["family_labour"] == 0).sum() == 5


def test_leavers(study, surveys):
    """32 farms left after season 3 and 98 were never in; the other 41 are counted out."""
    result = build_sample("leavers", surveys, study)
    treated = result.units["left_bimas"] == 1
    assert (treated.sum(), (~treated).sum()) == (32, 98)
    assert result.exclusions["rows"].sum() == 171 - 130
    differences = pd.read_csv(ROOT / "tests/reference/r/ricefarms_did_leavers.csv")
    raw = differences[differences["design"] == "did_raw"].set_index("outcome")["estimate"]
    for ours, theirs in LEAVERS.items():
        change = result.outcomes[ours]
        estimate = change[treated].mean() - change[~treated].mean()
        np.testing.assert_allclose(estimate, raw[theirs], rtol=1e-12)
