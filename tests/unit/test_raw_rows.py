"""A message about units of a sample names the rows of the raw files that they are from."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from ruralimpact import stage
from ruralimpact.cli.new import write_project
from ruralimpact.errors import DataError
from ruralimpact.privacy.keyed_ids import keyed, project_key
from ruralimpact.raw_rows import in_raw_files
from ruralimpact.survey.similar import near_forms

FILE = "file data/producers/producers.csv"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with the survey of the data guide, turned over, with a blank line before its end."""
    folder = tmp_path / "project"
    write_project(folder)
    monkeypatch.chdir(folder)
    raw = folder / "data" / "producers" / "producers.csv"
    head, *rows = raw.read_text(encoding="utf-8").splitlines(keepends=True)
    blank = "," * head.count(",") + "\n"
    raw.write_text("".join([head, *rows[:0:-1], blank, rows[0]]), encoding="utf-8")
    set_public(folder, public=True)
    return folder


def set_public(project: Path, *, public: bool) -> None:
    path = project / "config/studies/producers/study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["sources"][0]["public_ids"] = public
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")


def row_of(project: Path, unit: str) -> int:
    lines = (project / "data/producers/producers.csv").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(f"{unit},"))


def located(**where: object) -> str:
    return str(in_raw_files(DataError("it cannot be.", **where), "producers"))  # type: ignore[arg-type]


def test_rows_and_columns_are_those_of_the_file(project: Path) -> None:
    first, last = row_of(project, "P001"), row_of(project, "P096")
    assert (first, last) == (98, 2)
    found = located(within="sample all", column="group", units=["P001", "P096"])
    about = "it cannot be (units P001, P096, sample all)."
    assert found == f"{FILE}, column 'alliance', rows 2, 98: {about}"
    found = located(within="analysis matched", column="land", units=["P001"], hint="Look.")
    about = "it cannot be (unit P001, analysis matched). Look."
    assert found == f"{FILE}, column 'hectares', row 98: {about}"


@pytest.mark.parametrize(
    ("weight", "strata", "column", "raw"),
    [
        (["land"], "region", "sampling_weight", "column 'hectares'"),
        (["age", "land"], "region", "sampling_weight", "column 'age x hectares'"),
        (["land"], "region", "sampling_stratum", "column 'region'"),
    ],
)
def test_weights_and_strata_are_those_of_the_file(
    project: Path, weight: list[str], strata: str, column: str, raw: str
) -> None:
    path = project / "config/studies/producers/study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["samples"]["all"] |= {"weight": weight, "strata": strata}
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    found = located(within="sample all", column=column, units=["P001"])
    assert found == f"{FILE}, {raw}, row 98: it cannot be (unit P001, sample all)."


def test_rows_of_units_with_keyed_identifiers_are_found(project: Path) -> None:
    set_public(project, public=False)
    (unit,) = keyed(pd.Series(["P001"]), project_key(), near_forms)
    found = located(within="sample all", column="age", units=[unit])
    assert found == f"{FILE}, column 'age', row 98: it cannot be (sample all)."


def test_what_is_no_raw_column_is_a_variable(project: Path) -> None:
    found = located(within="sample all", column="net_income", units=["P001"])
    about = "it cannot be (variable 'net_income', unit P001, sample all)."
    assert found == f"{FILE}, row 98: {about}"


def test_units_of_several_files_and_waves(project: Path) -> None:
    path = project / "config/studies/producers/study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    later = {**study["sources"][0], "name": "later", "path": "data/later.csv", "wave": "2016"}
    study["sources"].append(later)
    study["samples"]["all"]["sources"] = ["producers", "later"]
    path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    lines = (project / "data/producers/producers.csv").read_text(encoding="utf-8").splitlines()
    (project / "data/later.csv").write_text("\n".join([lines[0], *lines[5:8]]), encoding="utf-8")
    unit = lines[6].split(",")[0]
    found = located(within="sample all", column="age", units=[unit])
    assert found.startswith(
        f"{FILE}, column 'age', row 7: it cannot be (unit {unit}, sample all). "
    )
    assert found.endswith("Also file data/later.csv, column 'age', row 3.")
    of_wave = located(within="sample all", column="age", units=[f"{unit}:2016"])
    assert of_wave.startswith("file data/later.csv, column 'age', row 3: it cannot be (unit ")


@pytest.mark.parametrize(
    "where",
    [
        {"within": "sample none", "column": "age", "units": ["P001"]},
        {"within": "sample all", "column": "age", "units": ["P999"]},
        {"within": "sample all", "column": "age"},
    ],
)
def test_what_is_not_found_stays_as_it_was(project: Path, where: dict[str, object]) -> None:
    assert located(**where) == str(DataError("it cannot be.", **where))  # type: ignore[arg-type]


def test_a_file_that_is_gone_hides_no_error(project: Path) -> None:
    (project / "data/producers/producers.csv").unlink()
    where = {"within": "sample all", "column": "age", "units": ["P001"]}
    assert located(**where) == "sample all, column 'age', unit P001: it cannot be."


@pytest.mark.parametrize("study", ["producers", {"name": "producers"}])
def test_stages_name_raw_rows(
    project: Path, study: object, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(study: object) -> None:
        raise DataError("it cannot be.", within="sample all", column="age", units=["P001"])

    with pytest.raises(SystemExit):
        stage.run(fails, study=study)
    assert capsys.readouterr().err.startswith(f"error: {FILE}, column 'age', row 98: it cannot be")
