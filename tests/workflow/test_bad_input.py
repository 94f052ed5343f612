"""Every mistake of an input ends a run with one clear line, and the earlier results stay whole."""

from collections.abc import Callable

import pytest
from project import STUDY, Project, rest_long

PSID = f"data/{STUDY}/psid_614.csv"
Mistake = Callable[[Project], None]


def rows(project: Project) -> list[list[str]]:
    text = (project.root / PSID).read_text(encoding="utf-8")
    return [line.split(",") for line in text.splitlines()]


def write(project: Project, table: list[list[str]]) -> None:
    text = "".join(",".join(row) + "\n" for row in table)
    (project.root / PSID).write_text(text, encoding="utf-8")


def set_cell(column: str, row: int, value: str) -> Mistake:
    def change(project: Project) -> None:
        table = rows(project)
        table[row][table[0].index(column)] = value
        write(project, table)

    return change


def drop_column(project: Project) -> None:
    table = rows(project)
    at = table[0].index("re78")
    write(project, [row[:at] + row[at + 1 :] for row in table])


def repeat_row(project: Project) -> None:
    table = rows(project)
    write(project, [*table, table[5]])


def constant_covariate(project: Project) -> None:
    table = rows(project)
    at = table[0].index("married")
    write(project, [table[0], *([*row[:at], "0", *row[at + 1 :]] for row in table[1:])])


def collinear_covariate(project: Project) -> None:
    table = rows(project)
    at, other = table[0].index("re75"), table[0].index("re74")
    write(project, [table[0], *([*row[:at], row[other], *row[at + 1 :]] for row in table[1:])])


def separated(project: Project) -> None:
    table = rows(project)
    at, treat = table[0].index("married"), table[0].index("treat")
    write(project, [table[0], *([*row[:at], row[treat], *row[at + 1 :]] for row in table[1:])])


def wrong_key(project: Project) -> None:
    project.edit_yaml("strategies.yaml", lambda rows: rows[0].update(calliper=0.2))


MISTAKES: dict[str, tuple[Mistake, list[str]]] = {
    "missing file": (lambda p: (p.root / PSID).unlink(), [PSID, "no such file"]),
    "missing column": (drop_column, [PSID, "re78"]),
    "treatment not 0/1": (set_cell("treat", 3, "2"), [PSID, "column 'treat'", "row"]),
    "duplicate id": (repeat_row, [PSID, "column 'id'", "row"]),
    "text in a number column": (set_cell("re74", 4, "about 900"), [PSID, "column 're74'", "row"]),
    "constant covariate": (constant_covariate, ["psid_matching", "married"]),
    "collinear covariates": (collinear_covariate, ["psid_matching", "earnings_1975"]),
    "perfect separation": (separated, ["psid_matching", "married"]),
    "wrong key": (wrong_key, ["strategies.yaml", "calliper", "Did you mean 'caliper'?"]),
}


@pytest.mark.parametrize(
    "mistake",
    rest_long(MISTAKES, "missing file", "wrong key"),
)
def test_a_mistake_gives_one_line_and_keeps_the_results(project: Project, mistake: str) -> None:
    make, parts = MISTAKES[mistake]
    before = project.results()
    make(project)
    shown = project.run()
    assert shown.returncode == 1
    errors = [line for line in shown.stderr.splitlines() if not line.startswith("Details: ")]
    assert len(errors) == 1, shown.stderr
    assert errors[0].startswith("error: ")
    for part in parts:
        assert part in errors[0]
    assert "Traceback" not in shown.stdout + shown.stderr
    assert project.results() == before


def test_results_kept_from_a_failed_run_are_not_taken_for_new(project: Project) -> None:
    """The same mistake is reported again, and its edit brings the same results back."""
    before, good = project.results(), (project.root / PSID).read_bytes()
    set_cell("treat", 3, "2")(project)
    first, second = project.run(), project.run()
    assert first.returncode == second.returncode == 1
    assert first.stderr == second.stderr
    assert project.results() == before
    (project.root / PSID).write_bytes(good)
    assert project.run().returncode == 0
    assert project.results() == before


@pytest.mark.long
def test_one_study_does_not_stop_another(project: Project) -> None:
    folder = project.root / "config" / "studies"
    (folder / "other").mkdir()
    for path in (folder / STUDY).iterdir():
        text = path.read_text(encoding="utf-8").replace(PSID, "data/other.csv")
        (folder / "other" / path.name).write_text(text, encoding="utf-8")
    project.edit_yaml("config.yaml", lambda config: config["studies"].insert(0, "other"))
    table = rows(project)
    (project.root / "data" / "other.csv").write_text(",".join(table[0]) + "\n", encoding="utf-8")
    (project.root / "results" / STUDY / "report.html").unlink()
    shown = project.run()
    assert shown.returncode == 1
    assert "data/other.csv" in shown.stderr
    assert (project.root / "results" / STUDY / "report.html").exists()
    assert f"Report: results/{STUDY}/report.html" in shown.stdout


def test_an_unknown_study_is_refused_with_the_known_ones(project: Project) -> None:
    shown = project.run("smal")
    assert shown.returncode == 1
    assert (
        shown.stderr == "error: there is no study 'smal' in config/studies. Did you mean 'small'?\n"
    )


def test_a_fault_of_the_program_is_not_blamed_on_the_data(project: Project) -> None:
    script = project.root / "workflow" / "scripts" / "write_report.py"
    text = script.read_text(encoding="utf-8")
    script.write_text("raise KeyError('defect')\n" + text, encoding="utf-8")
    shown = project.run()
    assert shown.returncode == 1
    assert "stopped unexpectedly (KeyError)" in shown.stderr
    assert "a fault of the program, not of your data" in shown.stderr
    assert "Traceback" not in shown.stderr
