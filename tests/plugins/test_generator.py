"""The stand-in: effects planted as stated, files the same at every draw, and edits that undo the dirt."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rural_alliances.generator.calibration import Calibration
from rural_alliances.generator.draw import draw_study
from rural_alliances.generator.outcomes import true_outcomes
from rural_alliances.generator.raw_files import file_bytes, raw_tables
from ruralimpact.config import load_study
from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.plugins import load_plugins
from ruralimpact.schema.document import read_document
from ruralimpact.schema.validation import validated
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "config" / "studies" / "bolivia_par"
FILE = FOLDER / "calibration.yaml"
DOCUMENT = read_document(FILE, shown="calibration.yaml")
PARAMETERS = validated(Calibration, DOCUMENT)
SEED = 7


@pytest.fixture(scope="module")
def draw():
    return draw_study(PARAMETERS, SEED)


@pytest.fixture(scope="module")
def surveys(draw, tmp_path_factory):
    """Return the raw files as the pipeline reads them, with their quality reports."""
    folder = tmp_path_factory.mktemp("raw")
    study = load_study(FOLDER)
    entries = parse_codebook(study.codebook, [source.name for source in study.sources])
    raw = raw_tables(draw, PARAMETERS, SEED)
    found = {}
    for source in study.sources:
        path = folder / Path(source.path).name
        path.write_bytes(file_bytes(path.name, raw[path.name]))
        mine = entries_of(entries, source.name)
        found[source.name] = harmonise(read_source(source, path), source, mine, file=path)
    return found


def effect(draw, outcome, by="all", level="", what="percent"):
    table = draw.effects
    chosen = (table["outcome"] == outcome) & (table["by"] == by) & (table["level"] == level)
    return float(table.loc[chosen & (table["wave"] == 2014), what].iloc[0])


@pytest.mark.parametrize(
    ("line", "changed", "message"),
    [
        (
            "women: {value: 0.32, status: seed",
            "women: {value: 0.32, status: sed",
            "women.status.*Did you mean 'seed'",
        ),
        ("women: {value: 0.32", "women: {valeu: 0.32", "unknown key 'valeu'. Did you mean 'value'"),
        (', why: "PPAR 4.1, D.1"', "", "women.*says in `why` where it comes from"),
        ("women: {value: 0.32", "women: {value: 32", "women.*32.*1"),
        ("  women:", "  wimen:", "unknown key 'wimen'. Did you mean 'women'"),
        ("covariates:", "covariate:", "unknown key 'covariate'. Did you mean 'covariates'"),
        ("extreme: 318.0", "extrem: 318.0", "value.rural.*unknown key 'extrem'. Did you mean"),
        ("Chaco: 342}", "Chacko: 342}", "design.control.*'Chac(k)?o'"),
        ("town: {value: 0.06", "town: {value: few", "town.*'few' is not a number"),
    ],
)
def test_mistakes_name_file_line_and_key(line, changed, message, tmp_path):
    text = FILE.read_text(encoding="utf-8")
    assert text.count(line) == 1
    number = text[: text.index(line)].count("\n") + 1
    (tmp_path / "c.yaml").write_text(text.replace(line, changed), encoding="utf-8")
    document = read_document(tmp_path / "c.yaml", shown="calibration.yaml")
    with pytest.raises(ConfigError, match=message) as error:
        validated(Calibration, document)
    assert str(error.value).startswith(f"file calibration.yaml, line {number}")


@pytest.mark.parametrize("study", ["bolivia_par", "bolivia_alliances", "bolivia_survival"])
def test_a_study_is_refused_for_its_calibration(study, tmp_path):
    folder = tmp_path / "config" / "studies" / study
    shutil.copytree(ROOT / "config" / "studies" / study, folder)
    calibration = folder / "calibration.yaml"
    calibration.write_text(calibration.read_text(encoding="utf-8") + "more: 1\n", encoding="utf-8")
    with pytest.raises(
        ConfigError, match=rf"studies/{study}/calibration.yaml, line \d+.*unknown key 'more'"
    ):
        load_study(folder, load_plugins(ROOT, ["plugins/rural_alliances"]))


def test_sizes_are_those_printed(draw):
    people = draw.producers
    assert len(people) == 3946
    assert people.groupby("treated")["group"].nunique().to_dict() == {0: 130, 1: 133}
    assert people["treated"].sum() == 2000
    assert people["id"].is_unique


@pytest.mark.parametrize("seed", [SEED, 8])
def test_effects_are_planted_exactly(seed):
    drawn = draw_study(PARAMETERS, seed)
    printed = {"beef": 136, "milk": 102, "honey": 76, "coffee": 57, "cocoa": 51}
    for product, percent in printed.items():
        assert effect(drawn, "alliance_income", "product_group", product) == pytest.approx(
            percent, abs=0.05
        )
    assert effect(drawn, "alliance_income") == pytest.approx(73, abs=0.02)
    assert effect(drawn, "net_income") == pytest.approx(63, abs=0.02)
    assert effect(drawn, "labour_income") == pytest.approx(28, abs=0.02)
    assert effect(drawn, "wage_days", what="effect") == pytest.approx(0.15)
    assert effect(drawn, "cultivated_area", what="effect") == pytest.approx(3.1, abs=0.001)
    quintiles = [effect(drawn, "net_income", "quintile", str(place)) for place in (1, 2)]
    assert quintiles[0] / quintiles[1] == pytest.approx(4, abs=0.01)
    regions = [
        effect(drawn, "net_income", "region", name)
        for name in ("Norte", "Tropico", "Valles", "Chaco")
    ]
    assert regions == sorted(regions, reverse=True)


def test_counterfactual_headcounts_are_those_implied(draw):
    assert effect(draw, "moderate_poverty", what="counterfactual") == pytest.approx(0.62, abs=0.001)
    assert effect(draw, "extreme_poverty", what="counterfactual") == pytest.approx(0.43, abs=0.001)


def test_parts_of_the_gain_sum_to_it(draw):
    parts = draw.effects.loc[draw.effects["by"] == "part", "effect"]
    assert parts.sum() == pytest.approx(effect(draw, "net_income", what="effect"), rel=1e-9)
    assert parts.min() > 0


def test_follow_up_controls_were_mostly_funded_and_the_naive_contrast_says_nothing(draw):
    controls = draw.followup[draw.followup["treated"] == 0]
    assert 0.7 < (controls["first_treated"] > 0).mean() < 0.95
    assert 0.80 < len(draw.followup) / len(draw.producers) < 0.92
    truth = draw.effects[draw.effects["wave"] == 2018].set_index("by")["percent"]
    assert truth["all"] == pytest.approx(55, abs=0.01)
    # Controls gained about as much once funded, so a contrast with all of them says nothing.
    assert 40 < truth["funded_later"] < 70


def test_controls_without_funds_have_no_alliance_to_gain_from(draw):
    controls = draw.followup[draw.followup["treated"] == 0]
    assert set(controls.loc[controls["first_treated"] == 0, "status"]) == {"none"}
    assert set(controls.loc[controls["first_treated"] > 0, "status"]) == {"same"}


def test_files_are_the_same_at_every_draw(draw):
    again = raw_tables(draw_study(PARAMETERS, SEED), PARAMETERS, SEED)
    for name, table in raw_tables(draw, PARAMETERS, SEED).items():
        assert file_bytes(name, table) == file_bytes(name, again[name])


def test_every_mistake_is_found_and_counted(surveys):
    households = [surveys[name].quality for name in ("beneficiaries", "controls")]
    assert sum(report.rows_read for report in households) == 3982
    assert sum(report.rows_kept for report in households) == 3946
    reports = [*households, surveys["products"].quality]
    found: dict[str, int] = {}
    for report in reports:
        for edit in report.edits:
            found[edit.rule] = found.get(edit.rule, 0) + edit.count
    dirt = PARAMETERS.dirt
    assert found["spellings"] == dirt.region_spellings
    assert found["year_to_age"] == dirt.birth_years
    assert found["scale"] == dirt.square_metres
    assert found["decimal_comma"] == dirt.decimal_commas
    products = surveys["products"]
    missing = int(products.table["second_price"].isna().sum())
    assert missing == dirt.dollars_unlabelled + dirt.misplaced_zeros


def test_the_order_of_raw_rows_leaves_no_trace(draw, surveys, tmp_path):
    study = load_study(FOLDER)
    entries = parse_codebook(study.codebook, [source.name for source in study.sources])
    raw = raw_tables(draw, PARAMETERS, SEED)
    source = study.sources[1]
    path = tmp_path / Path(source.path).name
    path.write_bytes(file_bytes(path.name, raw[path.name].iloc[::-1]))
    mine = entries_of(entries, source.name)
    again = harmonise(read_source(source, path), source, mine, file=path)
    pd.testing.assert_frame_equal(again.table, surveys[source.name].table)


def test_the_pipeline_builds_the_outcomes_that_the_process_has(draw, surveys):
    study = load_study(FOLDER)
    sample = build_sample("producers", {name: one.table for name, one in surveys.items()}, study)
    built = sample.outcomes.set_index("unit_id")
    true = true_outcomes(draw.producers, draw.producers, draw.products, PARAMETERS)
    true = true.set_axis(draw.producers["id"]).loc[built.index]
    converted = _in_dollars(draw)
    assert set(true) <= set(built)
    for name in true:
        known = built[name].notna() & ~built.index.isin(converted)
        assert known.mean() > 0.90
        np.testing.assert_allclose(built.loc[known, name], true.loc[known, name], atol=1e-6)


def test_outcomes_from_amounts_in_dollars_are_near(draw, surveys):
    study = load_study(FOLDER)
    sample = build_sample("producers", {name: one.table for name, one in surveys.items()}, study)
    built = sample.outcomes.set_index("unit_id")["net_income"]
    true = true_outcomes(draw.producers, draw.producers, draw.products, PARAMETERS)
    true = true.set_axis(draw.producers["id"]).loc[built.index]
    ids = built.index.isin(_in_dollars(draw)) & built.notna()
    assert ids.sum() > 80
    gross = true.loc[ids, "agricultural_income"]
    assert (built[ids] - true.loc[ids, "net_income"]).abs().max() < 0.002 * gross.max()


def _in_dollars(draw):
    rows = raw_tables(draw, PARAMETERS, SEED)["products_2014.xlsx"]
    return rows.loc[rows["moneda"] == "US$", "folio"]


def test_group_codes_tell_nothing_of_the_arm(draw):
    groups = draw.producers.drop_duplicates("group").sort_values("group")
    halves = np.array_split(groups["treated"].to_numpy(), 2)
    assert abs(halves[0].mean() - halves[1].mean()) < 0.2


def test_raw_files_hold_nothing_of_the_truth(draw):
    hidden = {"enterprise", "pull", "effect_shock", "income_shock", "quintile", "net", "gross"}
    for table in raw_tables(draw, PARAMETERS, SEED).values():
        assert not hidden & set(table.columns)
        assert isinstance(table, pd.DataFrame)
