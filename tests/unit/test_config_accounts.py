"""Accounts that a decomposition adds up from rows are the outcomes that a study would have to write."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ruralimpact.config import load_study
from ruralimpact.errors import ConfigError
from ruralimpact.schema.base import plain

CODEBOOK = """\
variable,source,raw_name,type,unit,role,timing,label,labels
supported,farms,supported,indicator,,treatment,,Supported,yes=1|no=0
age,farms,age,integer,years,covariate,pre,Age,
crop,sales,crop,category,,input,post,Crop,Maiz=maize|Trigo=wheat|Cebada=barley
kilos,sales,kilos,number,kg,input,post,Sold,
price,sales,price,number,Bs,price,post,Price,
eaten,sales,eaten,number,kg,input,post,Eaten,
spent,sales,spent,number,Bs,input,post,Costs,
"""
SOLD = [{"quantity": "kilos", "price": "price"}, {"quantity": "eaten", "price": "price"}]
INCOME = {
    "label": "Income",
    "unit": "Bs",
    "build": "net_income",
    "rows": "sales",
    "sales": SOLD,
    "costs": [{"amount": "spent"}],
}
ACCOUNTS = {
    "rows": "sales",
    "by": "crop",
    "unit": "Bs",
    "quantity_unit": "kg",
    "costs": ["spent"],
    "products": [
        {"name": "maize", "label": "Maize"},
        {"name": "others", "label": "Others", "values": ["wheat", "barley"]},
    ],
    "grades": [{"name": "all", "label": "all grades", "sales": SOLD}],
}
STUDY = {
    "title": "Farms",
    "synthetic": True,
    "design": "cross_section",
    "sources": [
        {"name": "farms", "path": "data/farms.csv", "id": "id", "wave": "2014"},
        {"name": "sales", "path": "data/sales.csv", "id": "id", "wave": "2014", "item": "crop"},
    ],
    "outcomes": {"income": INCOME},
    "samples": {"all": {"label": "All", "sources": ["farms"]}},
    "analyses": [
        {
            "name": "matched",
            "method": "matching",
            "decomposition": {"outcome": "income", "accounts": ACCOUNTS},
        }
    ],
}


def loaded(tmp_path: Path, study: dict[str, Any]) -> dict[str, Any]:
    folder = tmp_path / "config" / "studies" / "farms"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "codebook.csv").write_text(CODEBOOK, encoding="utf-8")
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    content: dict[str, Any] = plain(load_study(folder))
    return content


def written_out(crop: str, label: str, values: list[str]) -> dict[str, Any]:
    rows = {"rows": "sales", "where": {"crop": values}}
    quantity = {"label": f"{label}: all grades, quantity", "unit": "kg", "build": "sum"}
    value = {"label": f"{label}: all grades, value", "unit": "Bs", "build": "net_income"}
    cost = {"label": f"{label}: cash costs", "unit": "Bs", "build": "sum", "of": ["spent"]}
    return {
        f"{crop}_all_quantity": {**quantity, "of": ["kilos", "eaten"], **rows},
        f"{crop}_all_value": {**value, "sales": SOLD, "costs": [], **rows},
        f"{crop}_cost": {**cost, **rows},
    }


def product(crop: str, label: str) -> dict[str, str]:
    lines = {"quantity": f"{crop}_all_quantity", "value": f"{crop}_all_value"}
    return {"name": crop, "label": label, **lines, "cost": f"{crop}_cost"}


@pytest.mark.parametrize("named", [{"sample": "all"}, {}])
def test_a_sample_that_lists_its_outcomes_has_the_accounts_as_well(
    tmp_path: Path, named: dict[str, str]
) -> None:
    study = deepcopy(STUDY)
    study["samples"]["all"]["outcomes"] = ["income"]
    study["analyses"][0] |= named
    made = loaded(tmp_path, study)
    accounts = [*written_out("maize", "Maize", []), *written_out("others", "Others", [])]
    assert set(made["samples"]["all"]["outcomes"]) == {"income", *accounts}


def test_accounts_are_the_study_written_out(tmp_path: Path) -> None:
    long = deepcopy(STUDY)
    long["outcomes"] |= written_out("maize", "Maize", ["maize"])
    long["outcomes"] |= written_out("others", "Others", ["wheat", "barley"])
    long["analyses"][0]["outcomes"] = ["income"]
    products = [product("maize", "Maize"), product("others", "Others")]
    long["analyses"][0]["decomposition"] = {"outcome": "income", "products": products}
    assert loaded(tmp_path, STUDY) == loaded(tmp_path, long)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": "sale"}, "unknown source 'sale'. Did you mean 'sales'?"),
        ({"by": "crp"}, "unknown variable 'crp'. Did you mean 'crop'?"),
        ({"costs": ["spend"]}, "unknown variable 'spend'. Did you mean 'spent'?"),
    ],
)
def test_what_accounts_name_must_be_there(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    study = deepcopy(STUDY)
    study["analyses"][0]["decomposition"]["accounts"] |= changes
    with pytest.raises(ConfigError, match=r"analyses\.matched\.decomposition\.accounts") as refused:
        loaded(tmp_path, study)
    assert words in str(refused.value)


def test_an_outcome_of_another_kind_keeps_its_name(tmp_path: Path) -> None:
    study = deepcopy(STUDY)
    study["outcomes"] |= {"maize_cost": INCOME}
    with pytest.raises(ConfigError, match="makes the outcome 'maize_cost', and there is another"):
        loaded(tmp_path, study)
