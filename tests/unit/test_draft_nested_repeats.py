"""Sales of animals of households: rows of repeated rows find their household, in every format of delivery."""

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml

from ruralimpact.draft import draft_study
from ruralimpact.draft.study_text import study_text
from ruralimpact.errors import DataError
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.source import SourceEntry
from ruralimpact.schema.validation import validated
from ruralimpact.survey.codebook import Entry, parse_codebook
from ruralimpact.survey.harmonise import Survey, harmonise
from ruralimpact.survey.private_columns import files_of
from ruralimpact.survey.readers import read_joined, read_source
from ruralimpact.survey.table_place import table_place
from ruralimpact.survey.units_elsewhere import other_source

HOMES = 12
# The home of each animal and the animal of each sale: their numbers do not agree.
ANIMALS = [home for home in range(1, HOMES + 1) for _ in range(home % 3 + 1)]
SALES = [animal for animal in range(1, len(ANIMALS) + 1) for _ in range(animal % 4)]
OF_HOMES = [ANIMALS[animal - 1] for animal in SALES]


def tables(*, named: bool = True) -> dict[str, pd.DataFrame]:
    """Return the tables as KoBo exports them, with numbers for keys."""
    homes = pd.DataFrame({"_index": range(1, HOMES + 1), "land": [i / 4 for i in range(HOMES)]})
    animals = pd.DataFrame(
        {
            "weight_kg": [30 + i for i in range(len(ANIMALS))],
            "_index": range(1, len(ANIMALS) + 1),
            "_parent_table_name": "homes",
            "_parent_index": ANIMALS,
        }
    )
    sales = pd.DataFrame(
        {
            "litres": [i * 7 % 11 for i in range(len(SALES))],
            "_index": range(1, len(SALES) + 1),
            "_parent_table_name": "animals",
            "_parent_index": SALES,
        }
    )
    made = {"homes": homes, "animals": animals, "sales": sales}
    return (
        made
        if named
        else {n: t.drop(columns="_parent_table_name", errors="ignore") for n, t in made.items()}
    )


def with_long_keys(keys: tuple[str, str] = ("KEY", "PARENT_KEY")) -> dict[str, pd.DataFrame]:
    """Return the same with keys as SurveyCTO makes them."""
    made = tables(named=False)
    homes = [f"uuid:{i:032x}" for i in range(1, HOMES + 1)]
    animals = [f"{homes[home - 1]}/herd[{i}]" for i, home in enumerate(ANIMALS, start=1)]
    sales = [f"{animals[animal - 1]}/sold[{i}]" for i, animal in enumerate(SALES, start=1)]
    named = {"homes": homes, "animals": animals, "sales": sales}
    parents = {"homes": None, "animals": (homes, ANIMALS), "sales": (animals, SALES)}
    for name, table in made.items():
        own, above = keys
        table[own] = named[name]
        if parents[name]:
            listed, places = parents[name]
            table[above] = [listed[place - 1] for place in places]
        made[name] = table.drop(columns=["_index", "_parent_index"], errors="ignore")
    return made


def deliver(folder: Path, kind: str) -> None:
    if kind == "sheets":
        with pd.ExcelWriter(folder / "survey 2024.xlsx") as book:
            for name, table in tables().items():
                table.to_excel(book, sheet_name=name, index=False)
        return
    made = {
        "files": lambda: tables(),
        "keys": lambda: with_long_keys(),
        "stata": lambda: with_long_keys(("key", "parent_key")),
    }[kind]()
    for name, table in made.items():
        if kind == "stata":
            pyreadstat.write_dta(table, folder / f"{name}.dta")
        else:
            table.to_csv(folder / f"form 2024-{name}.csv", index=False)


def drafted(folder: Path, about: str) -> SourceEntry:
    text = study_text(draft_study("s", [folder]))
    (source,) = [
        own
        for own in yaml.safe_load(text)["sources"]
        if about in (own.get("sheet"), Path(own["path"]).stem[-5:])
    ]
    return validated(SourceEntry, source | {"wave": "2024"})


def described(source: SourceEntry, variable: str, raw_name: str, **keys: str) -> Entry:
    row = {"variable": variable, "source": source.name, "raw_name": raw_name, **keys}
    (entry,) = parse_codebook([CodebookRow(**row)], [source.name])
    return entry


def made(source: SourceEntry, folder: Path) -> Survey:
    source = source.model_copy(update={"path": str(folder / Path(source.path).name)})
    raw = read_source(source)
    (key,) = {"_index", "KEY", "key"} & set(raw.cells.columns)
    entries = [
        described(source, str(source.item), key, type="category", role="identifier"),
        described(source, "litres", "litres", type="number", role="input"),
    ]
    others = {own.name: read_source(own, folder / Path(own.path).name) for own in source.join}
    return harmonise(raw, source, entries, file=table_place(source), others=others)


@pytest.mark.parametrize("kind", ["sheets", "files", "keys", "stata"])
def test_sales_are_those_of_the_home_that_has_the_animal(tmp_path: Path, kind: str) -> None:
    deliver(tmp_path, kind)
    source = drafted(tmp_path, "sales")
    table = made(source, tmp_path).table
    litres = pd.Series([i * 7 % 11 for i in range(len(SALES))]).groupby(OF_HOMES).sum()
    found = table.groupby("id")["litres"].sum()
    homes = [f"uuid:{i:032x}" if kind in ("keys", "stata") else str(i) for i in litres.index]
    assert found.to_dict() == dict(zip(homes, litres.astype(float), strict=True))
    wrong = source.model_copy(update={"id": str(source.id).split(".")[1], "join": ()})
    with pytest.raises(DataError, match="repeated") as error:
        made(wrong, tmp_path)
    assert ("sheet 'sales', column" in str(error.value)) == (kind == "sheets")


def test_of_two_possible_parents_none_is_guessed(tmp_path: Path) -> None:
    for name, table in tables(named=False).items():
        part = table.head(HOMES) if name == "sales" else table
        part.to_csv(tmp_path / f"{name}.csv", index=False)
    (sales,) = [source for source in draft_study("s", [tmp_path]).sources if source.name == "sales"]
    assert sales.option("id") == "?"
    (question,) = [option.evidence for option in sales.options if option.key == "id"]
    assert "animals" in question and "homes" in question


def test_a_source_whose_identifier_is_in_a_joined_file_is_compared_with_others(
    tmp_path: Path,
) -> None:
    deliver(tmp_path, "keys")
    source = drafted(tmp_path, "sales")
    here = source.model_copy(
        update={
            "path": str(tmp_path / Path(source.path).name),
            "join": tuple(
                own.model_copy(update={"path": str(tmp_path / Path(own.path).name)})
                for own in source.join
            ),
        }
    )
    files = files_of(read_source(here), here, read_joined(here), here.path)
    assert other_source(here, [], [], files).source is here
