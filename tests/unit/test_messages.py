"""Messages are told in the language of their reader, whole, with names and numbers as they are."""

import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from ruralimpact.cli import main, parser
from ruralimpact.cli.speech import say, spoken_language
from ruralimpact.language import speaking
from ruralimpact.language.catalogue import MESSAGES, catalogue_path
from ruralimpact.language.told import told

sys.path.append(str(Path(__file__).parents[2] / "tools"))
import message_forms


def translations() -> dict[str, str]:
    with catalogue_path("es", MESSAGES).open("rb") as file:
        return {str(own.id): str(own.string) for own in read_po(file, locale="es") if own.id}


def put_in(text: str) -> list[str]:
    return sorted(re.findall(r"\{\d*\}", text))


def test_the_catalogue_holds_every_form_of_the_source_with_its_translation() -> None:
    source, known = {form for _, form in message_forms.forms()}, translations()
    new, gone = source - known.keys(), known.keys() - source
    assert not new and not gone, "run `make messages` and translate what is new"
    assert [form for form, said in known.items() if not said.strip()] == []
    assert [form for form, said in known.items() if put_in(said) != put_in(form)] == []


def test_no_translation_is_left_in_english() -> None:
    english = re.compile(r"(?<!-)\b(the|is|are|which|with|there|was|were|their)\b")
    quoted = re.compile(r"'[^']*'|`[^`]*`|\(.*?\)")
    assert [said for said in translations().values() if english.search(quoted.sub("", said))] == []


@pytest.mark.parametrize(
    ("source", "forms"),
    [
        ('raise DataError(f"no row of {a} has {b}.")', ["no row of {0} has {1}."]),
        (
            'x = f"{n} row{"s are" if n > 1 else " is"} lost"'.replace(
                '"s are"', "'s are'"
            ).replace('" is"', "' is'"),
            ["{0} rows are lost", "{0} row is lost"],
        ),
        ('_FAULT = "the stage {stage} stopped"', ["the stage {0} stopped"]),
        ('print("error: one is\\ntwo are\\n")', ["one is", "two are"]),
        ('class A:\n    a: int\n    """Described for readers of the page."""', []),
        ('gettext("a sentence of a page")', []),
        ('x = "a_key"; y = "two_keys"', []),
    ],
)
def test_forms_are_lines_as_the_source_has_them(source: str, forms: list[str]) -> None:
    assert list(message_forms.forms_of_module(source)) == forms


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "error: file data/a.csv, column 'before', rows 2, 3, 4, 5, 6 and 1,234 more: the identifier "
            "'no answer' occurs more than once in wave 2 (and 3 other identifiers).",
            "error: archivo data/a.csv, columna 'before', filas 2, 3, 4, 5, 6 y 1.234 más: el "
            "identificador 'no answer' aparece más de una vez en la ronda 2 (y 3 identificadores más).",
        ),
        (
            "error: file study.yaml, line 3, column 5, key 'analyses': unknown key 'sampl'. Did you mean "
            "'sample'?",
            "error: archivo study.yaml, línea 3, columna 5, clave 'analyses': clave desconocida 'sampl'. "
            "¿Quiso decir 'sample'?",
        ),
        (
            "file a.csv, column 'x', row 3: 'abc' is not a number ('age'). Correct it by a table of "
            "`corrections` or `recodes`.",
            "archivo a.csv, columna 'x', fila 3: 'abc' no es un número ('age'). Corríjalo con una tabla "
            "de `corrections` o `recodes`.",
        ),
        (
            "file a.csv, column 'id', row 2: the identifier (not shown) occurs more than once.",
            "archivo a.csv, columna 'id', fila 2: el identificador (no se muestra) aparece más de una vez.",
        ),
        (
            "file a.csv, rows 4, 6: the arm of a unit changes between waves (units h02, h04, analysis "
            "changes). Also file b.csv, rows 4, 6.",
            "archivo a.csv, filas 4, 6: el grupo de tratamiento de una unidad cambia entre rondas "
            "(unidades h02, h04, análisis changes). También archivo b.csv, filas 4, 6.",
        ),
        (
            "note: file a.csv, column 'x': every value lies outside the codebook's range (minimum 0, "
            "maximum 1500): they go from (not shown) to '1200' ('age').",
            "nota: archivo a.csv, columna 'x': todos los valores están fuera del rango del libro de "
            "códigos (mínimo 0, máximo 1500): van de (no se muestra) a '1200' ('age').",
        ),
        (
            "  to do       Estimando impactos (3 jobs)",
            "  por hacer   Estimando impactos (3 trabajos)",
        ),
        ("Ingreso neto: 12 percent of it (1 to 2)", "Ingreso neto: 12 percent of it (1 to 2)"),
        ("what a plug-in says of its own", "what a plug-in says of its own"),
        ("", ""),
    ],
)
def test_a_message_is_told_by_its_form(message: str, said: str) -> None:
    assert told(message) == message
    with speaking("es"):
        assert told(message) == said


def test_names_and_cells_that_read_like_messages_stay_as_they_are() -> None:
    with speaking("es"):
        for form in ("is empty.", "there is no such file.", "no answer"):
            assert f"'{form}'" in told(f"there is no variable '{form}'. Did you mean '{form}'?")


@pytest.mark.parametrize(
    ("given", "environment", "language"),
    [
        (["check"], {}, "en"),
        (["check"], {"LANG": "es_BO.UTF-8"}, "es"),
        (["check"], {"LANG": "es_BO.UTF-8", "LC_ALL": "C"}, "en"),
        (["check"], {"LANG": "fr_FR"}, "en"),
        (["check", "--language", "es"], {"LANG": "en_GB"}, "es"),
        (["check", "--language=en"], {"LANG": "es"}, "en"),
        (["check", "--directory", "spanish"], {"LANG": "en_GB"}, "es"),
        (["check", "--directory=spanish", "--language", "en"], {}, "en"),
        (["check", "--directory", "both"], {"LANG": "en_GB"}, "en"),
        (["check", "uno", "--directory", "both"], {}, "es"),
        (["check", "--directory", "both", "two"], {"LANG": "es"}, "en"),
        (["check"], {"RURALIMPACT_LANGUAGE": "es", "LANG": "en_GB"}, "es"),
    ],
)
def test_the_language_is_the_one_asked_for_or_of_the_studies_or_of_the_system(
    given: list[str],
    environment: dict[str, str],
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studies = {"spanish": {"uno": "es"}, "both": {"uno": "es", "two": "en"}}
    for project, stated in studies.items():
        for study, own in stated.items():
            folder = tmp_path / project / "config" / "studies" / study
            folder.mkdir(parents=True)
            (folder / "study.yaml").write_text(f"title: [\nlanguage: {own}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert spoken_language(given, environment) == language


def test_the_command_line_speaks_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--language", "es", "--directory", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("error: no hay ningún proyecto en ")
    assert main(["check", "--directory", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("error: there is no project in ")
    with speaking("es"):
        say("\nStopped. Stages that had finished are kept; the next run goes on from there.")
    assert capsys.readouterr().out.startswith("\nDetenido. Las etapas terminadas")


def test_helps_and_mistakes_of_the_command_line_are_in_spanish(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with speaking("es"):
        whole = parser(["trace"])
        text = whole.format_help()
        for words in ("usage:", "options:", "show this", "first steps", "commands"):
            assert words not in text
        with pytest.raises(SystemExit):
            whole.parse_args(["trace"])
        with pytest.raises(SystemExit):
            whole.parse_args(["trace", "a", "--language", "fr"])
    told = capsys.readouterr().err
    assert "uso: ruralimpact trace" in told
    assert "faltan estos argumentos: ID" in told and "'fr' no es una opción" in told
    assert parser(["trace"]).format_help().startswith("usage:")
