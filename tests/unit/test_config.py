"""The configuration as shipped is valid, and each kind of mistake is named in one sentence."""

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from study_models import SHIPPED, codebook_of

from ruralimpact.cli import project
from ruralimpact.config import check_files, known_studies, load_studies, load_study
from ruralimpact.errors import ConfigError, DataError

ROOT = Path(__file__).parents[2]
Edit = Callable[[Any], None]


@pytest.fixture
def nsw(tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "studies" / "nsw"
    shutil.copytree(ROOT / "config" / "studies" / "nsw", folder)
    return folder


def edit(path: Path, change: Edit) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def message(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_study(folder)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_the_shipped_configuration_is_valid() -> None:
    config = {"studies": SHIPPED, "seed": 1, "plugins": ["plugins/rural_alliances"]}
    studies = load_studies(ROOT, config)
    check_files(ROOT, studies)
    assert tuple(study.name for study in studies) == SHIPPED
    assert set(SHIPPED) <= set(known_studies(ROOT))


def test_a_study_carries_its_four_files(nsw: Path) -> None:
    study = load_study(nsw)
    assert study.name == "nsw"
    assert study.variables == {}
    with (nsw / "codebook.csv").open(encoding="utf-8", newline="") as file:
        written = codebook_of(*csv.DictReader(file))
    assert list(study.codebook) == written
    assert [strategy.name for strategy in study.strategies][:2] == ["nn1_caliper", "nn5"]
    assert [table.name for table in study.exhibits.tables][:1] == ["impact"]


def set_strategy(key: str, value: object) -> Edit:
    return lambda rows: rows[0].__setitem__(key, value)


def set_analysis(key: str, value: object) -> Edit:
    return lambda study: study["analyses"][1].__setitem__(key, value)


MISTAKES: dict[str, tuple[str, Edit, list[str]]] = {
    "unknown key of a strategy": (
        "strategies.yaml",
        set_strategy("calliper", 0.2),
        ["strategies.yaml", "key 'nn1_caliper.calliper'", "Did you mean 'caliper'?"],
    ),
    "key of another method": (
        "strategies.yaml",
        set_strategy("bandwidth", 0.06),
        ["unknown key 'bandwidth' of method: nearest"],
    ),
    "key that the method does not have": (
        "strategies.yaml",
        lambda rows: rows.append(
            {"name": "k", "label": "K", "method": "kernel", "bandwidth": 0.06, "k": 2}
        ),
        ["key 'k.k'", "unknown key 'k' of method: kernel"],
    ),
    "unknown method": (
        "strategies.yaml",
        set_strategy("method", "nearset"),
        ["'nearset' is not one of", "Did you mean 'nearest'?"],
    ),
    "value out of range": ("strategies.yaml", set_strategy("k", 0), ["'0' is below 1"]),
    "a number that YAML reads as text": (
        "strategies.yaml",
        set_strategy("tie_tolerance", "1e-5"),
        ["'1e-5' is not a number", "1.0e-5"],
    ),
    "unknown key of the study": (
        "study.yaml",
        lambda study: study.__setitem__("titel", "x"),
        ["study.yaml", "unknown key 'titel'", "Did you mean 'title'?"],
    ),
    "missing key": (
        "study.yaml",
        lambda study: study.pop("design"),
        ["the key 'design' is missing"],
    ),
    "unknown key deep down": (
        "study.yaml",
        lambda study: study["outcomes"]["earnings"].__setitem__("famly", "income"),
        ["key 'outcomes.earnings.famly'", "Did you mean 'family'?"],
    ),
    "unknown sample": (
        "study.yaml",
        set_analysis("sample", "psdi"),
        ["key 'analyses.psid_matching.sample'", "unknown sample 'psdi'", "'psid'"],
    ),
    "unknown strategy": (
        "study.yaml",
        set_analysis("strategies", ["nn1_calipr"]),
        ["unknown strategy 'nn1_calipr'", "Did you mean 'nn1_caliper'?"],
    ),
    "unknown outcome": (
        "study.yaml",
        set_analysis("outcomes", ["earning"]),
        ["unknown outcome 'earning'", "Did you mean 'earnings'?"],
    ),
    "unknown covariate": (
        "study.yaml",
        set_analysis("covariates", ["age", "educaton"]),
        ["there is no variable 'educaton'", "Did you mean 'education'?"],
    ),
    "treatment that is none": (
        "study.yaml",
        set_analysis("treatment", "black"),
        ["unknown treatment 'black'", "trained"],
    ),
    "treatment among the covariates": (
        "study.yaml",
        set_analysis("covariates", ["age", "trained"]),
        ["'trained' is not a covariate (its role is 'treatment')"],
    ),
    "covariate measured after treatment": (
        "study.yaml",
        set_analysis("covariates", ["age", "earnings_1978"]),
        ["'earnings_1978' is not a covariate (its role is 'outcome')"],
    ),
    "panel of one wave": (
        "study.yaml",
        lambda study: study["analyses"].append(
            {
                "name": "did",
                "label": "Difference in differences",
                "sample": "psid",
                "method": "panel",
                "treatment": "trained",
                "estimators": ["first_differences"],
                "outcomes": ["earnings"],
            }
        ),
        ["analyses.did.method", "'panel' needs a wave before treatment", "difference in levels"],
    ),
    "matched difference of one wave": (
        "study.yaml",
        lambda study: study["analyses"][1].update(
            {
                "method": "matched_difference",
                "treatment": "trained",
                "covariates": ["age"],
                "strategies": ["nn5"],
            }
        ),
        ["'matched_difference' needs a wave before treatment"],
    ),
    "unknown source": (
        "study.yaml",
        lambda study: study["samples"]["psid"].__setitem__("sources", ["pside"]),
        ["unknown source 'pside'", "Did you mean 'psid'?"],
    ),
    "name twice": (
        "study.yaml",
        set_analysis("name", "experiment"),
        ["the name 'experiment' stands twice"],
    ),
    "built from nothing": (
        "study.yaml",
        lambda study: study["outcomes"]["earnings"].__setitem__("of", "earnings_1979"),
        ["key 'outcomes.earnings'", "unknown variable 'earnings_1979'"],
    ),
    "unknown kind of table": (
        "exhibits.yaml",
        lambda exhibits: exhibits["add"]["tables"][0].__setitem__("kind", "impacts"),
        ["key 'add.tables.impacts.kind'", "Did you mean 'impact'?"],
    ),
    "table of an unknown analysis": (
        "exhibits.yaml",
        lambda exhibits: exhibits["add"]["tables"][0].__setitem__("analyses", ["psid_match"]),
        ["exhibits.yaml", "unknown analysis 'psid_match'", "Did you mean 'psid_matching'?"],
    ),
    "balance of what is not matched": (
        "exhibits.yaml",
        lambda exhibits: exhibits["add"]["figures"].append(
            {"kind": "love", "analyses": ["experiment"]}
        ),
        ["'experiment' is not matched"],
    ),
    "subgroup of what is measured after": (
        "study.yaml",
        set_analysis("subgroups", [{"name": "x", "label": "X", "variable": "earnings_1978"}]),
        ["key 'analyses.psid_matching.subgroups.x.variable'", "measured after the treatment"],
    ),
    "subgroup by two things": (
        "study.yaml",
        set_analysis(
            "subgroups",
            [
                {
                    "name": "x",
                    "label": "X",
                    "variable": "black",
                    "predicted": "earnings",
                    "quantiles": 3,
                }
            ],
        ),
        ["give one of variable, predicted and realised"],
    ),
    "predicted classes without their number": (
        "study.yaml",
        set_analysis("subgroups", [{"name": "x", "label": "X", "predicted": "earnings"}]),
        ["'predicted' needs quantiles"],
    ),
    "subgroup exhibit of what is not declared": (
        "exhibits.yaml",
        lambda exhibits: exhibits["add"]["tables"].append(
            {
                "name": "x",
                "kind": "subgroups",
                "title": "X",
                "analyses": ["cps_matching"],
                "subgroup": "degree",
            }
        ),
        ["unknown subgroup 'degree'"],
    ),
    "decomposition with a value but no quantity": (
        "study.yaml",
        set_analysis(
            "decomposition",
            {
                "outcome": "earnings",
                "products": [{"name": "p", "label": "P", "value": "earnings", "cost": "earnings"}],
            },
        ),
        ["decomposition.products.p", "give quantity and value, or grades"],
    ),
    "weight that is the treatment": (
        "study.yaml",
        lambda study: study["samples"]["psid"].__setitem__("weight", "trained"),
        ["samples.psid.weight", "'trained' is a variable with the role treatment, no sampling"],
    ),
    "weight of an outcome": (
        "study.yaml",
        lambda study: study["samples"]["psid"].__setitem__("weight", ["age", "earnings_1978"]),
        ["samples.psid.weight", "'earnings_1978' is a variable with the role outcome"],
    ),
    "association with an unknown service": (
        "study.yaml",
        set_analysis(
            "associations",
            [{"name": "x", "label": "X", "variables": ["advise"], "outcomes": ["earnings"]}],
        ),
        ["analyses.psid_matching.associations.x", "unknown variable 'advise'"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(nsw: Path, mistake: str) -> None:
    file, change, parts = MISTAKES[mistake]
    edit(nsw / file, change)
    text = message(nsw)
    for part in parts:
        assert part in text


def misspelt(word: str) -> str:
    return word[:2] + "q" + word[2:]


def places_of(pattern: str, lines: list[str]) -> dict[str, int]:
    """Return the line, from 1, of the last place of each word that a pattern takes."""
    return {
        word: number
        for number, line in enumerate(lines, start=1)
        for word in re.findall(pattern, line.partition(" #")[0])
    }


# What entries are called, and keys that hold what anybody may call as they like.
FREE = {"title", "titles", "label", "unit", "source", "family", "citation"}


@pytest.mark.parametrize("name", ["study", "strategies", "exhibits"])
def test_whatever_is_misspelt_is_named_with_its_line(nsw: Path, name: str) -> None:
    """Keys and references, one at a time; a name that others refer to is wrong where it is referred to."""
    path = nsw / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    study = load_study(nsw)
    named = {*study.samples, *study.outcomes, *(own.name for own in study.analyses)}
    keys = places_of(r"(?:^|[ {])([a-z_]{3,})(?=:(?: |$))", lines)
    referred = places_of(r"(?:\[|, )([a-z0-9_]{3,})(?=[,\]])", lines)
    asked = {word: line for word, line in keys.items() if word not in {*named, *FREE}}
    asked |= {word: line for word, line in referred.items() if word in named}
    assert len(asked) > 3
    for word, line in asked.items():
        changed = re.sub(rf"\b{word}\b", misspelt(word), lines[line - 1])
        whole = [*lines[: line - 1], changed, *lines[line:]]
        path.write_text("\n".join(whole), encoding="utf-8")
        said = message(nsw)
        assert f"{name}.yaml, line {line}, column " in said and f"'{misspelt(word)}'" in said, said
        assert f"Did you mean '{word}'?" in said, said


def test_an_entry_of_another_name_is_not_taken_for_one_whose_key_is_misspelt(nsw: Path) -> None:
    """Two entries are then called after their kind."""
    text = (nsw / "exhibits.yaml").read_text(encoding="utf-8")
    assert "{name: forest_earnings, kind: forest" in text
    (nsw / "exhibits.yaml").write_text(text.replace("{name: forest_ea", "{nmae: forest_ea"))
    assert "line 15, column 8, key 'add.figures.forest.nmae': unknown key 'nmae'" in message(nsw)


def test_a_key_that_stands_twice_is_refused(nsw: Path) -> None:
    with (nsw / "study.yaml").open("a", encoding="utf-8") as file:
        file.write("\ntitle: another\n")
    text = message(nsw)
    assert "the key 'title' stands twice" in text
    assert "line " in text


def test_malformed_yaml_names_the_line(nsw: Path) -> None:
    (nsw / "strategies.yaml").write_text("- name: a\n  label: [b\n", encoding="utf-8")
    assert "strategies.yaml, line 3, column 1: " in message(nsw)


def test_a_bare_yes_is_explained(tmp_path: Path) -> None:
    folder = tmp_path / "indonesia_bimas"
    shutil.copytree(ROOT / "config" / "studies" / "indonesia_bimas", folder)
    edit(
        folder / "study.yaml",
        lambda study: study["variables"]["bimas_full"].__setitem__("values", [True]),
    )
    assert "true is not a text or a number. Put it in quotes" in message(folder)


def test_a_missing_configuration_file_is_named(nsw: Path) -> None:
    (nsw / "study.yaml").unlink()
    assert message(nsw) == "file config/studies/nsw/study.yaml: there is no such file."


def test_a_file_that_is_nearly_called_as_it_should_be_is_not_passed_over(nsw: Path) -> None:
    (nsw / "exhibits.yaml").rename(nsw / "exhibit.yaml")
    assert message(nsw).startswith(
        "file config/studies/nsw/exhibit.yaml: the file is not read. Is it to be 'exhibits.yaml'?"
    )


def test_an_unknown_study_names_the_nearest(nsw: Path) -> None:
    root = nsw.parents[2]
    meant = r"there is no study 'nws' in config/studies. Did you mean 'nsw'\?"
    with pytest.raises(ConfigError, match=f"^file config/config.yaml, key 'studies.1': {meant}"):
        load_studies(root, {"studies": ["nws"], "seed": 1})
    (root / "config" / "config.yaml").write_text("seed: 1\nstudies:\n  - nsw\n  - nws\n")
    with pytest.raises(
        ConfigError, match=f"config.yaml, line 4, column 5, key 'studies.2': {meant}"
    ):
        project.problems(root, ())
    with pytest.raises(ConfigError, match=f"^{meant}"):
        project.problems(root, ("nws",))


def test_an_unknown_key_of_the_run_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"key 'sead': unknown key 'sead'\. Did you mean 'seed'"):
        load_studies(ROOT, {"studies": ["nsw"], "seed": 1, "sead": 2})


def test_a_missing_raw_file_is_found_before_the_run(nsw: Path) -> None:
    with pytest.raises(DataError, match=r"data/nsw/experimental_445.csv: there is no such file"):
        check_files(nsw.parents[2], [load_study(nsw)])
