"""Broken configurations: every key of the example given every wrong kind of value, and what is no such file.

Each is refused in one line or does no harm; none ends in a traceback or takes long.
"""

import copy
import shutil
import time
from datetime import date
from pathlib import Path

import pytest
import yaml

from ruralimpact.config import load_study
from ruralimpact.errors import RuralImpactError

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
FILES = ("study", "strategies", "exhibits")
# Kinds of value that a key may be given by mistake.
WRONG = {
    "nothing": None,
    "yes": True,
    "number": 7,
    "fraction": 0.5,
    "digits": int("9" * 400),
    "text": "no such thing",
    "empty_text": "",
    "spaces": "   ",
    "list": ["a", "b"],
    "empty_list": [],
    "keys": {"a": 1},
    "empty_keys": {},
    "deep": [[[[[["a"]]]]]],
    "date": date(2024, 3, 1),
    "not_a_number": float("nan"),
    "infinite": float("inf"),
    "negative": -1,
    "control": "a\u0007b",
    "long": "x" * 10_000,
}


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "config" / "studies" / "producers"
    shutil.copytree(EXAMPLE, folder)
    return folder


def paths(value, start=()):
    """Yield the path of every key and entry."""
    entries = enumerate(value) if isinstance(value, list) else ()
    for key, one in value.items() if isinstance(value, dict) else entries:
        yield (*start, key)
        yield from paths(one, (*start, key))


def changed(document, path, value):
    result = copy.deepcopy(document)
    place = result
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return result


def refused_or_read(folder: Path) -> str | None:
    """Return what is wrong with how a study is refused, if anything."""
    begun = time.process_time()
    try:
        load_study(folder)
    except RuralImpactError as error:
        text = str(error)
        if "\n" in text or len(text) > 1500:
            return f"message of {len(text)} letters: {text[:200]}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    return f"took {time.process_time() - begun:.0f} s" if time.process_time() - begun > 20 else None


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("name", FILES)
def test_every_key_given_a_wrong_value(study, name, kind):
    path = study / f"{name}.yaml"
    document = yaml.safe_load(path.read_text("utf-8"))
    faults = {}
    for place in paths(document):
        path.write_text(yaml.safe_dump(changed(document, place, WRONG[kind])), encoding="utf-8")
        found = refused_or_read(study)
        if found:
            faults[".".join(map(str, place))] = found
    assert not faults


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"- a\n- b\n",
        b"just words",
        b"7",
        b"a: b: c",
        b"a: [1, 2",
        b"\ta: 1",
        b"? [a, b]\n: 1\n",
        b"{a: 1}: 2\n",
        b"2024-03-01: 1\n",
        b"title: \xff\xfe",
        b"\xff\xfet\0i\0",
        b"a: &a [x, *a]\n",
        b"title: *nothing\n",
        b"title: !!python/object:os.system {}\n",
        b"--- \na: 1\n--- \nb: 2\n",
        b"title: 1\ntitle: 2\n",
        b"<<: 7\n",
        b"title: " + b"9" * 5000,
        b"title: 2024-13-45\n",
        b"[" * 2000 + b"]" * 2000,
        b"a: &a [1,1,1,1,1,1,1,1,1]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9))
            for i in range(8)
        ),
    ],
    ids=range(23),
)
def test_what_is_no_configuration(study, name, content):
    (study / f"{name}.yaml").write_bytes(content)
    assert refused_or_read(study) is None
    if name == "study":
        with pytest.raises(RuralImpactError):
            load_study(study)


CODEBOOK = (EXAMPLE / "codebook.csv").read_text("utf-8")
LINES = CODEBOOK.splitlines()


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "nan", "yes", "1=1|1=2", "é\u200b", "a,b", '"', "x" * 5000]
)
def test_every_cell_of_the_codebook(study, text):
    faults = {}
    cells = [line.split(",") for line in LINES]
    for row in range(len(cells)):
        for column in range(len(cells[0])):
            broken = [list(line) for line in cells]
            broken[row][column] = text
            (study / "codebook.csv").write_text("\n".join(map(",".join, broken)), encoding="utf-8")
            found = refused_or_read(study)
            if found:
                faults[row, column] = found
    assert not faults


@pytest.mark.parametrize("column", range(len(LINES[0].split(","))))
def test_codebooks_without_a_column(study, column):
    cells = [line.split(",") for line in LINES]
    text = "\n".join(",".join(line[:column] + line[column + 1 :]) for line in cells)
    (study / "codebook.csv").write_text(text, encoding="utf-8")
    assert refused_or_read(study) is None
