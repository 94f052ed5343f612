"""A farm survey of farms, plots and crops goes in as it is, and the numbers are those of pandas."""

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from unseen_surveys import folder, project

from ruralimpact.schema.quality import ExcludedRows

__all__ = ["folder"]  # the fixture


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
