"""What is wrong with a configuration is said in one sentence, with file, line and key."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, model_validator

from ruralimpact.errors import ConfigError
from ruralimpact.schema.base import (
    Name,
    Names,
    Number,
    Positive,
    Settings,
    SomeEntries,
    Text,
    fault,
)
from ruralimpact.schema.document import Document, read_document
from ruralimpact.schema.validation import located, validated


class Nearest(Settings):
    name: Name
    method: Literal["nearest", "optimal"]
    k: Annotated[int, Field(ge=1)] = 1
    caliper: Positive | None = None
    nearest: bool = False
    """A key with the name of a method: messages must not lose it."""


class Kernel(Settings):
    name: Name
    method: Literal["kernel"]
    bandwidth: Number
    exact: Names = ()

    @model_validator(mode="after")
    def _no_name_is_its_own(self) -> "Kernel":
        if self.name in self.exact:
            raise fault(f"'{self.name}' is exact on itself.", "exact")
        return self


Strategy = Annotated[Nearest | Kernel, Field(discriminator="method")]


class Lines(Settings):
    label: Text
    lines: dict[str | int, Positive] = Field(default_factory=dict)
    values: SomeEntries[str | int] = ()
    strategies: SomeEntries[Strategy] = ()


GOOD = """\
label: A
lines: {1: 2.5, city: 3}
values: [a, 1]
strategies:
  - name: nn
    method: nearest
    caliper: 2
  - {name: k, method: kernel, bandwidth: 0.06}
"""


def read(folder: Path, text: str) -> Document:
    path = folder / "lines.yaml"
    path.write_text(text, encoding="utf-8")
    return read_document(path, shown="lines.yaml")


def message(folder: Path, text: str, kind: Any = Lines) -> str:
    with pytest.raises(ConfigError) as caught:
        validated(kind, read(folder, text))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_right_becomes_models_with_numbers_as_written(tmp_path: Path) -> None:
    made = validated(Lines, read(tmp_path, GOOD))
    assert [type(one) for one in made.strategies] == [Nearest, Kernel]
    assert made.lines == {1: 2.5, "city": 3}
    assert type(made.strategies[0].caliper) is int
    with pytest.raises(Exception, match="frozen"):
        made.label = "B"


MISTAKES: dict[str, tuple[tuple[str, str], str]] = {
    "unknown key": (
        ("    caliper", "    calliper"),
        "line 7, key 'strategies.nn.calliper': unknown key 'calliper' of method: nearest. Did you mean 'c",
    ),
    "unknown key that is far from all": (
        ("label: A", "label: A\nq: 1"),
        "line 2, key 'q': unknown key 'q'. Known: label, lines, values, strategies.",
    ),
    "key of another method": (
        ("    caliper", "    bandwidth"),
        "line 7, key 'strategies.nn.bandwidth': unknown key 'bandwidth' of method: nearest. Known: ",
    ),
    "unknown method": (
        ("method: nearest", "method: nearset"),
        "line 6, key 'strategies.nn.method': 'nearset' is not one of nearest, optimal, kernel. Did you mean",
    ),
    "no method": (
        ("    method: nearest\n", ""),
        "line 5, key 'strategies.nn': the key 'method' is missing.",
    ),
    "missing key": (
        (", bandwidth: 0.06", ""),
        "line 8, key 'strategies.k': the key 'bandwidth' is missing.",
    ),
    "missing key of the file": (("label: A\n", ""), "file lines.yaml: the key 'label' is missing."),
    "unknown before missing": (
        ("label: A", "lable: A"),
        "unknown key 'lable'. Did you mean 'label'?",
    ),
    "whole number with a point": (
        ("    caliper: 2", "    k: 3.0"),
        "line 7, key 'strategies.nn.k': '3.0' is not a whole number.",
    ),
    "out of range": (("    caliper: 2", "    k: 0"), "key 'strategies.nn.k': '0' is below 1."),
    "not above": (("caliper: 2", "caliper: 0"), "'0' is not above 0."),
    "number that YAML reads as text": (
        ("0.06", "1e-5"),
        "key 'strategies.k.bandwidth': '1e-5' is not a number. Write it with a point and a sign, ",
    ),
    "whole number with an exponent": (
        ("    caliper: 2", "    k: 1e1"),
        "key 'strategies.nn.k': '1e1' is not a whole number. Write out its digits.",
    ),
    "infinity": (("0.06", ".inf"), "key 'strategies.k.bandwidth': 'inf' is not a number."),
    "bare yes": (
        ("label: A", "label: yes"),
        "line 1, key 'label': true is not a text. Put it in quotes: YAML reads a bare yes",
    ),
    "bare yes in a list of values": (
        ("[a, 1]", "[a, no]"),
        "line 3, key 'values.2': false is not a text or a whole number. Put it in quotes",
    ),
    "number for a text": (("label: A", "label: 3"), "'3' is not a text. Put it in quotes."),
    "empty value": (("label: A", "label:"), "key 'label': an empty value is not a text."),
    "empty value of a key that may be excluded": (
        ("caliper: 2", "caliper:"),
        "line 7, key 'strategies.nn.caliper': the key is empty; give it a value, or leave it out.",
    ),
    "empty text": (("label: A", "label: ''"), "key 'label': the text is empty."),
    "text for a list": (("[a, 1]", "a"), "line 3, key 'values': 'a' is not a list."),
    "empty list": (("[a, 1]", "[]"), "key 'values': at least 1 entry is needed."),
    "list for keys": (("{1: 2.5, city: 3}", "[2.5]"), "key 'lines': '[2.5]' is not a set of keys."),
    "name in capitals": (
        ("name: nn", "name: NN"),
        "key 'strategies.NN.name': 'NN' is not a name of small letters, digits and underscores.",
    ),
    "value under a key of one's own": (
        ("city: 3", "city: x"),
        "key 'lines.city': 'x' is not a number.",
    ),
    "entry twice": (
        ("0.06", "0.06, exact: [a, b, a]"),
        "key 'strategies.k.exact.3': an entry stands twice: 'a'.",
    ),
    "a rule of the model": (
        ("0.06", "0.06, exact: [k]"),
        "line 8, key 'strategies.k.exact': 'k' is exact on itself.",
    ),
    "key with the name of a method": (
        ("    caliper: 2", "    nearest: 3"),
        "line 7, key 'strategies.nn.nearest': '3' is not true or false.",
    ),
    "key twice": (("values", "label"), "line 3: the key 'label' stands twice."),
    "yes as a key": (("city: 3", "yes: 3"), "line 2: YAML reads the key 'yes' as true or false"),
    "list as a key": (("city: 3", "[a]: 3"), "line 2: a key is a list or a set of keys"),
    "empty key": (("city: 3", "~: 3"), "line 2: a key is empty."),
    "octal": (
        ("[a, 1]", "[a, 010]"),
        "line 3: YAML reads '010' as the number 8; put it in quotes.",
    ),
    "time of day": (("[a, 1]", "[a, 12:30]"), "line 3: YAML reads '12:30' as the number 750"),
    "400 digits": (("[a, 1]", f"[a, {'9' * 400}]"), "line 3: a number of 400 digits is too long"),
    "5000 digits": (
        ("[a, 1]", f"[a, {'9' * 5000}]"),
        "line 3: a number of 5000 digits is too long",
    ),
    "NUL": (
        ("label: A", "label: A\0"),
        "file lines.yaml: the file holds characters that no text has.",
    ),
    "malformed": (("[a, 1]", "[a, 1"), "line 4: a list in [ ] lacks a comma or its ']'."),
    "two colons": (("label: A", "label: A: B"), "a second ': ' in a line"),
    "text in bold": (("label: A", "label: *A"), "'*' has a meaning of its own here"),
    "text that is a tag": (("label: A", "label: !A"), "'!' has a meaning of its own here"),
    "percent": (("label: A", "label: %A"), "put such a text in quotes"),
    "quote that is open": (("label: A", "label: 'A"), "a quote is not closed"),
    "three digits": (
        ("label: A", "line: 2.567"),
        "'2.567' can be read in two ways; write 2.5670 or 2567",
    ),
    "three digits by key": (("values: [a, 1]", "maximum: {a: [1.234]}"), "write 1.2340 or 1234"),
    "zeros behind": (
        ("label: A", "x: 2.500"),
        "'2.500' can be read in two ways; write 2.5 or 2500",
    ),
    "object of a program": (("[a, 1]", "!!python/name:os.system"), "file lines.yaml, line 3: "),
    "deep": (("[a, 1]", "[" * 100_000), "line 3: keys are nested more than 40 deep."),
    "alias in itself": (("[a, 1]", "&x [*x]"), "line 3: what '*' stands for"),
}


@pytest.mark.parametrize("word", ["three", "one", "e", "1e", "e5", "Infinite"])
def test_words_are_not_taken_for_numbers_with_an_exponent(tmp_path: Path, word: str) -> None:
    number = message(tmp_path, GOOD.replace("0.06", word))
    assert number.endswith(f"'{word}' is not a number.")
    whole = message(tmp_path, GOOD.replace("    caliper: 2", f"    k: {word}"))
    assert whole.endswith(f"'{word}' is not a whole number.")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, mistake: str) -> None:
    (old, new), words = MISTAKES[mistake]
    assert old in GOOD
    text = re.sub(r"(line \d+), column \d+", r"\1", message(tmp_path, GOOD.replace(old, new)))
    assert words in text
    assert text.startswith("file lines.yaml")


def test_aliases_are_not_written_out_without_end(tmp_path: Path) -> None:
    levels = [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    text = message(tmp_path, "\n".join(["a0: &a0 [x, x, x]", *levels]))
    assert "has no end" in text


def test_merged_keys_have_the_line_that_they_are_written_at(tmp_path: Path) -> None:
    text = "a: &it\n  label: A\n  values: [x]\nb:\n  <<: *it\n  label:\n"
    document = read(tmp_path, text)
    assert document.mark(("b", "values", 0)) == (3, 12)
    assert document.mark(("b", "label")) == (6, 3)
    with pytest.raises(
        ConfigError, match="line 6, column 3, key 'b.label': an empty value is not a text"
    ):
        validated(dict[str, Lines], document)


def test_a_file_that_is_a_list(tmp_path: Path) -> None:
    assert message(tmp_path, "- a\n") == (
        "file lines.yaml: the file holds a list, and a set of keys is wanted."
    )


def test_an_empty_file_has_no_keys(tmp_path: Path) -> None:
    assert "the key 'label' is missing" in message(tmp_path, "")


def test_a_date_is_the_text_that_it_is(tmp_path: Path) -> None:
    assert validated(Lines, read(tmp_path, "label: 2014-13-45\n")).label == "2014-13-45"


def test_a_plain_mapping_is_held_to_the_same_rules() -> None:
    with pytest.raises(ConfigError) as caught:
        validated(Strategy, {"name": "nn", "method": "nearest", "calliper": 0.2}, key="strategy")
    assert str(caught.value) == (
        "key 'strategy.calliper': unknown key 'calliper' of method: nearest. Did you mean 'caliper'?"
    )
    with pytest.raises(ConfigError, match=r"^key 'method': 'nearset' is not one of"):
        validated(Strategy, {"name": "nn", "method": "nearset"})


def test_an_error_found_later_gets_the_place_of_its_key(tmp_path: Path) -> None:
    document = read(tmp_path, GOOD)
    error = located(ConfigError("no.", file="lines.yaml", key="strategies.k.exact"), document)
    assert str(error) == "file lines.yaml, line 8, column 5, key 'strategies.k.exact': no."
