"""Whatever a run refuses before it estimates an effect, `check` lists: all of it at once."""

from pathlib import Path
from typing import Any

import pytest
from every_kind import STUDY, write_project
from every_kind_refused import REFUSED, key
from stages_in_process import run_stages

from ruralimpact.checks import check_study
from ruralimpact.errors import ConfigError, DataError, RuralImpactError
from ruralimpact.plugins import Plugins

KEPT = ("a sampling weight below zero", "no income at all")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_project(tmp_path))
    return tmp_path


def problems(project: Path) -> list[str]:
    return [str(problem) for problem in check_study(project, STUDY, Plugins())]


def told(lines: list[str], *words: str) -> bool:
    return any(all(word in line for word in words) for line in lines)


def test_a_study_of_every_kind_has_no_mistake_and_runs(project: Path) -> None:
    assert problems(project) == []
    run_stages(STUDY)


def test_mistakes_of_all_kinds_are_listed_at_once(project: Path) -> None:
    together = [refused for refused in REFUSED.values() if not refused.alone]
    for refused in together:
        refused.make(project)
    lines = problems(project)
    assert [refused.words for refused in together if not told(lines, *refused.words)] == []


@pytest.mark.parametrize(
    "mistake",
    [name if name in KEPT else pytest.param(name, marks=pytest.mark.long) for name in REFUSED],
)
def test_what_stops_a_run_is_told_by_the_check(project: Path, mistake: str) -> None:
    refused = REFUSED[mistake]
    refused.make(project)
    lines = problems(project)
    assert told(lines, *refused.words), lines
    with pytest.raises(RuralImpactError) as stopped:
        run_stages(STUDY)
    assert told(lines, core_of(stopped.value)), (str(stopped.value), lines)


def core_of(error: RuralImpactError) -> str:
    """Return what is wrong, without the place, which the check tells by file and line."""
    known = isinstance(error, ConfigError | DataError)
    problem = error.problem if known else str(error).partition(": ")[2]
    return problem.removesuffix(".")


def test_a_category_where_a_number_is_needed_is_refused_by_its_key(project: Path) -> None:
    """Every such key at once; without the rule a stage ends in a fault of the program."""
    cut = {"name": "size", "label": "Size", "variable": "size", "quantiles": 3}
    several = {"name": "what", "label": "What", "answers": {"area": "Area"}, "among": "area"}
    needing: dict[str, tuple[tuple[Any, ...], Any]] = {
        "samples.after.weight": (("samples", "after", "weight"), "size"),
        "matched.subgroups.size.variable": (("analyses", 0, "subgroups", 0), cut),
        "gains.targeting.index": (("analyses", 3, "gains", "targeting", "index"), "size"),
        "gains.targeting.amounts": (("analyses", 3, "gains", "targeting", "amounts"), ["size"]),
        **{
            f"lasting.{option}": (("analyses", 4, option), "how")
            for option in ("start", "observed", "ended", "ended_after", "answered")
        },
        "lasting.reasons": (("analyses", 4, "reasons"), ["how"]),
        "returns.members": (("analyses", 5, "members"), "crop"),
        "asked.questions.what.answers": (("analyses", 6, "questions", 0), several),
        "asked.questions.what.among": (("analyses", 6, "questions", 0), several),
        "drawn.came": (("analyses", 7, "came"), "area"),
    }
    for path, value in needing.values():
        key(*path, value=value)(project)
    lines = problems(project)
    assert [name for name in needing if not told(lines, f"{name}': ", "is a category")] == []
