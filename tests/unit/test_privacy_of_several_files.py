"""Identifiers of one file in the columns of another: a joined file, or another source of the study."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from planted_identifiers import CELLS, DOCUMENTS, PLANTED, N, write
from test_survey_and_outcomes_scripts import script

from ruralimpact.checks.source import examine_source
from ruralimpact.errors import DataError
from ruralimpact.privacy.keyed_ids import key_digest, project_key
from ruralimpact.schema.codebook import COLUMNS, CodebookRow
from ruralimpact.schema.source import Source
from ruralimpact.schema.validation import validated
from ruralimpact.survey.codebook import Entry, entries_of, parse_codebook

FORMATS = [".csv", ".dta", ".sav", ".xlsx", ".parquet"]
MEMBERS = [f"M-{7100 + 13 * i}" for i in range(N)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    return tmp_path


def described(source: str, **columns: str) -> list[dict[str, str]]:
    """Rows of a codebook: variable to raw name, type and role."""
    blank = {**dict.fromkeys(COLUMNS, ""), "source": source}
    rows = []
    for variable, words in columns.items():
        raw_name, kind, role = words.split()
        timing = "pre" if role == "covariate" else ""
        rows.append(
            blank
            | {"variable": variable, "raw_name": raw_name, "type": kind, "role": role}
            | {"timing": timing}
        )
    return rows


def ingest(
    source: dict[str, Any], rows: list[dict[str, str]], earlier: list[dict[str, Any]]
) -> pd.DataFrame:
    script("ingest_source")(
        raw=source["path"],
        codebook="codebook.csv",
        survey=f"results/{source['name']}.parquet",
        quality=f"results/{source['name']}.json",
        study="study",
        source=source,
        rows=rows,
        digests={},
        keyed_by="" if source.get("public_ids") else key_digest(project_key()),
        earlier=earlier,
    )
    return pd.read_parquet(f"results/{source['name']}.parquet")


def households(project: Path, suffix: str) -> dict[str, Any]:
    path = write(project / f"households{suffix}", CELLS[["folio", "income", "arm"]])
    return {"name": "households", "path": str(path), "id": "folio", "wave": "2024"}


def members(project: Path, suffix: str, link: list[str], **options: Any) -> dict[str, Any]:
    cells = pd.DataFrame(
        {"member": MEMBERS, "household": link, "hours": [str(i) for i in range(N)]}
    )
    path = write(project / f"members{suffix}", cells)
    return {"name": "members", "path": str(path), "id": "member", "wave": "2024", **options}


def as_read(source: dict[str, Any], rows: list[dict[str, str]]) -> tuple[Source, tuple[Entry, ...]]:
    entries = parse_codebook([CodebookRow(**row) for row in rows], [source["name"]])
    return validated(Source, source), entries_of(entries, source["name"])


HOUSEHOLDS = described("households", income="income number outcome")
HOURS = {"hours": "hours number input"}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("public", [False, True])
def test_identifiers_of_a_source_before_are_refused(
    project: Path, suffix: str, public: bool
) -> None:
    """Whole or within other words, also where the identifiers of the second source are public."""
    before = [{"source": households(project, suffix), "rows": HOUSEHOLDS}]
    links = [f"of {DOCUMENTS[i // 2]}" if i % 3 else DOCUMENTS[0] for i in range(N)]
    options = {"public_ids": True} if public else {}
    rows = described("members", household="household category covariate", **HOURS)
    with pytest.raises(DataError, match="cells hold identifiers of units") as error:
        ingest(members(project, suffix, links, **options), rows, before)
    assert not [item for item in PLANTED if item in str(error.value)]


@pytest.mark.parametrize("suffix", FORMATS)
def test_groups_of_a_source_are_hashed_as_units_of_the_one_before(
    project: Path, suffix: str
) -> None:
    first = households(project, suffix)
    units = ingest(first, HOUSEHOLDS, [])
    links = [DOCUMENTS[i // 2] for i in range(N)]
    rows = described("members", household="household category group", **HOURS)
    read = ingest(members(project, suffix, links), rows, [{"source": first, "rows": HOUSEHOLDS}])
    assert set(read["household"]) <= set(units["id"])
    assert read["household"].value_counts().tolist() == [2] * (N // 2)


@pytest.mark.parametrize("role", ["covariate", "group"])
def test_a_source_that_comes_later_refuses_its_identifiers_in_those_before(
    project: Path, role: str
) -> None:
    links = [DOCUMENTS[i // 2] for i in range(N)]
    first = members(project, ".csv", links)
    rows = described("members", household=f"household category {role}", **HOURS)
    ingest(first, rows, [])
    with pytest.raises(DataError, match=r"column 'household', rows .* units of .*households.csv"):
        ingest(households(project, ".csv"), HOUSEHOLDS, [{"source": first, "rows": rows}])


def test_waves_of_the_same_units_with_groups_called_by_them_are_read(project: Path) -> None:
    """A group that is hashed for its own source is no leak to the next wave; other units stay as well."""
    cells = CELLS.assign(head=[DOCUMENTS[i - i % 4] for i in range(N)])
    waves = []
    for wave in ("2023", "2024"):
        path = write(project / f"visit{wave}.csv", cells)
        source = {"name": f"v{wave}", "path": str(path), "id": "folio", "wave": wave}
        rows = described(f"v{wave}", income="income number outcome", head="head category group")
        waves.append({"source": source, "rows": rows})
    first, second = (ingest(own["source"], own["rows"], waves[:i]) for i, own in enumerate(waves))
    assert first.drop(columns="wave").equals(second.drop(columns="wave"))


def test_amounts_are_no_identifiers_of_other_sources(project: Path) -> None:
    """A sixth of the amounts are identifiers by chance: numbers are told only where most are."""
    cells = pd.DataFrame({"folio": [str(100_000 + 50 * i) for i in range(60)]})
    write(project / "a.csv", cells.assign(arm=["0", "1"] * 30))
    first = {"name": "a", "path": "a.csv", "id": "folio", "wave": "2024"}
    plots = pd.DataFrame({"plot": [f"p{i}" for i in range(60)]})
    write(project / "b.csv", plots.assign(sales=[str(100_000 + 10 * i * 30) for i in range(60)]))
    second = {"name": "b", "path": "b.csv", "id": "plot", "wave": "2024"}
    before = [{"source": first, "rows": described("a", arm="arm indicator treatment")}]
    rows = described("b", sales="sales money outcome")
    rows[0]["unit"] = "Bs"
    assert len(ingest(second, rows, before)) == 60


def joined(project: Path, suffix: str, cells: pd.DataFrame) -> dict[str, Any]:
    path = write(project / f"registry{suffix}", cells)
    join = [{"name": "registry", "path": str(path), "by": ["folio"]}]
    return {**households(project, suffix), "join": join}


@pytest.mark.parametrize("suffix", FORMATS)
def test_columns_of_a_joined_file_are_proposed_as_identifiers(project: Path, suffix: str) -> None:
    source = joined(project, suffix, CELLS[["folio", "who", "tel", "place", "remark"]])
    ingest(source, HOUSEHOLDS, [])
    report = json.loads(Path("results/households.json").read_text("utf-8"))
    kinds = {item["column"]: item["kind"] for item in report["likely_identifiers"]}
    assert kinds["registry.tel"] == "phone" and kinds["registry.place"] == "coordinate"
    assert kinds["registry.who"] == "name" and kinds["registry.remark"] == "free text"
    assert "registry.folio" not in kinds


BAD: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "who": lambda cells: cells,
    "tel": lambda cells: cells,
    "remark": lambda cells: cells,
}


@pytest.mark.parametrize("column", BAD)
@pytest.mark.parametrize("marked", [False, True])
def test_no_message_quotes_a_joined_column(project: Path, column: str, marked: bool) -> None:
    source = joined(project, ".csv", CELLS[["folio", "who", "tel", "remark"]])
    rows = [*HOUSEHOLDS, *described("households", asked=f"registry.{column} number input")]
    if marked:
        rows += described("households", own=f"registry.{column} category identifier")
    with pytest.raises(DataError, match=r"row.*\(not shown\)") as error:
        ingest(source, rows, [])
    assert not [item for item in PLANTED if item in str(error.value)]


def test_cells_of_a_marked_column_do_not_leave_in_another(project: Path) -> None:
    """Document numbers that the codebook marks, of which another column holds some."""
    carnets = [f"55{i:02}881{i:02}SC" for i in range(N)]
    cells = CELLS.assign(carnet=carnets, said=["fine"] * (N - 1) + [f"ask {carnets[3]}"])
    path = write(project / "survey.csv", cells)
    source = {"name": "s", "path": str(path), "id": "folio", "wave": "2024"}
    rows = described("s", said="said category input", carnet="carnet category identifier")
    with pytest.raises(DataError, match="cells hold identifiers") as error:
        ingest(source, rows, [])
    assert carnets[3] not in str(error.value)


def test_check_tells_what_a_run_refuses(project: Path) -> None:
    links = [DOCUMENTS[i // 2] for i in range(N)]
    rows = described("members", household="household category covariate", **HOURS)
    first, entries = as_read(members(project, ".csv", links), rows)
    alone = examine_source(first, entries, {})
    second, own = as_read(households(project, ".csv"), HOUSEHOLDS)
    assert alone.units is not None and not alone.problems
    (told,) = examine_source(second, own, {}, before=[alone.units]).problems
    assert "households.csv, which must not leave it" in str(told)
    assert not [item for item in PLANTED if item in str(told)]
