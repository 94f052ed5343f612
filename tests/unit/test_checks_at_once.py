"""Two waves and a list joined to them: mistakes of all files in one list, and none that only follows."""

from pathlib import Path

import pytest

from ruralimpact.checks import check_study
from ruralimpact.plugins import Plugins

FOLDER, DATA = Path("config/studies/coops"), Path("data/coops")
JOIN = (
    "join: [{name: orgs, path: data/coops/orgs.csv, by: {org: code}}], "
    "edits: [{rule: select_multiple, columns: [crops]}]"
)
STUDY = f"""\
title: Support to cooperatives
synthetic: true
design: panel
unit_label: households
group_label: cooperatives
currency: pesos
sources:
  - {{name: before, path: data/coops/hh_2020.csv, id: hhid, wave: "2020", {JOIN}}}
  - {{name: after, path: data/coops/hh_2023.csv, id: hhid, wave: "2023", {JOIN}}}
variables:
  log_land: {{label: Log of land, build: log, of: land, role: covariate, timing: pre}}
outcomes:
  income: {{label: Income, unit: pesos, family: income, build: sum, of: [sales, gifts]}}
samples:
  first: {{label: Before, sources: [before], group: org}}
  last: {{label: After, sources: [after], group: org, baseline: first}}
  both: {{label: Both, sources: [before, after], group: org}}
analyses:
  - {{name: difference, method: difference_in_differences, sample: both, fixed: true}}
  - name: matched
    method: matching
    sample: last
    covariates: [age, land]
    exact: [region]
    outcomes: [income]
"""
STRATEGIES = """\
- {name: near, label: Neighbours, method: nearest, k: 3, distance: mahalanobis}
- {name: kernel, label: Kernel, method: kernel, bandwidth: 0.1}
"""
EXHIBITS = """\
tables:
  - {kind: impact, analyses: [matched]}
  - {kind: balance, analyses: [matched]}
"""
CODEBOOK = """\
variable,source,raw_name,type,unit,minimum,maximum,labels,missing_codes,role,timing,label
org,*,org,category,,,,,,group,,Cooperative
supported,*,orgs.status,indicator,,,,,,treatment,,Supported
region,*,orgs.region,category,,,,north=North|south=South,,covariate,pre,Region
age,*,age,integer,years,15,100,,,covariate,pre,Age
female,*,sex,indicator,,,,f=1|m=0,,covariate,pre,Woman
land,*,land,number,hectares,0,100,,,covariate,pre,Land
maize,*,crops/maize,indicator,,,,,,covariate,pre,Grows maize
sales,*,sales,number,pesos,0,,,,input,post,Sales
gifts,*,gifts,number,pesos,0,,,,input,post,Gifts
"""
FILES = {
    FOLDER / "study.yaml": STUDY,
    FOLDER / "strategies.yaml": STRATEGIES,
    FOLDER / "exhibits.yaml": EXHIBITS,
    FOLDER / "codebook.csv": CODEBOOK,
}


def households(wave: int) -> str:
    rows = [
        f"H{i:02d},O{i % 12:02d},{30 + i % 25 + wave},{'fm'[i % 3 % 2]},{1 + i % 7},"
        f"{'maize beans' if i % 2 else 'beans'},{900 + 37 * i % 211 + wave},{i % 5}"
        for i in range(48)
    ]
    return "\n".join(["hhid,org,age,sex,land,crops,sales,gifts", *rows, ""])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    orgs = [f"O{i:02d},{i % 2},{('north', 'south')[i % 3 % 2]}" for i in range(12)]
    files = {
        DATA / "hh_2020.csv": households(0),
        DATA / "hh_2023.csv": households(3),
        DATA / "orgs.csv": "\n".join(["code,status,region", *orgs, ""]),
    }
    for path, text in (FILES | files).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


# Of each file: what stands there, what stands there by mistake, and what is told.
MISTAKES = {
    FOLDER / "study.yaml": [
        ("design: panel", "desing: panel", "unknown key 'desing'. Did you mean 'design'?"),
        ("samples:", "sampels:", "unknown key 'sampels'. Did you mean 'samples'?"),
        ("build: log", "build: lgo", "Did you mean 'log'?"),
        ("[sales, gifts]", "[sale, gifts]", "unknown variable 'sale'. Did you mean 'sales'?"),
        ("baseline: first", "baseline: frist", "unknown sample 'frist'"),
        ("[age, land]", "[age, lande]", "there is no variable 'lande'. Did you mean 'land'?"),
    ],
    FOLDER / "strategies.yaml": [
        ("k: 3", "k: three", "'three' is not a whole number"),
        ("bandwidth", "bandwith", "unknown key 'bandwith' of method: kernel"),
    ],
    FOLDER / "exhibits.yaml": [("kind: balance", "kind: balanc", "Did you mean 'balance'?")],
    FOLDER / "codebook.csv": [
        ("age,integer", "age,integr", "unknown type 'integr'"),
        ("f=1|m=0", "f=1,m=0", "line 6: the line has more fields than the header. The parts of"),
        ("pre,Land", "pre,Land, in ha", "line 7: the line has more fields than the header. A cell"),
        ("gifts,*,gifts", "gifts,*,gift", "column 'gift': the file has no such column"),
    ],
    DATA / "hh_2020.csv": [
        ("H05,", "H04,", "rows 6, 7: the identifier (not shown) occurs more than once"),
    ],
    DATA / "hh_2023.csv": [
        ("H07,O07,", "H07,O07,x", "column 'age', row 9: 'x40' is not a whole number"),
        ("H08,O08,41,f", "H08,O08,41,fem", "column 'sex', row 10: 'fem' is without a label"),
    ],
}


def told(project: Path) -> list[str]:
    return [str(problem) for problem in check_study(project, FOLDER, Plugins())]


def test_mistakes_of_six_files_are_told_at_once(project: Path) -> None:
    assert told(project) == []
    for path, changes in MISTAKES.items():
        text = (project / path).read_text(encoding="utf-8")
        for right, wrong, _ in changes:
            assert text.count(right) == 1, right
            text = text.replace(right, wrong)
        (project / path).write_text(text, encoding="utf-8")
    lines = told(project)
    sentences = [sentence for changes in MISTAKES.values() for *_, sentence in changes]
    assert [own for own in sentences if not any(own in line for line in lines)] == []
    assert [line for line in lines if not any(own in line for own in sentences)] == []


@pytest.mark.parametrize(
    ("path", "right", "wrong", "sentence"),
    [
        ("codebook.csv", "pre,Age\n", 'pre,"Age\n', "line 5: cannot be read as a table"),
        ("codebook.csv", "pre,Age\n", "pre,Ed\udce1d\n", "is not text in the encoding utf-8"),
        ("strategies.yaml", "0.1}", "0.1", "keys in { } lack a comma"),
        ("study.yaml", "design: panel\n", "", "the key 'design' is missing"),
        ("study.yaml", "sources:", "source:", "unknown key 'source'"),
    ],
)  # fmt: skip
def test_a_file_that_is_broken_hides_no_mistake_of_data_and_brings_none(
    project: Path, path: str, right: str, wrong: str, sentence: str
) -> None:
    text = FILES[FOLDER / path].replace(right, wrong, 1)
    (project / FOLDER / path).write_bytes(text.encode("utf-8", "surrogateescape"))
    data = project / DATA / "hh_2023.csv"
    data.write_text(data.read_text("utf-8").replace("H07,O07,40", "H07,O07,x"), encoding="utf-8")
    lines = told(project)
    assert len(lines) == 2, lines
    assert sentence in lines[0]
    assert "column 'age', row 9: 'x' is not a whole number" in lines[1]
