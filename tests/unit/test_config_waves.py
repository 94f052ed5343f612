"""A series stands for one source a wave; a later wave changes nothing about an earlier round."""

from pathlib import Path

import pytest
from study_models import codebook_of, study_of

from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.config.samples import check_sample_waves
from ruralimpact.config.series import written_out
from ruralimpact.config.waves import rounds_of, wave_order
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.registry import package_kinds, read_exhibits
from ruralimpact.schema.base import plain
from ruralimpact.schema.study import StudyFile

FILE = Path("study.yaml")


def study(waves=(2014, 2016), **more):
    return {
        "sources": [
            {
                "name": "homes",
                "label": "Homes",
                "path": "{wave}.csv",
                "id": "id",
                "waves": list(waves),
            }
        ],
        "codebook": [
            {"variable": "age", "source": "homes", "raw_name": "p1"},
            {"variable": "income", "source": "homes", "raw_name": "p2"},
            {"variable": "income", "source": "homes_2016", "raw_name": "p9"},
        ],
        "variables": {},
        "outcomes": {"earned": {"of": "income"}},
        "samples": {
            "all": {"label": "All", "sources": ["homes"]},
            "cross": {"label": "Cross", "sources": ["homes"], "waves": "each"},
            "panel": {"label": "Panel", "sources": ["homes"], "waves": "up_to"},
        },
        "analyses": [
            {"name": "levels", "label": "Levels", "sample": "cross", "outcomes": ["earned"]},
            {
                "name": "change",
                "label": "Change",
                "sample": "panel",
                "before": [2014],
                "after": ["latest"],
                "outcomes": ["earned"],
            },
            {"name": "pooled", "label": "Pooled", "sample": "all", "outcomes": ["earned"]},
        ],
        "exhibits": {
            "tables": [
                {"name": "t", "kind": "impact", "title": "T", "analyses": ["pooled", "levels"]}
            ],
            "figures": [],
        },
        **more,
    }


def expanded(raw):
    """Return the study of a raw one, with what study.yaml must have filled in."""
    parts = {
        **dict.fromkeys(("title", "unit_label", "group_label"), "x"),
        "synthetic": False,
        "design": "panel",
        **{key: raw[key] for key in raw if key not in ("codebook", "exhibits")},
        "outcomes": {
            name: {"label": name, "unit": "", "build": "variable", **one}
            for name, one in raw["outcomes"].items()
        },
        "variables": {
            name: {"label": name, "role": "input", "build": "sum", **one}
            for name, one in raw["variables"].items()
        },
        "analyses": [
            {
                **({"method": "before_after"} if "before" in one else {"method": "panel"}),
                **(
                    {}
                    if "before" in one
                    else {"treatment": "t", "estimators": ["first_differences"]}
                ),
                **one,
            }
            for one in raw["analyses"]
        ],
    }
    return written_out(
        StudyFile(**parts),
        FILE,
        name="test",
        codebook=codebook_of(*raw["codebook"]),
        strategies=[],
        exhibits=read_exhibits(raw["exhibits"], package_kinds()),
    )


def test_a_series_is_one_source_a_wave():
    made = expanded(study())
    assert [source.name for source in made.sources] == ["homes_2014", "homes_2016"]
    assert [source.path for source in made.sources] == ["2014.csv", "2016.csv"]
    assert [source.wave for source in made.sources] == ["2014", "2016"]
    assert not any(source.waves for source in made.sources)


def test_a_row_of_one_wave_stands_in_the_place_of_the_series_row():
    made = expanded(study()).codebook
    columns = {(row.variable, row.source): row.raw_name for row in made}
    assert columns == {
        ("age", "homes_2014"): "p1",
        ("age", "homes_2016"): "p1",
        ("income", "homes_2014"): "p2",
        ("income", "homes_2016"): "p9",
    }
    assert len(made) == len(columns)


def test_samples_analyses_and_exhibits_by_wave():
    made = expanded(study((2014, 2016, 2018)))
    assert {name: list(one.sources) for name, one in made.samples.items()} == {
        "all": ["homes_2014", "homes_2016", "homes_2018"],
        "cross_2014": ["homes_2014"],
        "cross_2016": ["homes_2016"],
        "cross_2018": ["homes_2018"],
        "panel_to_2016": ["homes_2014", "homes_2016"],
        "panel_to_2018": ["homes_2014", "homes_2016", "homes_2018"],
    }
    named = {one.name: one for one in made.analyses}
    assert list(named) == [
        *("levels_2014", "levels_2016", "levels_2018"),
        *("change_to_2016", "change_to_2018", "pooled"),
    ]
    assert named["change_to_2016"].after == ("2016",)
    assert named["change_to_2018"].before == (2014,)
    (table,) = made.exhibits.tables
    assert isinstance(table, OfAnalyses)
    assert table.analyses == ("pooled", "levels_2014", "levels_2016", "levels_2018")


def test_a_new_wave_leaves_the_earlier_rounds_word_for_word():
    raw = study()
    raw["samples"].pop("all")
    raw["analyses"].pop()
    longer = {**raw, "sources": [{**raw["sources"][0], "waves": [2014, 2016, 2018]}]}
    before, after = (rounds_of(expanded(one)) for one in (raw, longer))
    for wave in ("2014", "2016"):
        assert plain(after[wave], "exhibits") == plain(before[wave], "exhibits")
    assert set(after) - set(before) == {"2018"}
    assert (after["2018"].ending, after["2018"].folder) == ("_2018", "/waves/2018")
    assert (after["2014"].ending, after["2014"].folder) == ("", "")


def test_a_round_knows_only_what_had_been_asked():
    raw = study()
    raw["codebook"].append({"variable": "later", "source": "homes_2016", "raw_name": "p3"})
    raw["variables"] = {"twice": {"build": "sum", "of": ["later", "later"]}}
    raw["outcomes"]["more"] = {"of": "twice"}
    rounds = rounds_of(expanded(raw))
    assert (set(rounds["2014"].variables), set(rounds["2014"].outcomes)) == (set(), {"earned"})
    assert set(rounds["2016"].outcomes) == {"earned", "more"}
    assert [source.name for source in rounds["2014"].sources] == ["homes_2014"]


def test_a_sample_belongs_to_the_round_of_what_it_refers_to():
    named = {
        "first": {"sources": ["homes_2014"], "restrict_to": "second"},
        "second": {"sources": ["homes_2016"], "baseline": "base"},
        "base": {"sources": ["homes_2014"]},
    }
    rounds = rounds_of(study_of(plain(expanded(study())), samples=named, analyses=[]))
    assert {wave: list(one.samples) for wave, one in rounds.items()} == {
        "2014": ["base"],
        "2016": ["first", "second"],
    }
    assert list(rounds["2016"].references) == ["base"]


def test_waves_are_ordered_by_number_not_by_letter():
    sources = [{"name": f"s{name}", "wave": name} for name in ("10", "9", "endline", "2")]
    assert wave_order(study_of(sources=sources)) == ["2", "9", "10", "endline"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s["sources"][0].update(path="x.csv"), r"sources.homes.path.*need \{wave\}"),
        (
            lambda s: s["sources"][0].update(waves=[1, "1"]),
            "sources.homes.waves.*wave 1 stands twice",
        ),
        (
            lambda s: (
                s["sources"].append({"name": "odd", "path": "o.csv", "id": "i"})
                or s["samples"]["cross"].update(sources=["homes", "odd"])
            ),
            "samples.cross.waves.*'odd' has no wave",
        ),
        (
            lambda s: s["sources"][0].update(waves=[2014]),
            "samples.panel.waves.*one wave makes no panel",
        ),
    ],
)
def test_series_that_cannot_be_written_out(change, message):
    raw = study()
    change(raw)
    with pytest.raises(ConfigError, match=message):
        expanded(raw)


KEPT = {"first_treated": "year", "contaminated": "keep"}
LEVELS = {"method": "difference_in_means", "treatment": "ben"}
ROLES = {"ben": "treatment", "year": "adoption", "age": "covariate"}


def samples(**more):
    return {
        **plain(expanded(study())),
        "samples": {
            "base": {"sources": ["homes_2014"]},
            "later": {"sources": ["homes_2016"], "baseline": "base"},
            **more,
        },
        "analyses": [],
    }


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (
            {"sources": ["homes_2014"], "baseline": "later"},
            "the wave 2014 is not after its baseline.*2016",
        ),
        (
            {"sources": ["homes_2016"], "baseline": "bse"},
            "unknown sample 'bse'. Did you mean 'base'",
        ),
        ({"sources": ["homes_2016"], "restrict_to": "odd"}, "refer to each other"),
        (
            {"sources": ["homes_2016"], "first_treated": "year"},
            "odd.first_treated.*needs 'arm'",
        ),
        (
            {"sources": ["homes_2016"], "contaminated": "keep"},
            "'contaminated' needs 'first_treated'",
        ),
        ({"sources": ["homes_2016"], "arm": "age"}, "unknown treatment variable 'age'"),
        (
            {"sources": ["homes_2016"], "outcomes": ["earnd"]},
            "unknown outcome 'earnd'. Did you mean",
        ),
    ],
)
def test_samples_of_several_waves_are_checked(sample, message):
    with pytest.raises(ConfigError, match=message):
        check_sample_waves(study_of(samples(odd=sample)), ROLES, FILE)


def test_an_analysis_needs_an_outcome_that_its_sample_has():
    raw = samples(odd={"sources": ["homes_2016"], "outcomes": ["earned"]})
    raw["outcomes"]["eaten"] = {"build": "variable", "of": "age"}
    raw["analyses"] = [{**LEVELS, "name": "a", "sample": "odd", "outcomes": ["eaten"]}]
    with pytest.raises(ConfigError, match="analyses.a.outcomes.*'odd' does not have the outcome"):
        check_sample_waves(study_of(raw), ROLES, FILE)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"kind": "contamination", "analyses": ["a"]}, "give two analyses"),
        ({"kind": "contamination", "analyses": ["b", "a"]}, "'b' needs `contaminated: exclude`"),
        (
            {
                "kind": "wave_change",
                "steps": [{"analysis": "c", "outcome": "earned", "label": "L"}] * 2,
            },
            "unknown analysis 'c'",
        ),
        (
            {
                "kind": "wave_change",
                "steps": [{"analysis": "a", "outcome": "age", "label": "L"}] * 2,
            },
            "unknown outcome 'age'",
        ),
    ],
)
def test_exhibits_of_waves_are_checked(table, message):
    raw = samples(odd={"sources": ["homes_2016"], "arm": "ben", **KEPT})
    raw["analyses"] = [
        {**LEVELS, "name": "a", "sample": "odd", "outcomes": ["earned"]},
        {**LEVELS, "name": "b", "sample": "odd", "outcomes": ["earned"]},
    ]
    raw["exhibits"] = {"tables": [{"name": "t", "title": "T", **table}], "figures": []}
    with pytest.raises(ConfigError, match=message):
        check_exhibits(study_of(raw), package_kinds(), FILE)
