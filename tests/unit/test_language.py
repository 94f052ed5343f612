"""Catalogues hold every sentence that exhibits print, and numbers carry the marks of their language."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
import test_strategies
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from ruralimpact.design.strategies import METHODS, parse_strategy
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.model import Cell, Column, Row, Table
from ruralimpact.language import (
    add_catalogues,
    current,
    gettext,
    marked,
    ngettext,
    spanish,
    speaking,
)
from ruralimpact.language import catalogue as catalogues
from ruralimpact.language.catalogue import catalogue_path
from ruralimpact.locations import shipped
from ruralimpact.provenance import modules_reached

ROOT = Path(__file__).parents[2]
EXHIBITS = ROOT / "src" / "ruralimpact" / "exhibits"
sys.path.append(str(ROOT / "tools"))
import messages

CATALOGUES = {
    "package": catalogue_path("es"),
    **{plugin.name: plugin / "locale" / "es.po" for plugin in messages.plugins()},
}


def catalogue(name: str = "package") -> Catalog:
    with CATALOGUES[name].open("rb") as file:
        return read_po(file, locale="es")


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (str(text),)


def names(text: str) -> set[str]:
    """Return the placeholders of a sentence, in braces or as ``%(name)s``."""
    old = set(re.findall(r"%\((\w+)\)s", text))
    return old or {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def sentences(name: str = "package") -> list[Message]:
    return [message for message in catalogue(name) if message.id]


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_catalogue_holds_the_sentences_of_the_source(name: str) -> None:
    in_source = (
        messages.sentences()
        if name == "package"
        else messages.plugin_sentences(ROOT / "plugins" / name)
    )
    source = {(message.id, message.context) for message in in_source if message.id}
    known = {(message.id, message.context) for message in sentences(name)}
    assert known == source, "run `make messages` and translate what is new"


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_sentence_is_translated_with_its_placeholders(name: str) -> None:
    for message in sentences(name):
        assert not message.fuzzy, message.id
        for text in forms(message.string):
            assert text.strip(), f"no translation of '{message.id}' in {CATALOGUES[name]}"
            assert names(text) == names(forms(message.id)[-1]), message.id
            edges = [
                (part[:1].isspace(), part[-1:].isspace()) for part in (text, forms(message.id)[0])
            ]
            assert edges[0] == edges[1], message.id


def test_a_plug_in_speaks_with_a_catalogue_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "es.po").write_text('msgid "My sum"\nmsgstr "Mi suma"\n', encoding="utf-8")
    with speaking("es"):
        assert gettext("My sum") == "My sum"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues, "_further", {})
        add_catalogues("mine", tmp_path)
        with speaking("es"):
            assert (gettext("My sum"), gettext("Estimate")) == ("Mi suma", "Estimación")
        assert gettext("My sum") == "My sum"


def test_no_translation_is_another_sentence_that_would_be_translated_again() -> None:
    texts = {message.id: message.string for message in sentences() if isinstance(message.id, str)}
    for string in texts.values():
        assert texts.get(string, string) == string, string


_PROSE = re.compile(r"[A-Za-z]{2,}[,;:.]? [a-z]{2,}|^[A-Z][a-z]+ |^[a-z]+ [a-z]+")
_TAKES = {"gettext", "ngettext", "pgettext", "marked", "plural", "share_of", "startswith"}
_ERRORS = {"ConfigError", "DataError", "DesignError", "fault"}
# What is said in English to whoever configures a study, and what is no sentence: styles and markup.
_UNPRINTED = {"shows", "description", "loc", "xycoords", "textcoords", "kept"}
_APART = {
    *("caveats.py", "formatting.py"),  # names of sentences; counts in English
    *(
        "palette.py",
        "options.py",
        "registry.py",
        "methods_pages.py",
        "write_html.py",
        "write_macros.py",
    ),
    *(
        "write_word.py",
        "write_word_report.py",
        "write_latex.py",
        "findings.py",
        "detail_findings.py",
    ),
}


def unmarked(path: Path) -> Iterator[str]:
    """Yield the sentences of a module that no catalogue takes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from _unmarked(tree)


def _unmarked(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Raise | ast.Compare):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "problem" for target in node.targets
    ):
        return
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in _TAKES | _ERRORS:
            return
    if isinstance(node, ast.keyword) and node.arg in _UNPRINTED:
        return
    if isinstance(node, ast.JoinedStr):
        text = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values
        )
        if re.search(r"(^|[ (\0])[a-z]{2,}[.,;:)]? |[a-z]{3,} ?\0", text) and " " in text:
            yield text
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _unmarked(part.value)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _PROSE.search(node.value):
            yield node.value
        return
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _unmarked(child)


def test_every_sentence_of_exhibits_is_marked() -> None:
    modules = [path for path in sorted(EXHIBITS.rglob("*.py")) if path.name not in _APART]
    left = {path.name: texts for path in modules if (texts := list(unmarked(path)))}
    left.pop("over_time_panels.py", None)  # how a reason of a result table begins
    assert left == {}, f"mark with gettext or marked: {left}"


def test_a_sentence_that_is_not_marked_is_found(tmp_path: Path) -> None:
    module = tmp_path / "table.py"
    module.write_text('def note(n):\n    return f"Of {n} groups none is left."\n', "utf-8")
    assert list(unmarked(module))
    module.write_text('NOTE = "No estimate is shown here."\n', "utf-8")
    assert list(unmarked(module))


def test_only_what_prints_runs_again_for_a_translation() -> None:
    printing = {
        "make_exhibits.py",
        "write_report.py",
        "publish_results.py",
        "summarise_projects.py",
    }
    for script in shipped("workflow", "scripts").glob("*.py"):
        reached = {path.parent.name for path in modules_reached(script)}
        assert "language" not in reached or script.name in printing, script


def test_nouns_that_are_counted_have_a_gender() -> None:
    used = set()
    for path in EXHIBITS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
                "plural",
                "share_of",
            ):
                last = node.args[-1]
                used |= {last.value} if isinstance(last, ast.Constant) else set()
    assert used == set(spanish.NOUNS)


def test_numbers_have_the_marks_of_their_language() -> None:
    assert formatting.number(1234567.891, 2) == "1,234,567.89"
    with speaking("es"):
        assert formatting.number(1234567.891, 2) == "1.234.567,89"
        assert formatting.number(-0.5, 1) == "\N{MINUS SIGN}0,5"
        assert formatting.interval(-1.25, 2000.5, 1) == "\N{MINUS SIGN}1,3 a 2.000,5"
        assert formatting.p_statement(0.0004) == "p < 0,001"
        assert formatting.decimals_of("1.234,56") == 2
        assert (
            formatting.range_text([0.5, 2], 1, "percentage points")
            == "0,5 a 2,0 puntos porcentuales"
        )
    assert formatting.number(1234.5, 1) == "1,234.5"
    assert current() == "en"


@pytest.mark.parametrize(
    ("part", "total", "noun", "said"),
    [
        (0, 4, "", "ninguna de las cuatro"),
        (1, 4, "strategy", "una de las cuatro estrategias"),
        (2, 2, "interval", "los dos intervalos"),
        (0, 1, "outcome", "ningún resultado"),
        (1, 1, "estimate", "la única estimación"),
        (3, 12, "interval", "tres de los 12 intervalos"),
    ],
)
def test_shares_agree_in_gender(part: int, total: int, noun: str, said: str) -> None:
    with speaking("es"):
        assert formatting.share_of(part, total, noun) == said


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("the covariate 'age' is missing", "falta la covariable 'age'"),
        (
            "22 a 1.024 treated units are excluded because the outcome is missing",
            "se excluyen 22 a 1.024 tratados porque falta el resultado",
        ),
        (
            "All controls within 0.06 of the probability, by nearness (Epanechnikov kernel)",
            "Todos los controles a menos de 0,06 en la probabilidad, según su cercanía (kernel de "
            "Epanechnikov)",
        ),
        (
            "The nearest 5 controls by the Mahalanobis distance of age and land (pooled covariance within "
            "arms), with replacement",
            "Los 5 controles más cercanos según la distancia de Mahalanobis de age y land (covarianza "
            "combinada dentro de los grupos), con reposición",
        ),
        ("a reason of a plug-in", "a reason of a plug-in"),
    ],
)
def test_what_earlier_stages_say_is_translated_by_its_form(said: str, printed: str) -> None:
    assert translated(said) == said
    with speaking("es"):
        assert translated(said) == printed


STAGES = ("design", "estimation", "returns", "survival", "gains", "responses", "attrition")


# What these stages say inside errors and other sentences, or as names of columns, never by itself.
_INSIDE = {
    *("cut points of '7'", "values of the type 7", "a mixture of ", "a group is"),
    *("propensity score squared", "without a match", "means and variances"),
    "with distance: propensity",
    *("collinear among the controls used", "of which the controls used say too little"),
    "adjusted for remaining differences7 by regression among the controls used (Abadie and Imbens 2011)",
    *("response by covariates", "response by covariates and arm", "covariates of response"),
    *("outcome of respondents", "treated unit is", "treated units are"),
    "the scenario '7' names '7', which no unit has. 7",
    "account '7': 7, so there is no rate of its own; the rate of all units counts it",
    *(
        "of '7' 7 replacements can be drawn, 7 are asked for",
        "of a stratum that the allocation does not name, none drawn",
        "it was not found ('7' is 0), and its end is known; bounds count it as ended",
        "not in the register ('7'), and its answers count",
        "not observed in every wave, and so without a gain",
        "the register says that it did not come ('7' is 0), and its answers count",
    ),
}


def said_in(node: ast.AST) -> Iterator[str]:
    """Yield what a module may hand on as a reason or note, with 7 where values stand."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    declared = {*_ERRORS, "Field", "Words", "ResultTable"}
    called = node.func if isinstance(node, ast.Call) else None
    name = getattr(called, "id", getattr(called, "attr", ""))
    if isinstance(node, ast.Raise | ast.Assert) or docstring or name in declared:
        return
    if isinstance(node, ast.JoinedStr):
        parts = node.values
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in parts)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from said_in(child)


def untranslated(source: str) -> set[str]:
    """Return the reasons and notes, of three words or more, that no form of `FORMS` fits."""
    texts = {
        text for text in said_in(ast.parse(source)) if re.fullmatch(r"[a-z]+( .+){2}[^.]", text)
    }
    with speaking("es"):
        return {text for text in texts if translated(text) == text}


def test_reasons_that_stages_say_are_translated() -> None:
    left = set()
    for path in (path for part in STAGES for path in (EXHIBITS.parent / part).rglob("*.py")):
        left |= untranslated(path.read_text(encoding="utf-8"))
    assert left <= _INSIDE, (
        f"a report in Spanish would print these in English: add {sorted(left - _INSIDE)} to FORMS of "
        "src/ruralimpact/exhibits/earlier_forms.py and translate them, or to _INSIDE here what is only part "
        "of an error"
    )
    assert left == _INSIDE


def test_a_reason_that_is_not_declared_at_the_top_is_found() -> None:
    source = 'def lost(k, n):\n    return {f"farther than {k} neighbours": n, "no answer": 1}\n'
    assert untranslated(source) == {"farther than 7 neighbours"}


@pytest.mark.parametrize("method", METHODS)
def test_every_option_of_a_strategy_is_said_in_spanish(method: str) -> None:
    for own, option in test_strategies.options():
        beside = {"method": method, **test_strategies.BESIDE.get(option, {})}
        rows = [{**beside, option: value} for value in test_strategies.values(own, option)[1:]]
        for row in rows if own == method else ():
            parts = parse_strategy(row).parts_in_words()
            with speaking("es"):
                left = [part for part in parts if translated(part) == part]
            assert left == [], "add it to FORMS of exhibits/earlier_forms.py, with its Spanish"


def test_what_is_declared_is_translated_when_it_is_printed() -> None:
    note = marked(
        "[s] = suppressed: from 1 to {fewest_units} units, or a sum with such a count.",
        fewest_units=9,
    )
    column = Column(marked("Estimate"), marked("Effect"))
    row = Row(Cell(marked("Controls")), (Cell("1.5"),))
    english = Table("Own title", "Outcome", (column,), (row,), notes=(note,))
    assert english.notes == ("[s] = suppressed: from 1 to 9 units, or a sum with such a count.",)
    with speaking("es"):
        table = Table("Own title", "Outcome", (column,), (row,), notes=(note,))
        assert table.notes == ("[s] = suprimido: de 1 a 9 unidades, o una suma con tal recuento.",)
        assert (table.title, table.stub) == ("Own title", "Resultado")
        assert (table.columns[0].label, table.columns[0].group) == ("Estimación", "Efecto")
        assert table.rows[0].label.text == "Controles"
        assert gettext("") == ""
        assert ngettext(
            "; {missing} more is not estimable", "; {missing} more are not estimable", 2
        )
