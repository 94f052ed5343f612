"""A project of one synthetic study as large as wanted: nothing of it is shipped.

    python benchmarks/large_project.py FOLDER --producers 1000000

lays the configuration, a file of producers in groups of 38, and one of five product rows a producer, with the
mistakes that surveys have: codes for "missing", values out of range, amounts with blanks, copies of rows.
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

SEED = 20141031
GROUP = 38
PRODUCTS = ("maize", "beef", "milk", "honey", "coffee", "cocoa", "potato")
USUAL_PRICE = np.array([60, 900, 210, 700, 650, 800, 90])  # bolivianos a quintal
ROWS_EACH = 5
REGIONS = ("Norte", "Tropico", "Valles", "Chaco")
STUDY = "large"
EFFECT = 900.0  # of treatment on the income of a producer, in bolivianos

STUDY_YAML = """\
title: Producers of a large register
question: What did supported producers earn, compared with what they would have earned without?
synthetic: true
design: cross_section
unit_label: producers
group_label: groups
currency: bolivianos of 2014
sources:
  - name: producers
    path: data/large/producers.csv
    id: folio
    wave: "2014"
    edits: [{rule: exact_duplicates}]
  - {name: products, path: data/large/products.csv, id: folio, wave: "2014", item: product}
outcomes:
  net_income:
    label: Net income
    unit: Bs a year
    family: income
    build: net_income
    rows: products
    sales: [{quantity: quantity, price: price}]
    costs: [{amount: costs}]
  grows_maize:
    label: Grows maize
    unit: percentage points
    family: products
    build: count
    rows: products
    where: {product: [maize]}
    without_rows: zero
  wage_days: {label: Days hired, unit: days a week, family: labour, build: variable, of: days_hired}
samples:
  all: {label: All producers, sources: [producers], group: producer_group}
analyses:
  - name: matched
    label: Supported against other producers
    sample: all
    method: matching
    treatment: supported
    covariates: [age, schooling, woman, land, distance, region]
    subgroups:
      - name: region
        label: Region
        variable: region
        levels: {Norte: Norte, Tropico: Tropico, Valles: Valles, Chaco: Chaco}
        outcomes: [net_income]
"""
CODEBOOK = """\
variable,source,raw_name,type,unit,minimum,maximum,labels,missing_codes,role,timing,label
producer_group,producers,grupo,category,,,,,,group,,Producer group
supported,producers,apoyado,indicator,,,,si=1|no=0,,treatment,,Supported
region,producers,region,category,,,,1=Norte|2=Tropico|3=Valles|4=Chaco,,covariate,pre,Region
age,producers,edad,integer,years,15,99,,,covariate,pre,Age
schooling,producers,escolaridad,integer,years,0,20,,,covariate,pre,Years of schooling
woman,producers,sexo,indicator,,,,1=0|2=1,,covariate,pre,Woman
land,producers,tierra,number,hectares,0,1000,,,covariate,pre,Land
distance,producers,distancia,number,km,0,500,,,covariate,pre,Distance to the market
days_hired,producers,jornales,number,days a week,0,200,,-99,outcome,post,Days hired
product,products,producto,category,,,,,,input,post,Product
quantity,products,cantidad,number,quintals,0,,,,input,post,Sold
price,products,precio,number,bolivianos a quintal,0,,,,price,post,Price
costs,products,costo,number,bolivianos,0,,,,input,post,Cash costs
"""


def producers(rng: np.random.Generator, count: int) -> tuple[pa.Table, NDArray[np.bool_]]:
    """Return the raw file of producers, with a copy of each thousandth, and who was supported."""
    groups = np.arange(count) // GROUP
    shared = rng.normal(size=groups[-1] + 1)
    region = rng.integers(1, 5, size=len(shared))
    chance = 1 / (1 + np.exp(1.1 - 0.4 * shared - 0.1 * region))
    supported = (rng.random(len(shared)) < chance)[groups]
    age = np.clip(rng.normal(46, 13, count), 16, 90).astype(int)
    age[rng.random(count) < 0.001] = 207
    land = np.round(rng.lognormal(1 + 0.2 * shared[groups], 0.9, count), 2)
    days = np.round(rng.gamma(1.5, 2 + supported, count), 1)
    days[rng.random(count) < 0.02] = -99
    table = pa.table(
        {
            "folio": folios(count),
            "grupo": pa.array([f"G{number:06d}" for number in range(len(shared))]).take(groups),
            "apoyado": pa.array(["no", "si"]).take(supported.astype(int)),
            "region": region[groups],
            "edad": age,
            "escolaridad": rng.integers(0, 15, count),
            "sexo": rng.integers(1, 3, count),
            "tierra": pa.array(np.minimum(land, 900), mask=rng.random(count) < 0.002),
            "distancia": np.round(rng.gamma(2, 15, count), 1),
            "jornales": days,
        }
    )
    copies = table.take(np.arange(0, count, 1000))
    return pa.concat_tables([table, copies]), supported


def products(rng: np.random.Generator, supported: NDArray[np.bool_]) -> pa.Table:
    """Return the raw file of products: five different ones of each producer, in no order."""
    count = len(supported)
    first, step = rng.integers(0, len(PRODUCTS), count), rng.integers(1, len(PRODUCTS), count)
    kind = (first[:, None] + step[:, None] * np.arange(ROWS_EACH)) % len(PRODUCTS)
    unit = np.repeat(np.arange(count), ROWS_EACH)
    quantity = np.round(rng.gamma(2, 20, len(unit)), 1)
    price = np.round(
        np.array([60, 900, 210, 700, 650, 800, 90])[kind.ravel()]
        * rng.uniform(0.8, 1.2, len(unit)),
        2,
    )
    sales = quantity * price
    costs = np.round(
        np.maximum(
            sales * rng.uniform(0.2, 0.6, len(unit)) - EFFECT / ROWS_EACH * supported[unit], 0
        ),
        2,
    )
    order = rng.permutation(len(unit))
    table = pa.table(
        {
            "folio": folios(count).take(unit),
            "producto": pa.array(PRODUCTS).take(kind.ravel()),
            "cantidad": quantity,
            "precio": price,
            "costo": pa.array(np.round(costs, 2), mask=rng.random(len(unit)) < 0.001),
        }
    )
    return table.take(order)


def folios(count: int) -> pa.Array:
    return pa.array([f"P{number:08d}" for number in range(count)])


def lay_project(folder: Path, count: int) -> None:
    """Lay a project of one study into a folder.

    Parameters
    ----------
    folder : path
    count : int
        Producers.
    """
    config, data = folder / "config" / "studies" / STUDY, folder / "data" / STUDY
    for path in (config, data):
        path.mkdir(parents=True, exist_ok=True)
    (folder / "config" / "config.yaml").write_text(f"studies: [{STUDY}]\nseed: {SEED}\n")
    (config / "study.yaml").write_text(STUDY_YAML)
    (config / "codebook.csv").write_text(CODEBOOK)
    rng = np.random.default_rng([SEED, count])
    table, supported = producers(rng, count)
    options = pyarrow.csv.WriteOptions(quoting_style="none")
    pyarrow.csv.write_csv(table, data / "producers.csv", options)
    pyarrow.csv.write_csv(products(rng, supported), data / "products.csv", options)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--producers", type=int, default=1_000_000)
    options = parser.parse_args()
    lay_project(options.folder, options.producers)
