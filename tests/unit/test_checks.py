"""All mistakes of a study at once: none hides another, and none is told twice."""

import shutil
from pathlib import Path

import pytest
import yaml
from test_broken_configurations import WRONG, changed, paths

from ruralimpact.checks import check_study
from ruralimpact.config import study_examination
from ruralimpact.plugins import Plugins

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
FOLDER = Path("config/studies/producers")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / FOLDER)
    data = tmp_path / "data" / "producers"
    data.mkdir(parents=True)
    (tmp_path / FOLDER / "producers.csv").rename(data / "producers.csv")
    return tmp_path


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def problems(project: Path) -> list[str]:
    return [str(problem) for problem in check_study(project, FOLDER, Plugins())]


def told(lines: list[str], *words: str) -> int:
    """Return the place of the one line that has all of the words."""
    places = [place for place, line in enumerate(lines) if all(word in line for word in words)]
    assert len(places) == 1, (words, lines)
    return places[0]


def test_nothing_is_wrong_with_the_example(project: Path) -> None:
    assert problems(project) == []


def test_mistakes_of_every_file_are_listed_at_once_the_worst_first(project: Path) -> None:
    folder, data = project / FOLDER, project / "data" / "producers" / "producers.csv"
    edit(folder / "study.yaml", ("build: below", "build: belw"), ("[age, land]", "[age, lnd, ag]"))
    edit(folder / "strategies.yaml", ("  k: 3", "  kk: 3"), ("bandwidth: 0.06", "bandwidth: -1"))
    edit(folder / "exhibits.yaml", ("kind: sample", "kind: sampel"))
    edit(folder / "codebook.csv", ("land,*,hectares,", "land,*,hectarea,"))
    edit(
        data,
        ("P001,A01,1,yes,53,3.4,5016,", "P001,A01,7,yes,53,3.4,much,"),
        ("P002,A01,1,yes", "P001,A01,1,si"),
    )
    lines = problems(project)
    places = [
        told(lines, "study.yaml, line 29", "'belw'", "Did you mean 'below'?"),
        told(lines, "strategies.yaml, line 4", "unknown key 'kk'", "Did you mean 'k'?"),
        told(lines, "strategies.yaml, line 8", "bandwidth"),
        told(lines, "exhibits.yaml", "'sampel'", "Did you mean 'sample'?"),
        told(lines, "study.yaml, line 46", "no variable 'lnd'"),
        told(lines, "study.yaml, line 46", "no variable 'ag'"),
        told(lines, "column 'region', row 2", "'7' is without a label"),
        told(lines, "column 'supported', row 3", "'si'"),
        told(lines, "column 'hectarea'", "Did you mean 'hectares'?", "codebook.csv, line 6"),
        told(lines, "column 'sales', row 2", "'much' is not a number"),
        told(lines, "column 'id', rows 2, 3", "the identifier (not shown) occurs more than once"),
    ]
    assert places == list(range(len(lines)))


def test_what_follows_from_a_mistake_is_not_told_beside_it(project: Path) -> None:
    """Keys of a kind that is misspelt, arms without units as all cells of the treatment were refused, and
    columns of a joined file that has no such key."""
    folder, data = project / FOLDER, project / "data" / "producers" / "producers.csv"
    edit(folder / "study.yaml", ("method: matching", "method: matchin"))
    edit(folder / "exhibits.yaml", ("kind: sample", "kind: sampel"))
    join = "join: [{name: places, path: data/producers/places.csv, by: {alliance: cod}}]"
    edit(folder / "study.yaml", ("    id: id\n", f"    id: id\n    {join}\n"))
    (project / "data/producers/places.csv").write_text(
        "code,altitude\nA01,3000\n", encoding="utf-8"
    )
    with (folder / "codebook.csv").open("a", encoding="utf-8") as file:
        file.write("altitude,*,places.altitude,number,m,,,,,input,later,Altitude\n")
    data.write_text(data.read_text(encoding="utf-8").replace(",yes,", ",si,"), encoding="utf-8")
    lines = problems(project)
    told(lines, "'matchin'", "Did you mean 'matching'?")
    told(lines, "'sampel'")
    told(lines, "unknown timing 'later'")
    told(lines, "places.csv, column 'cod'", "Did you mean 'code'?")
    told(lines, "column 'supported'", "'si' is without a label")
    assert len(lines) == 5, lines


def test_a_file_that_is_not_the_one_described_is_told(project: Path) -> None:
    page = project / "data/producers/SOURCE.md"
    page.write_text(f"| producers.csv | 2024-05-02 | {'0' * 64} |\n", encoding="utf-8")
    (line,) = problems(project)
    assert "producers.csv: is not the file that data/producers/SOURCE.md describes" in line


def test_variables_of_repeated_rows_are_told_where_units_are_asked(project: Path) -> None:
    """Such a covariate has several values a unit; the design passes it over."""
    folder = project / FOLDER
    crops = [
        "id,crop,kg",
        *(f"P{i:03},{crop},{i}" for i in range(1, 97) for crop in ("oats", "rye")),
    ]
    (project / "data/producers/crops.csv").write_text("\n".join(crops), encoding="utf-8")
    source = "  - {name: crops, path: data/producers/crops.csv, id: id, item: crop, wave: '2014'}\n"
    edit(folder / "study.yaml", ("sources:\n", f"sources:\n{source}"))
    codebook = folder / "codebook.csv"
    rows = codebook.read_text(encoding="utf-8").replace(",*,", ",producers,")
    rows += "crop,crops,crop,category,,,,,,input,,Crop\n"
    codebook.write_text(
        f"{rows}kg,crops,kg,number,kg,,,,,covariate,pre,Harvest\n", encoding="utf-8"
    )
    assert problems(project) == []
    edit(folder / "study.yaml", ("[age, land]", "[age, kg]"), ("group: alliance", "group: crop"))
    lines = problems(project)
    told(lines, ".group", "'crop'", "Build a variable of it")
    told(lines, "analyses.matched.covariates", "'kg'", "several a unit")
    assert len(lines) == 2


def test_rows_of_a_source_with_a_mistake_are_no_mistakes_themselves(project: Path) -> None:
    folder = project / FOLDER
    codebook = folder / "codebook.csv"
    codebook.write_text(codebook.read_text(encoding="utf-8").replace(",*,", ",producers,"), "utf-8")
    assert problems(project) == []
    edit(folder / "study.yaml", ("    wave: ", "    wave: true  # "))
    (line,) = problems(project)
    assert "key 'sources.producers.wave'" in line


def test_a_wave_may_be_written_as_a_number(project: Path) -> None:
    study = project / FOLDER / "study.yaml"
    content = yaml.safe_load(study.read_text(encoding="utf-8"))
    content["sources"][0]["wave"] = 2024
    study.write_text(yaml.safe_dump(content), encoding="utf-8")
    examination = study_examination(project / FOLDER)
    assert not list(examination.problems())
    assert examination.study is not None and examination.study.sources[0].wave == "2024"


def test_what_names_an_entry_with_a_mistake_is_no_mistake_itself(project: Path) -> None:
    folder = project / FOLDER
    edit(folder / "study.yaml", ("    build: net_income\n", ""))
    edit(folder / "codebook.csv", ("age,*,age,integer", "age,*,age,wholenumber"))
    edit(folder / "strategies.yaml", ("  method: kernel", "  method: parzen"))
    lines = problems(project)
    told(lines, "outcomes.net_income", "the key 'build' is missing")
    told(lines, "codebook.csv", "line 5, key 'age'", "unknown type 'wholenumber'")
    told(lines, "strategies.yaml, line 7", "'parzen'")
    assert len(lines) == 3


def test_what_names_variables_of_a_codebook_that_cannot_be_read_is_no_mistake(
    project: Path,
) -> None:
    path = project / FOLDER / "codebook.csv"
    for old, new in (("raw_name", "raw_nme"), ("raw_nme", "role"), ("role,role", "role")):
        text = path.read_text(encoding="utf-8")
        header, newline, lines = text.partition("\n")
        path.write_text(header.replace(old, new, 1) + newline + lines, encoding="utf-8")
        (line,) = problems(project)
        assert line.startswith(f"file {FOLDER}/codebook.csv, line 1: ")


def test_an_exhibit_is_named_with_its_line_whole_or_added(project: Path) -> None:
    path = project / FOLDER / "exhibits.yaml"
    entry = "{name: shown, kind: impact, title: Shown, analyses: [mached]}"
    for text, line, key in (
        (f"tables:\n  - {entry}\n", 2, "tables"),
        (f"add:\n  tables:\n    - {entry}\n", 3, "add.tables"),
        (f"drop: [sample]\nadd:\n  tables:\n    - {entry}\n", 4, "add.tables"),
    ):
        path.write_text(text, encoding="utf-8")
        (told_of_it,) = problems(project)
        assert told_of_it.startswith(f"file {FOLDER}/exhibits.yaml, line {line}, column ")
        assert f"key '{key}.shown.analyses': unknown analysis 'mached'. " in told_of_it


def test_mistakes_that_only_data_show_are_found_with_those_of_the_configuration(
    project: Path,
) -> None:
    study, data = project / FOLDER / "study.yaml", project / "data" / "producers"
    edit(
        study,
        ("    of: net_income\n", "    of: region\n"),
        (
            "outcomes:\n",
            "variables:\n  low: {label: Low, build: indicator, of: region, "
            "values: [Lowland], role: covariate, timing: pre}\noutcomes:\n",
        ),
        ("title: A survey of 96 producers\n", "titel: A survey of 96 producers\n"),
    )
    (data / "producers.csv").write_text(
        (data / "producers.csv").read_text(encoding="utf-8").replace(",no,", ",yes,"),
        encoding="utf-8",
    )
    lines = problems(project)
    told(lines, "study.yaml, line 1", "unknown key 'titel'", "Did you mean 'title'?")
    told(lines, "study.yaml", "variables.low", "'region' has no value 'Lowland'", "'Lowlands'")
    told(lines, "study.yaml", "outcomes.poor", "'region' is a category")
    told(lines, "study.yaml, line ", "key 'analyses.matched': there are no controls")
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("raw_name", "wave", "word"),
    [("surface", "2014", "'surface'"), ("area", "2015", "first asked after the last wave")],
)
def test_what_is_built_of_rows_that_cannot_be_used_is_no_mistake(
    project: Path, raw_name: str, wave: str, word: str
) -> None:
    """A covariate made of plots whose file is refused, or was asked a year later."""
    plots = f"  - {{name: plots, path: data/plots.csv, id: id, item: plot, wave: '{wave}'}}\n"
    built = "{label: Plots, build: sum, of: [area], rows: plots, role: covariate, timing: pre}"
    edit(
        project / FOLDER / "study.yaml",
        ("sources:\n", f"variables:\n  farmed: {built}\nsources:\n{plots}"),
        ("[age, land]", "[age, farmed]"),
    )
    codebook = project / FOLDER / "codebook.csv"
    text = codebook.read_text(encoding="utf-8").replace(",*,", ",producers,")
    text += "plot,plots,plot,integer,,,,,,input,,Plot\n"
    text += f"area,plots,{raw_name},number,ha,0,,,,input,,Area\n"
    codebook.write_text(text, encoding="utf-8")
    (project / "data/plots.csv").write_text("id,plot,area\nP001,1,2\n", encoding="utf-8")
    (line,) = problems(project)
    assert word in line


def test_a_filter_on_identifiers_quotes_none_of_them(project: Path) -> None:
    keep = "    keep: [{column: id, other_than: [P0001], reason: a test}]\n"
    edit(project / FOLDER / "study.yaml", ("    id: id\n", f"    id: id\n{keep}"))
    (line,) = problems(project)
    assert line.endswith("no row has 'P0001' in the column 'id'.")


def test_files_that_are_not_there_are_all_named(project: Path) -> None:
    edit(
        project / FOLDER / "study.yaml",
        ("sources:\n", "sources:\n  - {name: other, path: data/no.csv, id: id, wave: '2014'}\n"),
        ("path: data/producers/producers.csv", "path: data/producers/producer.csv"),
    )
    lines = problems(project)
    told(lines, "file data/no.csv: there is no such file")
    told(lines, "file data/producers/producer.csv: there is no such file")
    assert len(lines) == 2


def test_lines_are_those_of_the_file_when_entries_before_them_were_taken_out(
    project: Path,
) -> None:
    folder = project / FOLDER
    edit(folder / "strategies.yaml", ("  label: Three", "  lable: 3\n  label: Three"))
    edit(folder / "strategies.yaml", ("  k: 3", "  k: three"), ("bandwidth: 0.06", "bandwith: 1"))
    lines = problems(project)
    told(lines, "strategies.yaml, line 5", "'three'")
    told(lines, "strategies.yaml, line 9", "'bandwith'")


def test_a_codebook_that_cannot_be_read_is_one_mistake(project: Path) -> None:
    edit(project / FOLDER / "codebook.csv", ("variable,source,", "varable,source,"))
    lines = problems(project)
    assert told(lines, "codebook.csv", "no codebook column 'varable'", "'variable'") == 0
    assert len(lines) == 1


def test_what_the_codebook_says_of_a_source_that_is_refused_is_no_mistake(project: Path) -> None:
    edit(project / FOLDER / "study.yaml", ("    id: id\n", "    id: id\n    public_ids: maybe\n"))
    edit(project / FOLDER / "codebook.csv", ("alliance,*,", "alliance,producers,"))
    assert told(problems(project), "study.yaml, line 15", "'maybe' is not true or false") == 0
    assert len(problems(project)) == 1


@pytest.mark.parametrize(
    ("name", "kind"), [("study", "text"), ("study", "keys"), ("strategies", "nothing")]
)
def test_whatever_is_wrong_ends_in_a_list(project: Path, name: str, kind: str) -> None:
    path = project / FOLDER / f"{name}.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for place in paths(document):
        path.write_text(yaml.safe_dump(changed(document, place, WRONG[kind])), encoding="utf-8")
        examination = study_examination(project / FOLDER, Plugins())
        lines = [str(problem) for problem in examination.problems()]
        assert len(lines) == len(set(lines)), place
        assert lines or examination.study is not None, place
        assert not [line for line in lines if "\n" in line], place


SINGLE = {
    "unknown key 'titel'": ("study.yaml", "title: A survey", "titel: A survey"),
    "column 'idx'": ("study.yaml", "    id: id\n", "    id: idx\n"),
    "'[1]' is not a text": ("study.yaml", 'wave: "2014"', "wave: [1]"),
    "unknown source 'producer'": ("study.yaml", "sources: [producers]", "sources: [producer]"),
    "'many' is not a number": ("study.yaml", "line: 2500", "line: many"),
    "unknown variable 'net_incme'": ("study.yaml", "of: net_income", "of: net_incme"),
    "unknown sample 'al'": ("study.yaml", "sample: all", "sample: al"),
    "unknown treatment 'suported'": ("study.yaml", "treatment: supported", "treatment: suported"),
    "unknown strategy 'kernl'": ("study.yaml", "[nearest, kernel]", "[nearest, kernl]"),
    "'-1' is not above": ("strategies.yaml", "0.06", "-1"),
    "unknown analysis 'mached'": (
        "exhibits.yaml",
        "balance\n    analyses: [matched]",
        "balance\n    analyses: [mached]",
    ),
    "codebook column 'varable'": ("codebook.csv", "variable,", "varable,"),
    "unknown source 'produces'": ("codebook.csv", "age,*", "age,produces"),
    "unknown type 'intger'": ("codebook.csv", "integer", "intger"),
    "the minimum 100 is above": ("codebook.csv", "16,100", "100,16"),
    "unknown type 'numbr'": ("codebook.csv", "hectares,number", "hectares,numbr"),
    "column 'hectarea'": ("codebook.csv", "land,*,hectares", "land,*,hectarea"),
    "unknown role 'outcom'": ("codebook.csv", "-99,outcome,post,Sales", "-99,outcom,post,Sales"),
    "'old' is not a whole number": ("producers.csv", "P002,A01,1,yes,28,", "P002,A01,1,yes,old,"),
    "'much' is not a number": ("producers.csv", ",5016,", ",much,"),
    "'7' is without a label": ("producers.csv", "P003,A01,1", "P003,A01,7"),
}


def test_a_mistake_is_told_whatever_others_stand_beside_it(project: Path) -> None:
    """All at once, and nothing but them: what is misspelt is taken for what it nearly is, to look further."""
    for file, old, new in SINGLE.values():
        folder = project / ("data/producers" if file == "producers.csv" else FOLDER)
        edit(folder / file, (old, new))
    lines = problems(project)
    for words in SINGLE:
        told(lines, words)
    assert len(lines) == len(SINGLE), [line for line in lines if not any(w in line for w in SINGLE)]


def test_a_file_that_is_nearly_called_so_is_looked_at(project: Path) -> None:
    edit(project / FOLDER / "study.yaml", ("producers.csv", "producer.csv"))
    edit(project / "data/producers/producers.csv", (",5016,", ",much,"))
    lines = problems(project)
    told(
        lines, "producer.csv: there is no such file", "Did you mean 'data/producers/producers.csv'?"
    )
    told(lines, "producers.csv, column 'sales', row 2")
    assert len(lines) == 2


def test_what_names_strategies_that_cannot_be_read_is_no_mistake(project: Path) -> None:
    edit(project / FOLDER / "strategies.yaml", ("- name: nearest", "- name: [nearest"))
    (line,) = problems(project)
    assert "strategies.yaml, line 2" in line
