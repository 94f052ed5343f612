"""A small study of three survey waves: 24 groups of six households, a project from 2013."""

from pathlib import Path

import numpy as np
import yaml
from project import STUDY, Project, copy_project

CODEBOOK = """\
variable,source,raw_name,type,unit,minimum,maximum,labels,missing_codes,role,timing,label,question
village,homes,village,category,,,,,,group,,Village,
project,homes,project,indicator,,,,,,treatment,,In the project,
began,homes,began,integer,year,0,2030,,,adoption,,Year in which the project came,
age,homes,age,number,years,0,120,,,covariate,pre,Age of the head,How old are you?
income,homes,income,money,pesos,,,,,outcome,post,Income,What did you earn last year?
"""
STUDY_FILE = {
    "title": "Three waves",
    "design": "panel",
    "synthetic": True,
    "unit_label": "households",
    "group_label": "villages",
    "currency": "pesos of 2012",
    "citation": "Simulated.",
    "sources": [
        {
            "name": "homes",
            "label": "Households",
            "path": f"data/{STUDY}/homes_{{wave}}.csv",
            "id": "id",
            "public_ids": True,
            "decimal": ".",
            "waves": [2012, 2014],
        }
    ],
    "outcomes": {
        "income_earned": {
            "label": "Income",
            "unit": "pesos",
            "family": "income",
            "build": "variable",
            "of": "income",
        }
    },
    "samples": {
        "cross": {"label": "Households", "sources": ["homes"], "group": "village", "waves": "each"},
        "panel": {
            "label": "Households",
            "sources": ["homes"],
            "group": "village",
            "arm": "project",
            "first_treated": "began",
            "waves": "up_to",
        },
    },
    "analyses": [
        {
            "name": "levels",
            "label": "Levels",
            "sample": "cross",
            "method": "matching",
            "treatment": "project",
            "covariates": ["age"],
            "strategies": ["nn3"],
            "outcomes": ["income_earned"],
        },
        {
            "name": "change",
            "label": "Change since 2012",
            "sample": "panel",
            "method": "difference_in_differences",
            "treatment": "project",
            "fixed": True,
            "before": [2012],
            "after": ["latest"],
            "estimators": ["two_by_two", "ancova"],
            "outcomes": ["income_earned"],
        },
    ],
}
STRATEGIES = [
    {
        "name": "nn3",
        "label": "Three nearest neighbours",
        "method": "nearest",
        "distance": "propensity",
        "k": 3,
        "replace": True,
    }
]
EXHIBITS = {
    "tables": [
        {"name": "levels", "kind": "impact", "title": "Levels", "analyses": ["levels"]},
        {"name": "change", "kind": "difference", "title": "Change", "analyses": ["change"]},
        {"name": "questionnaire_change", "kind": "questionnaire_change", "title": "Questions"},
        {"name": "changes", "kind": "changes", "title": "What the run rests on"},
    ],
    "figures": [],
}
EFFECT = 12.0


def write_wave(project: Project, wave: int, *, lost: int = 0, scale: float = 1.0) -> Path:
    """Write the raw file of a wave; the last `lost` households of every village are not found."""
    rng = np.random.default_rng(7)
    levels = rng.normal(100, 10, size=(24, 6)) + rng.normal(0, 5, size=(24, 1))
    noise = np.random.default_rng(wave).normal(0, 3, size=(24, 6))
    lines = ["id,village,project,began,age,income"]
    for village in range(24):
        treated = village % 2
        began = 2013 if treated else 0
        for home in range(6 - lost):
            income = levels[village, home] + noise[village, home] + 2 * (wave - 2012)
            income += EFFECT * treated * (wave > 2012)
            age = 30 + 3 * home + village % 5
            cells = (f"v{village:02}h{home}", f"v{village:02}", treated, began, age)
            lines.append(",".join(map(str, (*cells, round(scale * income, 3)))))
    path = project.root / "data" / STUDY / f"homes_{wave}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def waves_project(root: Path) -> Project:
    """Lay the study with its first two waves into `root`, not yet run."""
    project = copy_project(root)
    folder = root / "config" / "studies" / STUDY
    folder.mkdir(parents=True)
    (folder / "codebook.csv").write_text(CODEBOOK, encoding="utf-8")
    contents = {"study": STUDY_FILE, "strategies": STRATEGIES, "exhibits": EXHIBITS}
    for name, content in contents.items():
        text = yaml.safe_dump(content, sort_keys=False)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for wave in (2012, 2014):
        write_wave(project, wave)
    return project


def add_wave(project: Project, wave: int) -> None:
    """Add the one line that a new wave needs."""
    project.edit_yaml("study.yaml", lambda study: study["sources"][0]["waves"].append(wave))
