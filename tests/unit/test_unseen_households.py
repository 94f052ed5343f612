"""A household panel in two files goes in as it is, and the numbers are those of pandas."""

import numpy as np
import pandas as pd
import pytest
from unseen_surveys import folder, project

__all__ = ["folder"]  # the fixture


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
