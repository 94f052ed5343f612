"""Plug-ins are loaded by path, and refused in one sentence."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from study_models import study_of

from ruralimpact.config.plugin_kinds import check_process
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.exhibits.plugin_inputs import with_plugin_inputs
from ruralimpact.exhibits.registry import exhibits_file, kinds_of, numbered, package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.plugins import ExhibitInputs, Generator, Plugin, Plugins, load_plugins
from ruralimpact.schema.exhibit import Exhibit, Exhibits
from ruralimpact.schema.study import Study
from ruralimpact.schema.validation import validated

HEAD = "from ruralimpact.plugins import Generator, Plugin\n"
EMPTY = f"{HEAD}PLUGIN = Plugin()\n"
PIE = """
from ruralimpact.exhibits import kinds
from ruralimpact.exhibits.options import Exhibit


class PieOptions(Exhibit):
    slices: int


KIND = kinds.TableKind(
    kind="pie",
    shows="slices",
    section=kinds.ESTIMATES,
    rank=20,
    needs=(),
    options=PieOptions,
    methods="",
    build=lambda results, exhibit: (),
)
"""


@pytest.fixture(autouse=True)
def no_module_left() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.split(".")[0].startswith(("toy", "json5_toy")):
            del sys.modules[name]


def lay(root: Path, folder: str, text: str | None) -> str:
    (root / folder).mkdir(parents=True)
    if text is not None:
        (root / folder / "__init__.py").write_text(text, encoding="utf-8")
    return folder


def refusal(root: Path, *folders: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_plugins(root, folders)
    text = str(caught.value)
    assert text.startswith("file config/config.yaml, key 'plugins': ")
    assert "\n" not in text
    return text


def test_a_plugin_is_known_by_its_folder(tmp_path: Path) -> None:
    lay(
        tmp_path,
        "beside/toy",
        f'{HEAD}PLUGIN = Plugin(generators={{"g": Generator("own:make")}})\n',
    )
    own = "from toy.inner import VALUE\n\n\ndef make(calibration, seed):\n    return VALUE * seed\n"
    (tmp_path / "beside/toy/own.py").write_text(own, encoding="utf-8")
    (tmp_path / "beside/toy/inner.py").write_text("VALUE = 21\n", encoding="utf-8")
    plugins = load_plugins(tmp_path, ["beside/toy/"])
    plugin, generator = plugins.generators["g"]
    assert (plugin.name, plugins.folders) == ("toy", ["beside/toy/"])
    assert plugin.function(generator.make)({}, 2) == 42


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "the folder 'plugins/toy' has no __init__.py"),
        ("PLUGIN = 3\n", "the plug-in 'plugins/toy' has no PLUGIN"),
        ("", "the plug-in 'plugins/toy' has no PLUGIN"),
        ("import nowhere_to_be_found\n", "cannot be imported: ModuleNotFoundError"),
        ("PLUGIN = (\n", "cannot be imported: SyntaxError"),
        (f"{HEAD}PLUGIN = Plugin(generator=1)\n", "cannot be imported: TypeError"),
    ],
)
def test_folders_that_are_no_plugin(tmp_path: Path, text: str | None, words: str) -> None:
    assert words in refusal(tmp_path, lay(tmp_path, "plugins/toy", text))


def test_names_that_cannot_be(tmp_path: Path) -> None:
    assert "there is no folder 'plugins/toy'" in refusal(tmp_path, "plugins/toy")
    twins = [lay(tmp_path, f"{place}/toy", EMPTY) for place in ("one", "two")]
    assert "two plug-ins are called 'toy'" in refusal(tmp_path, *twins)
    assert "installed package" in refusal(tmp_path, lay(tmp_path, "plugins/pandas", EMPTY))
    assert "installed package" in refusal(tmp_path, lay(tmp_path, "plugins/colorsys", EMPTY))
    assert "rename the folder" in refusal(tmp_path, lay(tmp_path, "plugins/toy-two", EMPTY))


@pytest.mark.parametrize("given", ['generators={"a": Generator("m:f")}', 'exhibits={"a": "m"}'])
def test_two_of_one_name(tmp_path: Path, given: str) -> None:
    text = f"{HEAD}PLUGIN = Plugin({given})\n"
    folders = [lay(tmp_path, f"plugins/toy_{letter}", text) for letter in "ab"]
    assert "of the name 'a'" in refusal(tmp_path, *folders)


@pytest.mark.parametrize("reference", ["nowhere:make", "own:gone"])
def test_a_function_that_is_not_there(tmp_path: Path, reference: str) -> None:
    lay(tmp_path, "plugins/toy", EMPTY)
    (tmp_path / "plugins/toy/own.py").write_text("", encoding="utf-8")
    (plugin,) = load_plugins(tmp_path, ["plugins/toy"]).loaded
    with pytest.raises(ConfigError, match=f"plug-in 'plugins/toy': '{reference}' is not there"):
        plugin.function(reference)


def with_pie(root: Path, given: str = 'exhibits={"pie": "pies"}', pie: str = PIE) -> Plugins:
    lay(root, "plugins/toy", f"{HEAD}PLUGIN = Plugin({given})\n")
    (root / "plugins/toy/pies.py").write_text(pie, encoding="utf-8")
    return load_plugins(root, ["plugins/toy"])


def test_a_kind_of_exhibit_with_a_key_of_its_own(tmp_path: Path) -> None:
    entry = {"name": "pie", "kind": "pie", "title": "Pie"}
    model = exhibits_file(kinds_of(with_pie(tmp_path)))
    validated(model, {"tables": [{**entry, "slices": 3}]})
    with pytest.raises(ConfigError, match=r"key 'tables\.pie\.slices': 'x' is not a whole number"):
        validated(model, {"tables": [{**entry, "slices": "x"}]})
    with pytest.raises(ConfigError, match="the key 'slices' is missing"):
        validated(model, {"tables": [entry]})
    with pytest.raises(ConfigError, match="'pie' is not one of"):
        validated(exhibits_file(package_kinds()), {"tables": [entry]})


@pytest.mark.parametrize(
    ("given", "pie", "words"),
    [
        ('exhibits={"impact": "pies"}', PIE.replace('"pie"', '"impact"'), "package's own"),
        ('exhibits={"tart": "pies"}', PIE, "'pies' declares no kind of exhibit 'tart'"),
        ('exhibits={"pie": "tarts"}', PIE, "'tarts' is not there"),
        (
            'exhibits={"pie": "pies"}',
            PIE.replace("kinds.ESTIMATES", 'kinds.Section("sweets", "Sweets")'),
            "section 'sweets', which the report has not",
        ),
        (
            'exhibits={"pie": "pies"}',
            PIE.replace("needs=()", 'needs=("estimate",)'),
            r"needs 'estimate', .* Did you mean 'estimates'\?",
        ),
    ],
)
def test_kinds_that_cannot_be(tmp_path: Path, given: str, pie: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        kinds_of(with_pie(tmp_path, given, pie))


def test_kinds_of_plugins_are_numbered_with_those_of_their_rank(tmp_path: Path) -> None:
    listed = [
        Exhibit(name=name, kind=kind, title="")
        for name, kind in (("a", "truth"), ("b", "pie"), ("c", "impact"), ("d", "sample"))
    ]
    known = kinds_of(with_pie(tmp_path)).tables
    assert [exhibit.name for _, exhibit in numbered(listed, known, "abcd")] == ["b", "c", "a", "d"]


def test_an_unknown_process_names_the_nearest() -> None:
    plugins = Plugins((Plugin(generators={"valley": Generator("m:f")}, name="toy"),))
    made = {"process": "valey", "calibration": "c.yaml", "files": ["x.csv"]}
    study = study_of(generate=made)
    with pytest.raises(ConfigError, match=r"there is no process 'valey'\. Did you mean 'valley'\?"):
        check_process(study, plugins, Path("study.yaml"), Path())
    with pytest.raises(ConfigError, match="No plug-in"):
        check_process(study, Plugins(), Path("study.yaml"), Path())


def showing(kind: str) -> Study:
    """Return a study with one table."""
    table = Exhibit(name="shown", kind=kind, title="")
    return Study(name="toy", exhibits=Exhibits(tables=(table,)))


def test_inputs_are_for_the_kinds_that_need_them(tmp_path: Path) -> None:
    inputs = ExhibitInputs(kinds=("pie",), files=("data/b.csv", "data/more/*.csv"), read="m:f")
    plugin = Plugin(inputs=inputs, name="toy", folder="plugins/toy")
    with_pie, without = showing("pie"), showing("impact")
    assert plugin.uses(with_pie)
    assert not plugin.uses(without)
    assert plugin.input_files(without, tmp_path) == []
    with pytest.raises(DataError, match=r"file data/b.csv: there is no such file\..*plugins/toy"):
        plugin.input_files(with_pie, tmp_path)
    (tmp_path / "data/more").mkdir(parents=True)
    for name in ("b.csv", "more/z.csv", "more/a.csv", "other.csv"):
        (tmp_path / "data" / name).write_text("", encoding="utf-8")
    found = plugin.input_files(with_pie, tmp_path)
    assert found == ["data/b.csv", "data/more/a.csv", "data/more/z.csv"]


def test_a_plugin_reads_only_for_the_exhibits_that_need_it(tmp_path: Path) -> None:
    read = "def read(paths):\n    return [str(path) for path in paths]\n"
    for name, kind in (("toy_pie", "pie"), ("toy_tart", "tart")):
        inputs = f'ExhibitInputs(kinds=("{kind}",), files=("{kind}.csv",), read="own:read")'
        given = f"from ruralimpact.plugins import ExhibitInputs\nPLUGIN = Plugin(inputs={inputs})\n"
        lay(tmp_path, name, f"{HEAD}{given}")
        (tmp_path / name / "own.py").write_text(read, encoding="utf-8")
    plugins = load_plugins(tmp_path, ["toy_pie", "toy_tart"])
    results = StudyResults(study=showing("pie"), tables={}, quality={})
    assert with_plugin_inputs(results, plugins, ["pie.csv"]).plugin_inputs == {
        "toy_pie": ["pie.csv"]
    }


def test_numbers_of_documents_have_the_marks_of_the_language_of_the_study(tmp_path: Path) -> None:
    inputs = 'ExhibitInputs(kinds=("pie",), files=(), read="own:read", printed="own:printed")'
    given = f"from ruralimpact.plugins import ExhibitInputs\nPLUGIN = Plugin(inputs={inputs})\n"
    lay(tmp_path, "toy", f"{HEAD}{given}")
    own = """from ruralimpact.exhibits import formatting
def read(paths):
    return []
def printed(results):
    return {"half": formatting.number(0.5, 1)}
"""
    (tmp_path / "toy" / "own.py").write_text(own, encoding="utf-8")
    study = showing("pie").model_copy(update={"language": "es"})
    results = StudyResults(study=study, tables={}, quality={})
    plugins = load_plugins(tmp_path, ["toy"])
    assert with_plugin_inputs(results, plugins, []).printed == {"half": "0,5"}


def test_a_module_that_is_no_python(tmp_path: Path) -> None:
    lay(tmp_path, "plugins/toy", EMPTY)
    (tmp_path / "plugins/toy/own.py").write_text("def (\n", encoding="utf-8")
    (plugin,) = load_plugins(tmp_path, ["plugins/toy"]).loaded
    with pytest.raises(ConfigError, match="'own:make' is not there: invalid syntax"):
        plugin.function("own:make")
