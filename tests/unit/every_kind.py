"""A small study with an analysis of every kind."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

STUDY = Path("config/studies/kinds")
DATA = Path("data/kinds")
Rows = list[dict[str, Any]]


def homes(wave: int) -> Rows:
    """Forty households of ten villages; the even villages joined in 2013."""
    rows = []
    for home in range(40):
        village = home % 10
        joined = village % 2 == 0
        income = 100 + (home * 7) % 23 + (15 if joined and wave > 2012 else 0) + wave - 2012
        rows.append(
            {
                "id": f"h{home:02}",
                "village": f"v{village}",
                "zone": f"z{village % 3}",
                "joined": int(joined),
                "began": 2013 if joined else 0,
                "poverty": 0.2 + 0.1 * (village % 3),
                "age": 20 + (home * 11) % 37,
                "size": "big" if home % 3 else "small",
                "income": income,
                "sales": income + 10,
                "costs": 10,
                "weight": 2 + home % 5,
                "poor": float((home * 7) % 23 < 8),
            }
        )
    return rows


def deals() -> Rows:
    return [
        {
            "id": f"d{deal:02}",
            "village": f"v{deal % 10}",
            "begun": 2005,
            "seen": 2012,
            "left": 2006 + deal % 5 if deal % 2 else "",
            "how": "new" if deal % 2 else "",
        }
        for deal in range(40)
    ]


def flows() -> Rows:
    return [
        {
            "id": f"f{farm:02}",
            "village": f"v{farm % 10}",
            "crop": "milk" if farm % 2 else "corn",
            "money": "Bs",
            "year": 2009 + year,
            "invested": 100 if year == 0 else 0,
            "earned": 0 if year == 0 else 40 + farm % 7,
        }
        for farm in range(20)
        for year in range(4)
    ]


def answers() -> Rows:
    return [
        {"id": f"r{group:02}", "area": f"a{group % 2}", "buyer": group % 2} for group in range(20)
    ]


def register() -> Rows:
    return [{"id": f"r{group:02}", "area": f"a{group % 2}"} for group in range(30)]


def projects() -> Rows:
    return [
        {
            "id": f"p{number}",
            "name": f"Project {number}",
            "from": 2001 + number,
            "to": 2006 + number,
            "target": 100,
            "reached": 90 + number,
        }
        for number in range(5)
    ]


FILES: dict[str, Callable[[], Rows]] = {
    "homes_2012": lambda: homes(2012),
    "homes_2014": lambda: homes(2014),
    "deals": deals,
    "flows": flows,
    "answers": answers,
    "register": register,
    "projects": projects,
}
CODEBOOK = """\
variable,source,raw_name,type,unit,minimum,maximum,labels,missing_codes,role,timing,label
village,homes,village,category,,,,,,group,,Village
village,deals,village,category,,,,,,group,,Village
village,flows,village,category,,,,,,group,,Village
zone,homes,zone,category,,,,,,covariate,pre,Zone
joined,homes,joined,indicator,,,,,,treatment,,In the project
began,homes,began,integer,year,,,,,adoption,,Year
poverty,homes,poverty,number,share,,,,,covariate,pre,Poverty
age,homes,age,integer,years,,,,,covariate,pre,Age
size,homes,size,category,,,,,,covariate,pre,Size
income,homes,income,number,Bs,,,,,outcome,post,Income
sales,homes,sales,number,Bs,,,,,outcome,post,Sales
costs,homes,costs,number,Bs,,,,,outcome,post,Costs
weight,homes,weight,number,tons,,,,,outcome,post,Weight
poor,homes,poor,number,share,,,,,outcome,post,Poor
begun,deals,begun,integer,year,,,,,covariate,pre,Begun
seen,deals,seen,integer,year,,,,,covariate,pre,Seen
left,deals,left,integer,year,,,,,covariate,post,Left
how,deals,how,category,,,,,,covariate,post,How
crop,flows,crop,category,,,,,,covariate,pre,Crop
money,flows,money,category,,,,,,covariate,pre,Currency
year,flows,year,integer,year,,,,,wave,,Year
invested,flows,invested,number,Bs,,,,,outcome,post,Invested
earned,flows,earned,number,Bs,,,,,outcome,post,Earned
area,answers,area,category,,,,,,covariate,pre,Area
area,register,area,category,,,,,,covariate,pre,Area
buyer,answers,buyer,integer,,,,,,covariate,post,Buyer
name,projects,name,category,,,,,,covariate,pre,Name
from,projects,from,integer,year,,,,,covariate,pre,From
to,projects,to,integer,year,,,,,covariate,pre,To
target,projects,target,number,homes,,,,,covariate,pre,Target
reached,projects,reached,number,homes,,,,,covariate,post,Reached
"""
SPECIFICATION: dict[str, Any] = {
    "title": "Every kind",
    "question": "What is refused?",
    "synthetic": True,
    "design": "panel",
    "unit_label": "households",
    "group_label": "villages",
    "citation": "Simulated.",
    "sources": [
        {"name": "homes", "path": "data/kinds/homes_{wave}.csv", "waves": [2012, 2014]},
        *({"name": name, "path": f"data/kinds/{name}.csv"} for name in list(FILES)[2:]),
    ],
    "outcomes": {
        name: {"label": name, "unit": unit, "build": "variable", "of": of}
        for name, unit, of in (
            ("net", "Bs", "income"),
            ("value", "Bs", "sales"),
            ("cost", "Bs", "costs"),
            ("tons", "tons", "weight"),
            ("share_poor", "percentage points", "poor"),
            ("outlay", "Bs", "invested"),
            ("yield", "Bs", "earned"),
        )
    },
    "samples": {
        "before": {"sources": ["homes_2012"], "group": "village", "outcomes": ["net"]},
        "after": {
            "sources": ["homes_2014"],
            "group": "village",
            "outcomes": ["net", "value", "cost", "tons", "share_poor"],
        },
        "panel": {
            "sources": ["homes_2012", "homes_2014"],
            "group": "village",
            "outcomes": ["net"],
        },
        "deals": {"sources": ["deals"], "group": "village"},
        "flows": {"sources": ["flows"], "group": "village", "outcomes": ["outlay", "yield"]},
        "answers": {"sources": ["answers"]},
        "register": {"sources": ["register"]},
        "projects": {"sources": ["projects"]},
    },
    "analyses": [
        {
            "name": "matched",
            "sample": "after",
            "method": "matching",
            "treatment": "joined",
            "covariates": ["age"],
            "strategies": ["near"],
            "outcomes": ["net", "share_poor"],
            "subgroups": [
                {
                    "name": "size",
                    "label": "Size",
                    "variable": "size",
                    "levels": {"small": "Small", "big": "Big"},
                },
            ],
            "decomposition": {
                "outcome": "net",
                "products": [
                    {
                        "name": "crop",
                        "label": "Crop",
                        "quantity": "tons",
                        "value": "value",
                        "cost": "cost",
                    }
                ],
            },
        },
        {
            "name": "changes",
            "sample": "panel",
            "method": "difference_in_differences",
            "treatment": "joined",
            "fixed": True,
            "before": [2012],
            "after": [2014],
            "outcomes": ["net"],
        },
        {
            "name": "adopted",
            "sample": "panel",
            "method": "staggered",
            "first_treated": "began",
            "outcomes": ["net"],
        },
        {
            "name": "gains",
            "sample": "panel",
            "method": "before_after",
            "treatment": "joined",
            "before": [2012],
            "after": [2014],
            "outcomes": ["net"],
            "gains": {"targeting": {"place": "zone", "index": "poverty", "amounts": ["net"]}},
        },
        {
            "name": "lasting",
            "sample": "deals",
            "method": "survival",
            "start": "begun",
            "observed": "seen",
            "ended": "left",
            "ending": "how",
            "ends": {"new": "New", "none": "None"},
            "times": [1, 4],
        },
        {
            "name": "returns",
            "sample": "flows",
            "method": "rate_of_return",
            "outcomes": ["outlay", "yield"],
            "currency": "money",
            "by": ["crop"],
            "horizon": 3,
            "discount_rate": 0.1,
            "accounts": [
                {
                    "name": "all",
                    "label": "All",
                    "investment": ["outlay"],
                    "benefits": ["yield"],
                    "costs": [],
                }
            ],
            "scenarios": [
                {"name": "cheap", "label": "Cheap milk", "by": "crop", "factors": {"milk": 0.7}}
            ],
        },
        {
            "name": "asked",
            "sample": "answers",
            "method": "responses",
            "register_of": {"sample": "register", "strata": "area"},
            "questions": [
                {
                    "name": "buyer",
                    "label": "Buyer",
                    "variable": "buyer",
                    "answers": {0: "Old", 1: "New"},
                }
            ],
        },
        {
            "name": "drawn",
            "sample": "register",
            "method": "drawn_sample",
            "seed": 1,
            "strata": "area",
            "allocation": {"a0": 4, "a1": 4},
        },
        {
            "name": "portfolio",
            "sample": "projects",
            "method": "portfolio",
            "project": "name",
            "start": "from",
            "end": "to",
            "reach": [{"name": "homes", "label": "Homes", "target": "target", "actual": "reached"}],
        },
    ],
    "power": [
        {"analysis": "matched", "outcomes": ["net"], "groups": [20], "designs": ["cross_section"]}
    ],
    "attrition": [
        {
            "name": "lost",
            "label": "Lost",
            "baseline": "before",
            "followup": "after",
            "treatment": "joined",
            "outcomes": ["net"],
        }
    ],
}
STRATEGIES = [{"name": "near", "label": "Nearest", "method": "nearest", "k": 1, "replace": True}]


def write_project(root: Path) -> Path:
    """Write the study and its raw files, none of which has a mistake."""
    (root / STUDY).mkdir(parents=True)
    (root / DATA).mkdir(parents=True)
    (root / "config" / "config.yaml").write_text("studies: [kinds]\nseed: 1\n", encoding="utf-8")
    (root / STUDY / "codebook.csv").write_text(CODEBOOK, encoding="utf-8")
    sources = [
        {"label": entry["name"], "id": "id", "public_ids": True, "decimal": ".", **entry}
        for entry in SPECIFICATION["sources"]
    ]
    for source in sources:
        if source["name"] == "flows":
            source["wave_variable"] = "year"
    samples = {name: {"label": name, **own} for name, own in SPECIFICATION["samples"].items()}
    study = {**SPECIFICATION, "sources": sources, "samples": samples}
    study["analyses"] = [{"label": own["name"], **own} for own in study["analyses"]]
    contents = {
        "study": study,
        "strategies": STRATEGIES,
        "exhibits": {"tables": [], "figures": []},
    }
    for name, content in contents.items():
        text = yaml.safe_dump(content, sort_keys=False)
        (root / STUDY / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, rows in FILES.items():
        write_rows(root, name, rows())
    return root


def read_rows(root: Path, name: str) -> Rows:
    """Read a raw file."""
    with (root / DATA / f"{name}.csv").open("r", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(root: Path, name: str, rows: Rows) -> None:
    """Write a raw file."""
    with (root / DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
