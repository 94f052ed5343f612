"""The households of Jiangxi: published triple differences, moderndid's, pyfixest's, and placebo counties."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.config import load_study
from ruralimpact.difference.arms import arms_over_time
from ruralimpact.difference.estimators import estimate_two_periods
from ruralimpact.difference.triple import triple_difference
from ruralimpact.difference.two_periods import difference_in_differences
from ruralimpact.errors import DesignError
from ruralimpact.estimation.panel import PanelData, two_way_fixed_effects
from ruralimpact.inference.clustered import clustered_std_error, group_codes, group_sums
from ruralimpact.outcomes.samples import AnalysisSample, build_sample
from ruralimpact.schema.analysis import Analysis
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

FOLDER = REFERENCE / "jiangxi"
ROOT = REFERENCE.parents[1]
INSURED_COUNTY = 3
BASE_YEAR = 2002
SHARE = "checksaving_ratio"
FORMS = {"dr": "traditional", "reg": "regression", "ipw": "weighting", "plain": "regression"}


@cache
def households() -> pd.DataFrame:
    return pd.read_csv(ROOT / "data/jiangxi_insurance/jiangxi_32391.csv")


@cache
def wide(column: str) -> pd.DataFrame:
    return households().pivot(index="hhno", columns="year", values=column)


@cache
def fixed() -> pd.DataFrame:
    return households().groupby("hhno")[["county", "sector"]].first()


@cache
def moderndid() -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / "moderndid.csv")
    return frame.set_index(["specification", "outcome", "event_time"]).sort_index()


@cache
def regressions() -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / "fixed_effects.csv")
    return frame.set_index(["outcome", "regression", "term"]).sort_index()


def average_change(outcome: str) -> pd.Series:
    after = wide(outcome)[list(range(BASE_YEAR + 1, 2009))].mean(axis=1, skipna=False)
    return (after - wide(outcome)[BASE_YEAR]).dropna()


def test_published_numbers() -> None:
    published = pd.read_csv(FOLDER / "published.csv", dtype={"printed": str})
    computed = published.status.isin(["reproduced", "differs"]) & (published.column != "width")
    for row in published[computed].itertuples():
        if row.file == "moderndid.csv":
            ours = moderndid().loc[(row.specification, SHARE, row.event_time)]
        else:
            ours = regressions().loc[(SHARE, row.specification, str(int(row.event_time)))]
        agrees = f"{ours[row.column]:.4f}" == row.printed
        assert agrees == (row.status == "reproduced"), row
    assert published.status.value_counts()[["reproduced", "differs"]].tolist() == [23, 10]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("event_time", [-3, 0, 5])
def test_triple_difference_by_year(form: str, event_time: int) -> None:
    year = BASE_YEAR + 1 + event_time
    change = (wide(SHARE)[year] - wide(SHARE)[BASE_YEAR]).dropna()
    units = fixed().loc[change.index]
    covariates = np.column_stack([wide(name).loc[change.index, year] for name in ("hhsize", "age")])
    ours = triple_difference(
        change.to_numpy(),
        (units.county == INSURED_COUNTY).to_numpy().astype(np.int8),
        units.sector.to_numpy().astype(np.int8),
        covariates=None if form == "plain" else covariates,
        form=FORMS[form],
        population="eligible",
    )
    theirs = moderndid().loc[(f"panel_{form}", SHARE, event_time)]
    assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-6)
    assert ours.std_errors["hc"] == pytest.approx(theirs.std_error, rel=2e-4)


@pytest.mark.parametrize("outcome", [SHARE, "savingtotal_rate"])
def test_every_county_in_turn(outcome: str) -> None:
    change = average_change(outcome)
    units = fixed().loc[change.index]
    theirs = pd.read_csv(FOLDER / "placebo_counties.csv").set_index(["outcome", "county"])
    for county, row in theirs.loc[outcome].iterrows():
        here = (units.county == county).to_numpy().astype(np.int8)
        growers = (units.sector == 1).to_numpy()
        double = difference_in_differences(
            np.zeros(growers.sum()), change[growers].to_numpy(), here[growers]
        )
        assert double.estimate == pytest.approx(row.double_difference, rel=1e-6)
        if np.isfinite(row.triple_difference):
            triple = triple_difference(
                change.to_numpy(), here, units.sector.to_numpy().astype(np.int8)
            )
            assert triple.estimate == pytest.approx(row.triple_difference, rel=1e-6)


@pytest.mark.parametrize(
    ("column", "fewest", "rank"),
    [
        ("double_difference", 1, (3, 12)),
        ("double_difference_uninsured", 1, (2, 12)),
        ("double_difference_uninsured", 10, (1, 10)),
        ("triple_difference", 1, (7, 11)),
        ("triple_difference_uninsured", 1, (4, 11)),
        ("triple_difference_uninsured", 10, (3, 9)),
        ("triple_difference_uninsured", 20, (1, 7)),
    ],
)
def test_rank_of_the_insured_county(column: str, fewest: int, rank: tuple[int, int]) -> None:
    placebos = pd.read_csv(FOLDER / "placebo_counties.csv")
    shares = placebos[placebos.outcome == SHARE].set_index("county")
    cells = shares.growers if column.startswith("double") else shares[["growers", "others"]].T.min()
    size = shares[column][cells >= fewest].dropna().abs()
    assert (int((size >= size[INSURED_COUNTY]).sum()), len(size)) == rank


def test_a_single_insured_county_leaves_no_variance_of_its_own() -> None:
    change = average_change(SHARE)
    units = fixed().loc[change.index]
    ours = triple_difference(
        change.to_numpy(),
        (units.county == INSURED_COUNTY).to_numpy().astype(np.int8),
        units.sector.to_numpy().astype(np.int8),
    )
    sums = group_sums(ours.scores, group_codes(units.county))
    assert abs(sums[np.unique(units.county) == INSURED_COUNTY][0]) < 1e-12
    assert clustered_std_error(sums)[0] < 0.1


@pytest.mark.parametrize("outcome", [SHARE, "savingtotal_rate"])
def test_two_way_fixed_effects_among_growers(outcome: str) -> None:
    frame = households()[households().sector == 1].dropna(subset=[outcome])
    insured = (frame.county == INSURED_COUNTY) & (frame.year >= 2003)
    ours = two_way_fixed_effects(
        frame[outcome].to_numpy(),
        insured.to_numpy().astype(float),
        PanelData(frame.hhno.astype(str).to_numpy(object), frame.year.to_numpy()),
    )
    theirs = regressions().loc[(outcome, "two_way_growers")].iloc[0]
    assert ours.estimate == pytest.approx(theirs.estimate, rel=1e-6)
    rows, parameters = theirs.rows, 1 + frame.year.nunique()  # households lie within clusters
    for column, name in (("hhno", "by_household"), ("county", "by_county")):
        error, _ = clustered_std_error(group_sums(ours.scores, group_codes(frame[column])))
        corrected = error * np.sqrt((rows - 1) / (rows - parameters))
        assert corrected == pytest.approx(theirs[name], rel=1e-4)


@cache
def study() -> Study:
    return load_study(ROOT / "config/studies/jiangxi_insurance")


@cache
def sample(group: str = "id") -> AnalysisSample:
    source = study().sources[0]
    entries = parse_codebook(study().codebook, [source.name])
    file = ROOT / source.path
    table = harmonise(read_source(source, file), source, entries, file=file).table
    households = study().samples["households"].model_copy(update={"group": group})
    changed = study().model_copy(update={"samples": {"households": households}})
    return build_sample("households", {source.name: table}, changed)


def analysis(name: str) -> Analysis:
    return next(one for one in study().analyses if one.name == name)


@pytest.mark.parametrize(
    ("name", "county", "column"),
    [
        ("triple", 3, "triple_difference"),
        ("growers", 3, "double_difference"),
        ("placebo_county_4", 4, "triple_difference_uninsured"),
    ],
)
@pytest.mark.parametrize(
    ("outcome", "raw"), [("flexible_saving", SHARE), ("total_saving", "savingtotal_rate")]
)
def test_the_study_estimates_what_was_computed_outside(
    name: str, county: int, column: str, outcome: str, raw: str
) -> None:
    arms = arms_over_time(analysis(name), sample().units)
    values = sample().outcomes.set_index("unit_id")[outcome].reindex(arms.rows.ravel())
    strategy = "triple_difference" if arms.eligible is not None else "two_by_two"
    ours = estimate_two_periods(strategy, values.to_numpy().reshape(arms.rows.shape), arms)
    placebos = pd.read_csv(FOLDER / "placebo_counties.csv").set_index(["outcome", "county"])
    assert ours.estimate == pytest.approx(placebos.loc[(raw, county), column], rel=1e-6)


def test_by_county_the_study_is_refused() -> None:
    with pytest.raises(DesignError, match=r"the treated units are of a single group \(3\)"):
        arms_over_time(analysis("triple"), sample("county").units)
