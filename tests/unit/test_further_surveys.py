"""Three more shapes: answers one row each, waves side by side in one file, persons with a row of units."""

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from unseen_surveys import folder, project

__all__ = ["folder"]  # the fixture


@pytest.mark.long
class TestAnswersByRow:
    """An export with a row an answer; what was asked once stands in another file, in UTF-16."""

    STUDY = """
        title: Answers
        synthetic: true
        design: cross_section
        unit_label: households
        group_label: cooperatives
        sources:
          - name: visits
            path: data/visits.csv
            encoding: utf-16
            delimiter: "\\t"
            id: [dept, hh]
            wave: "2023"
          - name: answers
            path: data/answers.csv
            delimiter: ";"
            decimal: ","
            id: [dept, hh]
            item: line
            wave: "2023"
            edits: [{rule: exact_duplicates}]
            keep: [{column: answer, known: true, reason: question not answered}]
        outcomes:
          cash: {label: Cash, unit: soles, build: sum, of: [amount], rows: answers, where: {asked: [cash]}}
          spent: {label: Spent, unit: soles, build: sum, of: [amount], rows: answers, where: {asked: [spent]},
            without_rows: zero}
          left: {label: Left, unit: soles, build: difference, of: cash, less: spent}
        samples:
          all: {label: All, sources: [visits], group: cooperative}
        analyses:
          - name: matched
            label: Matched
            sample: all
            method: matching
            treatment: joined
            covariates: [herd]
            strategies: [nearest]
            outcomes: [cash, spent, left]
        """
    CODEBOOK = """
        cooperative,visits,dept + coop,category,,,,,,group,,Cooperative
        joined,visits,joined,indicator,,,,Sí=1|No=0,,treatment,,Joined
        herd,visits,herd,integer,animals,0,900,,-99,covariate,pre,Herd
        line,answers,question + round,category,,,,,,input,,Question and round
        asked,answers,question,category,,,,,,input,,Question
        amount,answers,answer,number,soles,0,,,-99,outcome,post,Amount
        """

    def make(self, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
        rng = np.random.default_rng(5)
        keys = [(dept, hh) for dept in ("Puno", "Cusco") for hh in range(1, 41)]
        visits = pd.DataFrame(keys, columns=["dept", "hh"])
        visits["coop"] = [f"{1 + (hh - 1) // 4:02d}" for hh in visits["hh"]]
        visits["joined"] = np.where(visits["coop"].astype(int) % 2, "Sí", "No")
        visits["herd"] = rng.integers(0, 60, len(visits))
        visits.loc[3, "herd"] = -99
        visits.to_csv(folder / "data/visits.csv", sep="\t", index=False, encoding="utf-16")
        rows = [
            (dept, hh, question, visit, round(float(rng.gamma(2, 90)), 2))
            for dept, hh in keys
            for question in ("cash", "spent")
            for visit in range(1, 1 + int(rng.integers(1, 4)))
            if not (question == "spent" and hh == 7)
        ]
        answers = pd.DataFrame(rows, columns=["dept", "hh", "question", "round", "answer"])
        answers["answer"] = answers["answer"].astype(object)
        answers.loc[10, "answer"], answers.loc[20, "answer"] = "", -99
        written = pd.concat([answers, answers.iloc[[30, 31]]])  # sent twice
        written["answer"] = [str(value).replace(".", ",") for value in written["answer"]]
        text = written.to_csv(sep=";", index=False)
        (folder / "data/answers.csv").write_text(text, encoding="utf-8")
        return visits, answers

    def test_it_goes_in(self, folder):
        visits, answers = self.make(folder)
        surveys, samples = project(folder, "answers", self.STUDY, self.CODEBOOK)
        units = samples["all"].units
        assert units["group"].nunique() == 20  # ten numbers in each department
        assert np.isnan(units["herd"]).sum() == 1
        outcomes = samples["all"].outcomes.set_index("unit_id").loc[units["unit_id"]]
        reasons = {row.reason: row.rows for row in surveys["answers"].quality.excluded}
        assert reasons["question not answered"] == 1
        assert sum(reasons.values()) == 3  # and two copies
        key = ["dept", "hh"]
        known = answers[answers["answer"] != ""].assign(
            answer=lambda frame: frame["answer"].astype(float).replace(-99, np.nan)
        )
        index = pd.MultiIndex.from_frame(visits[key])
        sums = {
            name: known[known["question"] == name]
            .groupby(key)["answer"]
            .agg(lambda part: part.sum(skipna=False))
            .reindex(index)
            for name in ("cash", "spent")
        }
        sums["spent"] = sums["spent"].where(
            pd.Series(index.isin(known.set_index(key).query("question == 'spent'").index), index),
            0.0,
        )
        ids = visits["dept"] + "/" + visits["hh"].astype(str)
        for name, own in sums.items():
            wanted = pd.Series(own.to_numpy(), ids).loc[units["id"]]
            np.testing.assert_allclose(outcomes[name], wanted, rtol=1e-12)
        np.testing.assert_allclose(outcomes["left"], outcomes["cash"] - outcomes["spent"])
        assert outcomes["left"].isna().sum() == (sums["cash"] - sums["spent"]).isna().sum() > 0


@pytest.mark.long
class TestWavesSideBySide:
    """One file with a column a question and year: each year is a source of it with rows of its own."""

    STUDY = """
        title: Coffee
        synthetic: true
        design: panel
        unit_label: farms
        group_label: villages
        sources:
          - {name: y2019, path: data/coffee.dta, id: farm, wave: 2019}
          - {name: y2021, path: data/coffee.dta, id: farm, wave: 2021,
             keep: [{column: seen_21, values: ["1"], reason: not found in 2021}]}
          - {name: y2023, path: data/coffee.dta, id: farm, wave: 2023,
             keep: [{column: seen_23, values: ["1"], reason: not found in 2023}]}
        outcomes:
          harvest: {label: Harvest, unit: quintals, build: variable, of: harvested}
        samples:
          all: {label: All, sources: [y2019, y2021, y2023], group: village, arm: arm}
        analyses:
          - name: changes
            label: Changes
            sample: all
            method: difference_in_differences
            treatment: arm
            fixed: true
            before: ["2019"]
            after: ["2021", "2023"]
            covariates: [trees]
            estimators: [two_by_two]
            outcomes: [harvest]
        """
    CODEBOOK = """
        village,*,village,category,,,,,,group,,Village
        arm,*,prog,indicator,,,,,,treatment,,Programme
        trees,*,trees_19,number,trees,0,,,,covariate,pre,Trees in 2019
        harvested,y2019,kg_19,number,quintals,0,,,,outcome,post,Harvest
        harvested,y2021,kg_21,number,quintals,0,,,,outcome,post,Harvest
        harvested,y2023,kg_23,number,quintals,0,,,,outcome,post,Harvest
        """

    def make(self, folder: Path) -> pd.DataFrame:
        rng = np.random.default_rng(6)
        n = 72
        coffee = pd.DataFrame({"farm": np.arange(n) + 100, "village": np.arange(n) // 6})
        coffee["prog"] = coffee["village"] % 2
        coffee["trees_19"] = rng.integers(200, 900, n)
        for year in (19, 21, 23):
            coffee[f"kg_{year}"] = rng.gamma(3, 5, n).round(1).astype("float32")
            coffee[f"seen_{year}"] = 1
        coffee.loc[[4, 9], ["seen_21", "kg_21"]] = [0, np.nan]
        coffee.loc[[9, 30, 31], ["seen_23", "kg_23"]] = [0, np.nan]
        labels = {"prog": {0: "No", 1: "Sí"}}
        coffee.to_stata(folder / "data/coffee.dta", write_index=False, value_labels=labels)
        return coffee

    def test_it_goes_in(self, folder):
        coffee = self.make(folder)
        surveys, samples = project(folder, "coffee", self.STUDY, self.CODEBOOK)
        units = samples["all"].units
        assert units.groupby("wave").size().to_dict() == {"2019": 72, "2021": 70, "2023": 69}
        outcomes = samples["all"].outcomes.set_index("unit_id").loc[units["unit_id"]]
        for wave in ("2019", "2021", "2023"):
            mine = (units["wave"] == wave).to_numpy()
            ids = units.loc[mine, "id"].astype(int)
            wanted = coffee.set_index("farm")[f"kg_{wave[2:]}"].loc[ids]
            wanted = [float(f"{value:.1f}") for value in wanted]  # 12.3, not 12.30000019
            np.testing.assert_array_equal(outcomes.loc[mine, "harvest"], wanted)
        reasons = surveys["y2023"].quality.excluded
        assert [(row.reason, row.rows) for row in reasons] == [("not found in 2023", 3)]


class TestPersons:
    """Persons of households, units of measure below the names: heads and members come from one sheet."""

    STUDY = """
        title: Persons
        synthetic: true
        design: cross_section
        unit_label: households
        group_label: villages
        sources:
          - name: heads
            path: data/persons.xlsx
            header: 2
            id: household
            wave: "2024"
            keep:
              - {column: household, other_than: [code], reason: the row of units}
              - {column: relation, values: ["1"], reason: not the head}
            join: [{name: villages, path: data/villages.csv, by: [village]}]
          - name: members
            path: data/persons.xlsx
            header: 2
            id: household
            item: person
            wave: "2024"
            keep: [{column: household, other_than: [code], reason: the row of units}]
        variables:
          members: {label: Members, build: count, rows: members, role: covariate, timing: pre}
          mean_age: {label: Mean age, build: mean, of: person_age, rows: members, role: covariate,
            timing: pre}
        outcomes:
          wages: {label: Wages, unit: pesos, build: sum, of: [wage], rows: members}
          of_women: {label: Wages of women, unit: pesos, build: sum, of: [wage], rows: members,
            where: {sex: [F]}}
          each: {label: Wages a head, unit: pesos, build: ratio, of: wages, over: members}
        samples:
          all: {label: All, sources: [heads], group: village}
        analyses:
          - name: matched
            label: Matched
            sample: all
            method: matching
            treatment: road
            covariates: [members, mean_age]
            strategies: [nearest]
            outcomes: [wages, of_women, each]
        """
    CODEBOOK = """
        village,heads,village,category,,,,,,group,,Village
        road,heads,villages.road,indicator,,,,yes=1|no=0,,treatment,,Road
        head_age,heads,age,integer,years,15,110,,,input,,Age of the head
        person,members,person,category,,,,,,input,,Person
        person_age,members,age,integer,years,0,110,,,input,,Age
        sex,members,sex,category,,,,,,input,,Sex
        wage,members,wage,number,pesos,0,,,-99|-88,outcome,post,Wage
        """

    def make(self, folder: Path) -> pd.DataFrame:
        rng = np.random.default_rng(7)
        rows = [
            (
                f"{1 + household // 5:02d}",
                f"H{household:03d}",
                person,
                1 if person == 1 else int(rng.integers(2, 5)),
                "FM"[int(rng.integers(0, 2))],
                int(rng.integers(20, 80)) if person == 1 else int(rng.integers(0, 60)),
                float(rng.integers(0, 900)),
            )
            for household in range(60)
            for person in range(1, 2 + int(rng.integers(0, 4)))
        ]
        names = ["village", "household", "person", "relation", "sex", "age", "wage"]
        persons = pd.DataFrame(rows, columns=names)
        persons.loc[5, "wage"] = -88
        book = openpyxl.Workbook()
        book.active.append(["Household roster"])
        book.active.append(names)
        book.active.append(["code", "code", "number", "code", "M/F", "years", "pesos"])
        for row in persons.itertuples(index=False):
            book.active.append(list(row))
        book.save(folder / "data/persons.xlsx")
        villages = ["village,road", *(f"{i},{'yes' if i % 2 else 'no'}" for i in range(1, 13))]
        (folder / "data/villages.csv").write_text("\n".join(villages), encoding="utf-8")
        return persons

    def test_it_goes_in(self, folder):
        persons = self.make(folder)
        surveys, samples = project(folder, "persons", self.STUDY, self.CODEBOOK)
        units = samples["all"].units.set_index("id")
        outcomes = samples["all"].outcomes.set_index("unit_id").loc[units["unit_id"]]
        assert len(units) == 60 and units["group"].nunique() == 12
        wage = persons["wage"].replace(-88, np.nan)
        by = persons["household"]

        def total(values: pd.Series) -> pd.Series:
            return values.groupby(by).agg(lambda part: part.sum(skipna=False)).loc[units.index]

        women = wage.where(persons["sex"] == "F", 0.0)
        np.testing.assert_array_equal(outcomes["wages"], total(wage))
        np.testing.assert_array_equal(outcomes["of_women"], total(women))
        size = by.value_counts().loc[units.index]
        np.testing.assert_array_equal(units["members"], size)
        np.testing.assert_allclose(outcomes["each"], total(wage) / size.to_numpy())
        ages = persons["age"].groupby(by).mean().loc[units.index]
        np.testing.assert_allclose(units["mean_age"], ages)
        road = persons.drop_duplicates("household").set_index("household")["village"].astype(int)
        np.testing.assert_array_equal(units["road"], (road.loc[units.index] % 2).astype(float))
        reasons = {row.reason: row.rows for row in surveys["heads"].quality.excluded}
        assert reasons == {"the row of units": 1, "not the head": len(persons) - 60}
        (joined,) = surveys["heads"].quality.joined
        assert (joined.matched, joined.without) == (
            len(persons),
            1,
        )  # the row of units has no village

    def test_a_row_of_units_that_is_not_excluded_is_refused(self, folder):
        self.make(folder)
        study = self.STUDY.replace(
            "            keep: [{column: household, other_than: [code], reason: the row of units}]\n",
            "",
        )
        assert study != self.STUDY
        with pytest.raises(Exception, match="column 'age', row 3: 'years' is not a whole number"):
            project(folder, "persons", study, self.CODEBOOK)
