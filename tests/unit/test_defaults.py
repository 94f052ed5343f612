"""What a study leaves to its design is what it would have had to write."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ruralimpact.config import load_study, study_examination
from ruralimpact.errors import ConfigError
from ruralimpact.schema.base import plain

CODEBOOK = """\
variable,source,raw_name,type,unit,role,timing,label,labels
village,*,village,category,,group,,Village,
supported,*,supported,indicator,,treatment,,Supported,yes=1|no=0
age,*,age,integer,years,covariate,pre,Age,
land,*,land,number,hectares,covariate,pre,Land,
advice,*,advice,indicator,,covariate,post,Advice,
sales,*,sales,number,US dollars,outcome,post,Sales,
poor,*,poor,indicator,,outcome,post,Poor,
"""
SOURCE = {"name": "farms", "path": "data/farms.csv", "id": "id", "wave": "2014"}
HEAD = {"title": "Farms", "synthetic": True, "design": "cross_section", "sources": [SOURCE]}
LATER = {**SOURCE, "name": "later", "path": "data/later.csv", "wave": "2018"}
Files = dict[str, Any]
DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "defaults.md").read_text(encoding="utf-8")


def folder(tmp_path: Path, files: Files, codebook: str = CODEBOOK) -> Path:
    """Write a study of the files given; the others are left out."""
    study = tmp_path / "config" / "studies" / "farms"
    study.mkdir(parents=True, exist_ok=True)
    (study / "codebook.csv").write_text(codebook, encoding="utf-8")
    for name, content in files.items():
        (study / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return study


def variable(name: str, label: str, unit: str, decimals: int) -> dict[str, Any]:
    entry = {"label": label, "unit": unit, "family": "outcomes", "build": "variable", "of": name}
    return {**entry, "decimals": decimals}


def test_a_cross_section_of_six_lines_is_the_study_written_out(tmp_path: Path) -> None:
    covariates = {"covariates": ["age", "land"], "outcomes": ["sales", "poor"]}
    compared = {"sample": "all", "treatment": "supported", **covariates}
    strategies = [
        {"name": "nearest", "label": "Three nearest neighbours", "method": "nearest", "k": 3},
        {"name": "kernel", "label": "Kernel", "method": "kernel", "bandwidth": 0.06},
        {"name": "entropy", "label": "Entropy balancing", "method": "entropy"},
    ]
    matched = {"name": "matched", "label": "Matched", "method": "matching", **compared}
    as_they_came = {
        "name": "unadjusted",
        "label": "As they came, not matched",
        "method": "difference_in_means",
        **compared,
    }
    written = {
        **HEAD,
        "unit_label": "units",
        "group_label": "groups",
        "sources": [{**SOURCE, "label": "farms"}],
        "outcomes": {
            "sales": variable("sales", "Sales", "US dollars", 0),
            "poor": variable("poor", "Poor", "percentage points", 1),
        },
        "samples": {"all": {"label": "All units", "sources": ["farms"], "group": "village"}},
        "analyses": [
            {**matched, "strategies": ["nearest", "kernel", "entropy"]},
            as_they_came,
        ],
    }
    short = load_study(folder(tmp_path / "short", {"study": HEAD}))
    files = {"study": written, "strategies": strategies, "exhibits": plain(short.exhibits)}
    long = load_study(folder(tmp_path / "long", files))
    assert plain(long) == plain(short)
    assert [entry.name for entry in short.exhibits.figures] == [
        *("forest", "love", "overlap", "missing_by_arm")
    ]
    tables = [entry.name for entry in short.exhibits.tables]
    assert {"impact", "balance", "sample", "sensitivity"} <= set(tables)
    impact = plain(short.exhibits.tables[0])
    assert (impact["analyses"], impact["unadjusted"]) == (["matched"], "unadjusted")


@pytest.mark.parametrize(
    ("design", "sources", "adopted", "method", "keys"),
    [
        ("panel", [SOURCE, LATER], False, "difference_in_differences",
         {"before": ("2014",), "after": ("2018",), "fixed": True,
          "estimators": ("two_by_two", "doubly_robust")}),
        ("panel", [SOURCE, LATER], True, "staggered", {"first_treated": "began"}),
        ("panel", [{**SOURCE, "wave_variable": "year"}], False, "panel",
         {"estimators": ("two_way_fixed_effects", "first_differences")}),
        ("before_after", [SOURCE, LATER], False, "before_after",
         {"before": ("2014",), "after": ("2018",)}),
    ],
)  # fmt: skip
def test_analyses_follow_from_the_design(
    tmp_path: Path, design: str, sources: Any, adopted: bool, method: str, keys: Files
) -> None:
    codebook = CODEBOOK + "year,*,year,integer,,wave,,Year,\n"
    codebook += "began,*,began,integer,,adoption,,Began,\n" if adopted else ""
    sources = [{key: one[key] for key in one if key != "wave" or "wave_variable" not in one}
               for one in sources]  # fmt: skip
    files = {"study": {**HEAD, "design": design, "sources": sources}}
    (analysis,) = load_study(folder(tmp_path, files, codebook)).analyses
    assert analysis.method == method
    assert {key: getattr(analysis, key) for key in keys} == keys
    assert analysis.outcomes == ("sales", "poor")


def test_a_cross_section_takes_covariates_from_the_wave_before(tmp_path: Path) -> None:
    study = load_study(folder(tmp_path, {"study": {**HEAD, "sources": [SOURCE, LATER]}}))
    assert study.samples["all"].sources == ("later",)
    assert study.samples["all"].baseline == "before"
    assert {analysis.sample for analysis in study.analyses} == {"all"}


def test_analyses_that_are_given_say_only_what_is_special(tmp_path: Path) -> None:
    analyses = [{"name": "within", "method": "matching", "exact": ["age"]}]
    study = load_study(folder(tmp_path, {"study": {**HEAD, "analyses": analyses}}))
    (analysis,) = study.analyses
    assert (analysis.covariates, analysis.exact) == (("land",), ("age",))
    assert (analysis.treatment, analysis.sample) == ("supported", "all")


def test_exhibits_are_added_dropped_and_given_other_titles(tmp_path: Path) -> None:
    power = {"name": "p", "kind": "p_values", "title": "Adjusted", "analyses": ["matched"]}
    changes = {
        "add": {"tables": [power]},
        "drop": ["love", "sample"],
        "titles": {"impact": "Impact on sales"},
    }
    shown = load_study(folder(tmp_path, {"study": HEAD, "exhibits": changes})).exhibits
    names = [entry.name for entry in (*shown.tables, *shown.figures)]
    assert "p" in names
    assert not {"love", "sample"} & set(names)
    assert shown.tables[0].title == "Impact on sales"


def test_entries_of_exhibits_say_only_what_is_special(tmp_path: Path) -> None:
    levels = {"quantiles": 2, "outcomes": ["sales"]}
    asked = [{"name": "ages", "label": "Age", "variable": "age", **levels}]
    analyses = [
        {"name": "within", "method": "matching", "subgroups": asked},
        {"name": "other", "method": "matching"},
        {"name": "means", "method": "difference_in_means"},
    ]
    changes = {
        "analyses": ["within", "means"],
        "add": {
            "tables": [{"kind": "p_values"}, {"kind": "balance", "analyses": ["other"]}],
            "figures": [{"kind": "subgroup_forest", "subgroup": "ages"}],
        },
    }
    files = {"study": {**HEAD, "analyses": analyses}, "exhibits": changes}
    exhibits = load_study(folder(tmp_path, files)).exhibits
    shown = {entry.name: plain(entry) for entry in (*exhibits.tables, *exhibits.figures)}
    assert shown["p_values"]["analyses"] == ["within", "means"]
    assert shown["impact"]["analyses"] == ["within"]
    assert shown["balance"]["analyses"] == ["other"]
    assert shown["by_ages"] == {
        "name": "by_ages",
        "kind": "subgroups",
        "title": "Effects by ages",
        "analyses": ["within"],
        "subgroup": "ages",
    }
    assert shown["by_ages_forest"]["analyses"] == ["within"]
    assert "decomposition" not in shown


@pytest.mark.parametrize(
    ("exhibits", "words"),
    [
        ({"analyses": ["mached"]}, "there is no analysis 'mached'. Did you mean 'matched'?"),
        ({"add": {"tables": [{"kind": "group_time"}]}}, "a 'group_time' shows staggered"),
        ({"drop": ["balanse"]}, "there is no exhibit 'balanse'. Did you mean 'balance'?"),
        ({"titles": {"lov": "x"}}, "there is no exhibit 'lov'. Did you mean 'love'?"),
        ({"drop": ["love"], "tables": []}, "put further exhibits under `add`"),
        ({"dorp": ["love"]}, "unknown key 'dorp'. Did you mean 'drop'?"),
    ],
)
def test_changes_of_what_is_not_shown_are_refused(
    tmp_path: Path, exhibits: Files, words: str
) -> None:
    with pytest.raises(ConfigError, match="exhibits.yaml") as refused:
        load_study(folder(tmp_path, {"study": HEAD, "exhibits": exhibits}))
    assert words in str(refused.value)


def test_all_mistaken_changes_are_told_at_once(tmp_path: Path) -> None:
    exhibits = {
        "analyses": ["mached"],
        "drop": ["balanse", "love"],
        "titles": {"lov": "x", "impact": "Impact", "forrest": "y"},
    }
    examination = study_examination(folder(tmp_path, {"study": HEAD, "exhibits": exhibits}))
    told = [str(problem) for problem in examination.problems()]
    named = ["'mached'", "'balanse'", "key 'titles.forrest'", "key 'titles.lov'"]
    assert len(told) == len(named)
    assert all(
        name in line and "Did you mean" in line for name, line in zip(named, told, strict=True)
    )


def test_a_study_says_what_its_design_added(tmp_path: Path) -> None:
    examination = study_examination(folder(tmp_path, {"study": HEAD}))
    assert not list(examination.problems())
    lines = examination.by_design()
    assert "analyses: matched (matching), unadjusted (difference_in_means)" in lines
    assert "strategies: nearest, kernel, entropy" in lines


DESCRIBED = {
    "survival": {"survival", "survival_curves"},
    "workshops": {"responses", "responses_shares", "drawn_sample", "sample_protocol"},
    "gains": {"gains", "difference", "trends"},
    "returns": {"rate_of_return"},
    "portfolio": {"portfolio_reach", "portfolio_financing"},
}


@pytest.mark.parametrize("example", DESCRIBED)
def test_what_a_study_describes_is_shown_without_being_asked_for(
    tmp_path: Path, example: str
) -> None:
    study = tmp_path / "study"
    shutil.copytree(DOCS / f"example_{example}", study)
    (study / "exhibits.yaml").unlink()
    exhibits = load_study(study).exhibits
    names = [entry.name for entry in (*exhibits.tables, *exhibits.figures)]
    of_each = {"sample", "data_edits", "data_quality"}
    assert set(names) == DESCRIBED[example] | of_each


def rows_of_page() -> dict[str, list[str]]:
    """Return the row of each kind of study in the table of lines, by its first cell."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
    return {row[0]: row for row in rows if len(row) == 3 and row[1].isdecimal()}


def blocks() -> list[str]:
    return re.findall(r"^```yaml\n(title.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


OVER_TIME = "year,*,year,integer,,wave,,Year,\n"
ADOPTION = "began,*,began,integer,,adoption,,Began,\n"


@pytest.mark.parametrize(
    ("kind", "block", "codebook", "methods"),
    [
        ("cross section", 0, CODEBOOK, ["matching", "difference_in_means"]),
        ("two waves", 1, CODEBOOK, ["difference_in_differences"]),
        (
            "begun at several times",
            2,
            CODEBOOK.replace(
                "supported,*,supported,indicator,,treatment", ADOPTION + "x,*,x,indicator,,input"
            )
            + OVER_TIME,
            ["staggered"],
        ),
        ("panel", 2, CODEBOOK + OVER_TIME, ["panel"]),
    ],
)
def test_a_study_of_few_lines_has_the_analyses_of_its_design(
    tmp_path: Path, kind: str, block: int, codebook: str, methods: list[str]
) -> None:
    text = blocks()[block]
    assert rows_of_page()[kind][1] == str(len(text.splitlines()))
    study = load_study(folder(tmp_path, {"study": yaml.safe_load(text)}, codebook))
    assert [analysis.method for analysis in study.analyses] == methods
    assert all(set(analysis.outcomes) == {"sales", "poor"} for analysis in study.analyses)


def test_every_kind_of_study_needs_at_most_25_lines() -> None:
    shown = rows_of_page()
    examples = {}
    for kind, _, where in shown.values():
        named = re.search(r"`docs/(example\w*)/`", where)
        if named and kind != "cross section":
            examples[kind] = DOCS / named[1] / "study.yaml"
    lines = {kind: len(path.read_text("utf-8").splitlines()) for kind, path in examples.items()}
    assert lines == {kind: int(shown[kind][1]) for kind in lines}
    assert len(lines) == len(list(DOCS.glob("example_*"))) == 5
    guide = len((DOCS / "example" / "study.yaml").read_text("utf-8").splitlines())
    assert f"in {guide} lines" in shown["cross section"][2]
    assert max(int(row[1]) for row in shown.values()) <= 25


WRITTEN_OUT = {
    "survival": {"label": "How long they last", "sample": "register"},
    "portfolio": {"label": "Targets and what was reached", "sample": "register"},
    "returns": {
        "label": "Rates of return",
        "sample": "all",
        "outcomes": ["grant_paid", "own_paid", "sales", "costs"],
    },
}


@pytest.mark.parametrize("example", WRITTEN_OUT)
def test_a_description_leaves_to_its_design_what_could_be_written_out(
    tmp_path: Path, example: str
) -> None:
    study = tmp_path / "study"
    shutil.copytree(DOCS / f"example_{example}", study)
    (study / "exhibits.yaml").unlink()
    contents = yaml.safe_load((study / "study.yaml").read_text(encoding="utf-8"))
    (entry,) = contents["analyses"]
    del entry["label"]
    (study / "study.yaml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    short = load_study(study)
    entry |= WRITTEN_OUT[example]
    contents["samples"] = plain(short.samples)
    (study / "study.yaml").write_text(yaml.safe_dump(contents), encoding="utf-8")
    assert plain(load_study(study)) == plain(short)


def test_each_file_of_a_study_that_describes_is_a_sample_with_its_own_groups(
    tmp_path: Path,
) -> None:
    study = tmp_path / "study"
    shutil.copytree(DOCS / "example_workshops", study)
    text = (study / "codebook.csv").read_text("utf-8")
    text += "village,answers,village,category,,,,,,group,,Village\n"
    (study / "codebook.csv").write_text(text, encoding="utf-8")
    samples = load_study(study).samples
    assert {name: sample.sources for name, sample in samples.items()} == {
        "register": ("register",),
        "answers": ("answers",),
    }
    assert (samples["register"].group, samples["answers"].group) == (None, "village")


def test_analyses_of_one_method_do_not_share_a_label(tmp_path: Path) -> None:
    analyses = [{"name": name, "method": "matching"} for name in ("near", "far")]
    study = load_study(folder(tmp_path, {"study": {**HEAD, "analyses": analyses}}))
    assert [entry.label for entry in study.analyses] == ["Matched: near", "Matched: far"]
