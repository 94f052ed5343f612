"""Labels and choices of a questionnaire written as an XLSForm (SurveyCTO, KoBo, ODK)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ruralimpact.survey.workbook import open_workbook


@dataclass(frozen=True)
class FormQuestion:
    """A question of a form.

    Attributes
    ----------
    kind : str
        ``integer``, ``select_one``, ``select_multiple``, ``text`` ...
    label : str
    choices : mapping of str to str
        Code to label, of a question with choices.
    """

    kind: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)


def is_form(path: Path) -> bool:
    """Tell whether a workbook is an XLSForm: it has the sheets `survey` and `choices`."""
    if path.suffix.lower() != ".xlsx":
        return False
    book = open_workbook(path, data_only=False)
    try:
        return {"survey", "choices"} <= {name.lower() for name in book.sheetnames}
    finally:
        book.close()


def read_form(path: Path) -> dict[str, FormQuestion]:
    """Return the questions of a form by the groups that they stand in and their name: ``hh/age``.

    Those of a name that occurs once are there under the name alone, too.

    Parameters
    ----------
    path : path
    """
    book = open_workbook(path)
    try:
        sheets = {name.lower(): book[name] for name in book.sheetnames}
        survey, choices = (
            [list(row) for row in sheets[name].iter_rows(values_only=True)]
            for name in ("survey", "choices")
        )
    finally:
        book.close()
    lists: dict[str, dict[str, str]] = {}
    for row in _records(choices):
        name = row.get("list_name") or row.get("list name", "")
        code = row.get("name") or row.get("value", "")
        if name and code:
            lists.setdefault(name, {})[code] = row["label"] or code
    questions: dict[str, FormQuestion] = {}
    groups: list[str] = []
    names: list[str] = []
    for row in _records(survey):
        kind, _, rest = (
            row.get("type", "")
            .replace("_group", " group")
            .replace("_repeat", " repeat")
            .partition(" ")
        )
        if kind == "begin":
            groups.append(row.get("name", ""))
        elif kind == "end":
            groups = groups[:-1]
        elif row.get("name"):
            named = rest.split()[0] if rest else ""
            question = FormQuestion(kind, row["label"], lists.get(named, {}))
            questions["/".join([*groups, row["name"]])] = question
            names.append(row["name"])
    alone = {key.rpartition("/")[2]: question for key, question in questions.items()}
    return {
        name: question for name, question in alone.items() if names.count(name) == 1
    } | questions


def _records(rows: Sequence[Sequence[object]]) -> list[dict[str, str]]:
    """Return rows as texts by column, ``label`` in the first language that there is."""
    if not rows:
        return []
    names = [_text(cell).lower() for cell in rows[0]]
    label = next((name for name in names if name.split(":")[0] == "label"), "")
    records = [dict(zip(names, map(_text, row), strict=False)) for row in rows[1:]]
    return [{**record, "label": record.get(label, "")} for record in records]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else " ".join(str(cell).split())
