"""Three surveys in shapes of their own go in as they are, and the numbers are those of pandas."""

import textwrap
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from ruralimpact.config import check_files, load_study
from ruralimpact.outcomes.samples import AnalysisSample, build_sample
from ruralimpact.schema.quality import ExcludedRows
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import Survey, harmonise
from ruralimpact.survey.readers import read_joined, read_source

HEADER = "variable,source,raw_name,type,unit,minimum,maximum,labels,missing_codes,role,timing,label"
STRATEGIES = "- {name: nearest, label: Nearest, method: nearest, k: 1}\n"


def project(
    folder: Path, name: str, study: str, codebook: str
) -> tuple[dict[str, Survey], dict[str, AnalysisSample]]:
    """Write a study, check it as a run does, and take it as far as its samples."""
    home = folder / "config" / "studies" / name
    home.mkdir(parents=True)
    (folder / "config" / "config.yaml").write_text(
        f"studies: [{name}]\nseed: 1\n", encoding="utf-8"
    )
    (home / "study.yaml").write_text(textwrap.dedent(study), encoding="utf-8")
    (home / "strategies.yaml").write_text(STRATEGIES, encoding="utf-8")
    (home / "exhibits.yaml").write_text("tables: []\n", encoding="utf-8")
    lines = [line.strip() for line in codebook.strip().splitlines()]
    (home / "codebook.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    loaded = load_study(home)
    check_files(folder, [loaded])
    entries = parse_codebook(loaded.codebook, [one.name for one in loaded.sources])
    surveys = {}
    for source in loaded.sources:
        mine, joined = entries_of(entries, source.name), read_joined(source)
        surveys[source.name] = harmonise(
            read_source(source), source, mine, file=source.path, others=joined
        )
    tables = {key: survey.table for key, survey in surveys.items()}
    return surveys, {key: build_sample(key, tables, loaded) for key in loaded.samples}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


class TestFarms:
    """A national farm survey: farms in .sav, plots and crops in .csv, municipalities in a workbook."""

    STUDY = """
        title: Farms
        synthetic: true
        design: cross_section
        unit_label: farms
        group_label: municipalities
        sources:
          - name: farms
            path: data/farms.sav
            id: [PROV, MUNI, FARM]
            wave: "2024"
            keep: [{column: PROG, known: true, reason: not asked about the programme}]
            join:
              - {name: places, path: data/places.xlsx, header: 3, by: {PROV: Province, MUNI: Municipality}}
          - name: crops
            path: data/crops.csv
            delimiter: ";"
            decimal: ","
            id: [prov, muni, farm]
            item: plot_crop
            wave: "2024"
            edits: [{rule: thousands, columns: [kg], mark: "."}]
        variables:
          programme: {label: In the programme, build: indicator, of: prog, values: [1], role: treatment}
        outcomes:
          harvest: {label: Harvest, unit: kg, build: sum, of: [kg], rows: crops}
          maize: {label: Maize, unit: kg, build: sum, of: [kg], rows: crops, where: {crop: [Maíz]}}
        samples:
          all: {label: All, sources: [farms], group: municipality}
        analyses:
          - name: matched
            label: Matched
            sample: all
            method: matching
            treatment: programme
            covariates: [altitude]
            strategies: [nearest]
            outcomes: [harvest, maize]
        """
    CODEBOOK = """
        municipality,farms,PROV + MUNI,category,,,,,,group,,Municipality
        prog,farms,PROG,number,,,,,,input,,Programme
        tenure,farms,TENURE,category,,,,,,covariate,pre,Tenure
        altitude,farms,places.Altitude,number,m,0,6000,,,covariate,pre,Altitude
        plot_crop,crops,plot + crop,category,,,,,,input,,Plot and crop
        crop,crops,crop,category,,,,,,input,,Crop
        kg,crops,kg,number,kg,0,,,-9,outcome,post,Harvest
        """

    def make(self, folder):
        rng = np.random.default_rng(1)
        rows = [(p, m, f) for p in (1, 2, 3) for m in (1, 2, 3, 4) for f in range(1, 9)]
        farms = pd.DataFrame(rows, columns=["PROV", "MUNI", "FARM"]).astype(float)
        farms["PROG"] = [float((i // 8) % 2) for i in range(len(farms))]
        farms.loc[[3, 40], "PROG"] = np.nan
        farms["TENURE"] = rng.choice([1.0, 2.0, 9.0], len(farms))
        pyreadstat.write_sav(
            farms,
            folder / "data/farms.sav",
            variable_value_labels={"TENURE": {1: "Propia", 2: "Arrendada", 9: "No sabe"}},
            missing_ranges={"TENURE": [9]},
        )
        book = openpyxl.Workbook()
        for row in (
            ["Municipalities of the country"],
            [],
            ["Province", "Municipality", "Altitude"],
        ):
            book.active.append(row)
        places = [(p, m, 1000 * p + m) for p in (1, 2, 3) for m in (1, 2, 3, 4)]
        for row in places:
            book.active.append(row)
        book.save(folder / "data/places.xlsx")
        crops = [
            (int(p), int(m), int(f), plot, crop, float(rng.integers(1, 30_000)) / 4)
            for p, m, f in rows
            for plot in range(1, 1 + int(f % 3))
            for crop in ("Maíz", "Papa")
        ]
        text = ["prov;muni;farm;plot;crop;kg"]
        for p, m, f, plot, crop, kg in crops:
            written = f"{kg:,.2f}".translate(str.maketrans(",.", ".,"))
            text.append(
                f"{p:02d};{m};{f};{plot};{crop};{'-9' if (p, m, f) == (1, 1, 1) else written}"
            )
        (folder / "data/crops.csv").write_text("\n".join(text), encoding="utf-8")
        return farms, pd.DataFrame(crops, columns=["PROV", "MUNI", "FARM", "plot", "crop", "kg"])

    def test_it_goes_in(self, folder):
        farms, crops = self.make(folder)
        surveys, samples = project(folder, "farms", self.STUDY, self.CODEBOOK)
        units, outcomes = samples["all"].units, samples["all"].outcomes
        known = farms[farms["PROG"].notna()]
        assert len(units) == len(known) == 94
        assert units["group"].nunique() == 12  # not the 4 codes of municipalities
        assert surveys["farms"].quality.excluded == (
            ExcludedRows(reason="not asked about the programme", rows=2),
        )
        assert surveys["farms"].quality.joined[0].matched == 96
        ids = known[["PROV", "MUNI", "FARM"]].astype(int).astype(str).agg("/".join, axis=1)
        expected = known.assign(id=ids, altitude=1000 * known["PROV"] + known["MUNI"]).set_index(
            "id"
        )
        assert units.set_index("id")["altitude"].equals(expected["altitude"].loc[units["id"]])
        tenure = surveys["farms"].table
        assert set(tenure["tenure"].dropna()) == {"Propia", "Arrendada"}
        assert tenure["tenure"].isna().sum() == (known["TENURE"] == 9).sum()
        crops = crops.assign(id=crops[["PROV", "MUNI", "FARM"]].astype(str).agg("/".join, axis=1))
        for name, part in (("harvest", crops), ("maize", crops[crops["crop"] == "Maíz"])):
            total = part.groupby("id")["kg"].sum()
            total.loc["1/1/1"] = np.nan  # its amounts were not known
            wanted = total.reindex(units["id"]).to_numpy()
            np.testing.assert_allclose(outcomes[name].to_numpy(), wanted, rtol=1e-12)
        assert np.isnan(outcomes["harvest"]).sum() > 1  # farms without a plot

    def test_identifiers_of_two_files_that_differ_in_writing(self, folder):
        self.make(folder)
        path = folder / "data/crops.csv"
        text = path.read_text("utf-8").replace("\n01;1;1;", "\n1;1;1.x;")
        path.write_text(text.replace("\n02;1;1;", "\n2;1;1 ;"), encoding="utf-8")
        _, samples = project(folder, "farms", self.STUDY, self.CODEBOOK)
        strays = samples["all"].exclusions.query("reason == 'rows of no unit of the sample'")
        assert strays["rows"].tolist() == [
            6
        ]  # of 1.x, which is no farm, and of the two farms excluded

    def test_a_crop_that_no_row_has(self, folder):
        self.make(folder)
        study = self.STUDY.replace("[Maíz]", "[Maiz]")
        with pytest.raises(Exception, match="'crop' has no value 'Maiz'. Did you mean 'Maíz'"):
            project(folder, "farms", study, self.CODEBOOK)


class TestHouseholds:
    """A household panel in two files: a .csv of persons' answers and a .dta whose ids are 32-bit numbers."""

    STUDY = """
        title: Households
        synthetic: true
        design: panel
        unit_label: households
        group_label: villages
        sources:
          - {name: before, path: data/before.csv, id: hh, wave: "9", dates: "%d/%m/%Y"}
          - {name: after, path: data/after.dta, id: hh, wave: "10"}
          - {name: persons, path: data/persons.csv, id: hh, item: person, wave: "10"}
        variables:
          treated: {label: Treated, build: indicator, of: arm, values: [yes please], role: treatment}
        outcomes:
          income: {label: Income, unit: Bs, build: variable, of: income_now}
          earned: {label: Earned, unit: Bs, build: sum, of: [wage], rows: persons}
        samples:
          base: {label: Before, sources: [before], group: village, outcomes: [income]}
          later: {label: After, sources: [after], baseline: base, group: village}
        analyses:
          - name: matched
            label: Matched
            sample: later
            method: matching
            treatment: treated
            covariates: [land]
            strategies: [nearest]
            outcomes: [income, earned]
        """
    CODEBOOK = """
        village,before,village,category,,,,,,group,,Village
        arm,before,arm,category,,,,,,input,,Arm
        land,before,land,number,ha,0,,,,covariate,pre,Land
        asked,before,asked,date,,2015-01-01,2015-12-31,,,input,,Day of the interview
        income_now,after,income,number,Bs,0,,,-99,outcome,post,Income
        person,persons,person,category,,,,,,input,,Person
        wage,persons,wage,number,Bs,0,,,-99|-88,outcome,post,Wage
        """

    def make(self, folder):
        n = 60
        ids = [1000 + i + 0.01 for i in range(n)]  # a village and a household: 1007.01
        before = pd.DataFrame(
            {
                "hh": [f"{one:.2f}" for one in ids],
                "village": [f"Comunidad {i // 5}" for i in range(n)],
                "arm": ["yes please" if (i // 5) % 2 else "no thanks" for i in range(n)],
                "land": [f"{i % 7}.5" for i in range(n)],
                "asked": [f"{1 + i % 28:02d}/03/2015" for i in range(n)],
            }
        )
        before.to_csv(folder / "data/before.csv", index=False)
        after = pd.DataFrame({"hh": ids, "income": [100.0 + i for i in range(n)]})
        after.loc[4, "income"] = -99
        after = after.drop(index=[7, 8])  # not found again
        new = pd.DataFrame({"hh": [2000.01], "income": [1.0]})
        after = pd.concat([after, new]).astype("float32")
        after.to_stata(folder / "data/after.dta", write_index=False)
        persons = pd.DataFrame(
            [(f"{hh:.2f}", p, 10 * p + i) for i, hh in enumerate(ids) for p in range(1, 2 + i % 3)],
            columns=["hh", "person", "wage"],
        )
        persons.loc[3, "wage"] = -88
        persons.to_csv(folder / "data/persons.csv", index=False)
        return before, after, persons

    def test_it_goes_in(self, folder):
        before, after, persons = self.make(folder)
        surveys, samples = project(folder, "households", self.STUDY, self.CODEBOOK)
        units, outcomes = samples["later"].units, samples["later"].outcomes
        assert len(units) == 58
        assert units["id"].isin(before["hh"]).all()  # 1001.01 of 32 bits is 1001.01
        excluded = samples["later"].exclusions
        assert excluded.loc[excluded["reason"].str.startswith("new unit"), "rows"].tolist() == [1]
        wanted = after.assign(hh=[f"{one:.2f}" for one in after["hh"]]).set_index("hh")["income"]
        wanted = wanted.replace(-99, np.nan).loc[units["id"]].to_numpy(float)
        np.testing.assert_array_equal(outcomes["income"], wanted)
        wages = persons.set_index("hh")["wage"].astype(float).replace(-88, np.nan)
        total = wages.groupby("hh").apply(lambda part: part.sum(skipna=False))
        np.testing.assert_array_equal(outcomes["earned"], total.loc[units["id"]])
        arm = before.set_index("hh")["arm"].eq("yes please").astype(float)
        np.testing.assert_array_equal(units["treated"], arm.loc[units["id"]])
        first = surveys["before"].table["asked"].min()
        assert pd.Timestamp("1970-01-01") + pd.Timedelta(days=first) == pd.Timestamp("2015-03-01")

    def test_ids_that_one_wave_writes_otherwise(self, folder):
        self.make(folder)
        path = folder / "data/before.csv"
        path.write_text(path.read_text("utf-8").replace("\n1", "\n01"), encoding="utf-8")
        with pytest.raises(Exception, match="'1000.01' is '01000.01' in the sample"):
            project(folder, "households", self.STUDY, self.CODEBOOK)


class TestKobo:
    """A KoBo export: groups above names, several answers in a cell, repeats with a parent's key."""

    STUDY = """
        title: Hogares
        synthetic: true
        design: cross_section
        unit_label: hogares
        group_label: comunidades
        sources:
          - name: hogares
            path: data/kobo.xlsx
            sheet: Hogares
            header: [2, 3]
            id: meta/_index
            wave: "2024"
            edits:
              - {rule: recodes, file: data/recodes.csv}
              - {rule: corrections, file: data/corrections.csv}
              - {rule: select_multiple, columns: [farm/crops]}
              - {rule: fill_blank, columns: [farm/credit], value: "0"}
            keep: [{column: meta/status, other_than: [rechazada], reason: interview refused}]
          - name: ventas
            path: data/kobo.xlsx
            sheet: ventas
            id: _parent_index
            item: product
            wave: "2024"
        variables:
          arm: {label: Semilla, build: indicator, of: brazo, values: [semilla], role: treatment}
        outcomes:
          ventas:
            label: Ventas
            unit: Bs
            build: net_income
            rows: ventas
            sales: [{quantity: qty, price: price}]
            costs: []
        samples:
          all: {label: Todos, sources: [hogares], group: comunidad}
        analyses:
          - name: matched
            label: Matched
            sample: all
            method: matching
            treatment: arm
            covariates: [land, quinua, credit]
            strategies: [nearest]
            outcomes: [ventas]
        """
    CODEBOOK = """
        comunidad,hogares,hh/village,category,,,,,,group,,Comunidad
        brazo,hogares,hh/arm,category,,,,,,input,,Brazo
        land,hogares,farm/land,number,ha,0,500,,,covariate,pre,Superficie
        quinua,hogares,farm/crops/quinua,indicator,,,,,,covariate,pre,Quinua
        credit,hogares,farm/credit,indicator,,,,,,covariate,pre,Crédito
        product,ventas,name,category,,,,,,input,,Producto
        qty,ventas,qty,number,qq,0,,,,outcome,post,Cantidad
        price,ventas,price,number,Bs,0,,,,price,post,Precio
        """

    def make(self, folder):
        rng = np.random.default_rng(3)
        book = openpyxl.Workbook()
        book.active.title = "Leeme"
        book.active.append(["Exportado de KoBo"])
        sheet, rows = book.create_sheet("Hogares"), []
        sheet.append(["Encuesta 2024"])
        sheet.append(["meta", None, "hh", None, "farm"])
        sheet.append(["_index", "status", "village", "arm", "crops", "land", "credit"])
        sheet.merge_cells("A2:B2")
        sheet.merge_cells("C2:D2")
        sheet.merge_cells("E2:G2")
        for i in range(1, 49):
            village = f"Comunidad Ñ{(i - 1) // 4}"
            crops = " ".join(
                sorted(rng.choice(["quinua", "papa", "haba"], rng.integers(1, 4), replace=False))
            )
            row = [
                i,
                "rechazada" if i == 5 else "completa",
                village,
                ["semilla", "control"][(i // 8) % 2],
            ]
            row += [crops, float(rng.integers(4, 40)) / 4, 1 if i % 3 == 0 else None]
            rows.append(row)
            sheet.append(
                [village.upper() if j == 2 and i == 9 else cell for j, cell in enumerate(row)]
            )
        sheet["F3"].value, sheet["F11"].value = "land", 3500  # square metres: corrected by a table
        sales = book.create_sheet("ventas")
        sales.append(["_index", "_parent_index", "name", "qty", "price"])
        sold = []
        for i in range(1, 49):
            for product in ("papa", "quinua")[: int(rng.integers(0, 3))]:
                sold.append(
                    (
                        len(sold) + 1,
                        i,
                        product,
                        float(rng.integers(0, 20)),
                        float(rng.integers(1, 9)),
                    )
                )
                sales.append(sold[-1])
        book.save(folder / "data/kobo.xlsx")
        (folder / "data/recodes.csv").write_text(
            "column;raw;clean;por\nhh/village;COMUNIDAD Ñ2;Comunidad Ñ2;mayúsculas\n",
            encoding="utf-8",
        )
        (folder / "data/corrections.csv").write_text(
            "id,variable,old,new,who\n8,farm/land,3500,0.35,AM\n", encoding="utf-8"
        )
        names = ["id", "status", "village", "arm", "crops", "land", "credit"]
        frame = pd.DataFrame(rows, columns=names)
        frame.loc[frame["id"] == 8, "land"] = 0.35
        return frame, pd.DataFrame(sold, columns=["n", "id", "name", "qty", "price"])

    def test_it_goes_in(self, folder):
        raw, sold = self.make(folder)
        content = {path.name: path.read_bytes() for path in (folder / "data").iterdir()}
        surveys, samples = project(folder, "hogares", self.STUDY, self.CODEBOOK)
        units, outcomes = samples["all"].units, samples["all"].outcomes
        raw = raw[raw["status"] != "rechazada"].assign(id=lambda frame: frame["id"].astype(str))
        raw = raw.set_index("id").loc[units["id"]]
        assert len(units) == 47
        assert units["group"].nunique() == 12
        np.testing.assert_array_equal(units["land"], raw["land"])
        np.testing.assert_array_equal(
            units["quinua"], raw["crops"].str.contains("quinua").astype(float)
        )
        np.testing.assert_array_equal(units["credit"], raw["credit"].fillna(0).astype(float))
        money = (sold["qty"] * sold["price"]).groupby(sold["id"].astype(str)).sum()
        np.testing.assert_allclose(outcomes["ventas"], money.reindex(units["id"]).to_numpy())
        quality = surveys["hogares"].quality
        assert quality.excluded == (ExcludedRows(reason="interview refused", rows=1),)
        counts = {(edit.rule, edit.column): edit.count for edit in quality.edits}
        assert counts["recodes", "hh/village"] == 1
        assert counts["corrections", "farm/land"] == 1
        assert counts["fill_blank", "farm/credit"] == 32
        assert content == {path.name: path.read_bytes() for path in (folder / "data").iterdir()}
