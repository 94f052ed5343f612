"""Broken second waves: what keeps units or groups from meeting is refused, what does not changes nothing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from broken_surveys import LINES, REFUSED, SAME, TYPED, cell, cells, example_rows
from study_models import codebook_of, source_of, study_of

from ruralimpact.errors import RuralImpactError
from ruralimpact.estimation.panel import PanelData, first_differences
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.schema.base import plain
from ruralimpact.schema.waves import places_in_time
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

ROWS = example_rows(Path(__file__).parents[2] / "docs" / "example" / "producers.csv")
# A year later everybody sells more.
LATER = cells("sales", lambda text: text if text in ("", "-99") else f"1{text}")(ROWS)
COLUMNS = [
    "variable",
    "source",
    "raw_name",
    "type",
    "minimum",
    "labels",
    "missing_codes",
    "role",
    "timing",
]
CODEBOOK = [
    dict(zip(COLUMNS, line.split(","), strict=True))
    for line in (
        "alliance,*,alliance,category,,,,group,",
        "supported,*,supported,indicator,,yes=1|no=0,,treatment,",
        "land,before,hectares,number,0,,,covariate,pre",
        "sales,*,sales,number,0,,-99,outcome,post",
    )
]
SAMPLES = {
    "base": {"label": "b", "sources": ["before"], "group": "alliance", "outcomes": ["sold"]},
    "later": {
        "label": "l",
        "sources": ["after"],
        "group": "alliance",
        "baseline": "base",
        "arm": "supported",
        "outcomes": ["sold"],
    },
    "both": {
        "label": "w",
        "sources": ["before", "after"],
        "group": "alliance",
        "arm": "supported",
        "outcomes": ["sold"],
    },
}
STUDY = study_of(
    sources=[{"name": "before", "wave": "9"}, {"name": "after", "wave": "10"}],
    codebook=CODEBOOK,
    outcomes={"sold": {"label": "Sold", "unit": "Bs", "build": "variable", "of": "sales"}},
    samples=SAMPLES,
)


def other_arm(text: str) -> str:
    return {"yes": "no", "no": "yes"}[text]


MUTATIONS = [
    ("nothing", lambda rows: rows, SAME),
    ("rows_reversed", lambda rows: [rows[0], *reversed(rows[1:])], SAME),
    ("ids_spaces", cells("id", lambda text: f" {text} ", every=2), SAME),
    ("ids_zero_width", cells("id", lambda text: f"{text}\u200b"), SAME),
    ("ids_lower", cells("id", str.lower), REFUSED),
    ("ids_half_lower", cells("id", str.lower, every=2), REFUSED),
    ("ids_zeros_lost", cells("id", lambda text: text.replace("0", "", 1), every=3), REFUSED),
    ("ids_all_zeros_lost", cells("id", lambda text: "P" + text[1:].lstrip("0")), REFUSED),
    ("ids_decimal", cells("id", lambda text: f"{text}.0"), REFUSED),
    ("ids_inner_space", cells("id", lambda text: f"P {text[1:]}", every=5), REFUSED),
    ("ids_accent", cells("id", lambda text: text.replace("P", "Ṕ")), REFUSED),
    ("id_twice", cell("id", "P001"), REFUSED),
    ("groups_lower", cells("alliance", str.lower), REFUSED),
    ("groups_half_lower", cells("alliance", str.lower, every=2), REFUSED),
    ("groups_zeros_lost", cells("alliance", lambda text: text.replace("0", "", 1)), REFUSED),
    ("groups_space_inside", cells("alliance", lambda text: f"{text[0]} {text[1:]}"), REFUSED),
    ("groups_spaces_around", cells("alliance", lambda text: f"\u00a0{text} "), SAME),
    ("group_changes", cell("alliance", "A20"), REFUSED),
    ("arm_changes", cells("supported", other_arm, every=10_000, first=3), REFUSED),
]
VARIANTS = [
    (f"{name}-{form}", mutate, write, outcome)
    for form, write in {**LINES, **TYPED}.items()
    for name, mutate, outcome in MUTATIONS
]


def samples(folder, mutate, write):
    entries = parse_codebook(codebook_of(*CODEBOOK), ["before", "after"])
    tables = {}
    for name, rows in (("before", ROWS), ("after", mutate(LATER))):
        (folder / name).mkdir(exist_ok=True)
        path = write(rows, folder / name)
        wave = {"before": "9", "after": "10"}[name]
        source = source_of(name=name, path=str(path), wave=wave)
        mine = entries_of(entries, name)
        tables[name] = harmonise(read_source(source), source, mine, file=path).table
    return {name: build_sample(name, tables, STUDY) for name in SAMPLES}


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    return samples(tmp_path_factory.mktemp("right"), lambda rows: rows, LINES["csv"])


@pytest.mark.parametrize(
    ("mutate", "write", "outcome"),
    [variant[1:] for variant in VARIANTS],
    ids=[variant[0] for variant in VARIANTS],
)
def test_waves_meet_or_are_refused(mutate, write, outcome, tmp_path, right):
    if outcome == REFUSED:
        with pytest.raises(RuralImpactError) as error:
            samples(tmp_path, mutate, write)
        assert "\n" not in str(error.value)
        return
    found = samples(tmp_path, mutate, write)
    for name, sample in found.items():
        pd.testing.assert_frame_equal(sample.units, right[name].units)
        pd.testing.assert_frame_equal(sample.outcomes, right[name].outcomes)


@pytest.mark.parametrize(("value", "known"), [("A01", True), ("A1", False), ("B01", False)])
def test_a_value_is_one_that_some_wave_has(right, tmp_path, value, known):
    """Such as one alliance that only the second wave has."""
    later = [ROWS[0], *([*row[:1], "B02", *row[2:]] for row in ROWS[1:5]), *ROWS[5:]]
    entries = parse_codebook(codebook_of(*CODEBOOK), ["before", "after"])
    tables = {}
    for name, rows in (("before", ROWS), ("after", later)):
        (tmp_path / name).mkdir()
        source = source_of(name=name, path=str(LINES["csv"](rows, tmp_path / name)))
        mine = entries_of(entries, name)
        tables[name] = harmonise(read_source(source), source, mine, file=name).table
    built = {"label": "x", "build": "indicator", "of": "alliance", "values": [value]}
    variables = {"chosen": built, "later": {**built, "values": ["B02"]}}
    study = study_of(
        sources=[{"name": "before", "wave": "9"}, {"name": "after", "wave": "10"}],
        codebook=CODEBOOK,
        variables=variables,
        outcomes=plain(STUDY.outcomes),
        samples={"base": SAMPLES["base"]},
    )
    if known:
        assert len(build_sample("base", tables, study).units) == 96
        return
    with pytest.raises(RuralImpactError, match=f"'alliance' has no value '{value}'"):
        build_sample("base", tables, study)


def test_waves_are_in_the_order_of_their_numbers():
    assert places_in_time(["10", "8", "9", "8"]) == [3, 1, 2, 1]
    with pytest.raises(RuralImpactError, match="the wave 'Baseline' is no number"):
        places_in_time(["Baseline", "Endline"])


def test_first_differences_follow_the_order_of_waves():
    """Over waves 8, 9 and 10 the effect is the one that the data were made with; by letter it is not."""
    rng = np.random.default_rng(1)
    n, waves = 200, ["8", "9", "10"]
    start = rng.integers(0, 3, n)  # of three: treated from the second, the third, or never
    treated = np.array([[wave > first for wave in range(3)] for first in start], dtype=float)
    treated[start == 2] = 0
    outcome = rng.normal(size=(n, 1)) + np.array([0.0, 10.0, 20.0]) + 5 * treated
    units = np.repeat(np.arange(n).astype(str).astype(object), 3)
    panel = PanelData(units, np.array(places_in_time(waves * n), dtype=np.int64), units)
    found = first_differences(outcome.ravel(), treated.ravel(), panel)
    assert found.estimate == pytest.approx(5, abs=1e-9)
    by_letter = PanelData(units, np.tile([2, 3, 1], n).astype(np.int64), units)
    wrong = first_differences(outcome.ravel(), treated.ravel(), by_letter)
    assert wrong.estimate != pytest.approx(5, abs=0.1)
