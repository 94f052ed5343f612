"""A KoBo export with repeats and two header rows goes in as it is, and the numbers are those of pandas."""

import numpy as np
import openpyxl
import pandas as pd
from unseen_surveys import folder, project

from ruralimpact.schema.quality import ExcludedRows

__all__ = ["folder"]  # the fixture


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
