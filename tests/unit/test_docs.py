"""The generated pages are those that their sources give, and the codebook page names every column."""

import sys
from pathlib import Path

import pytest

from ruralimpact.schema.codebook import COLUMNS
from ruralimpact.survey.codebook import ROLES, TYPES

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import exhibit_kinds
import output_dictionary
import parameters
import write_docs

HINT = "run `make docs`"


def test_the_parameter_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "parameters.md").read_text("utf-8") == parameters.page(), HINT


def test_the_schemas_for_editors_are_up_to_date() -> None:
    for name, text in parameters.schema_files().items():
        assert (ROOT / parameters.SCHEMAS / name).read_text("utf-8") == text, HINT


def test_the_list_of_exhibits_is_up_to_date() -> None:
    assert (ROOT / "docs" / "exhibits.md").read_text("utf-8") == exhibit_kinds.exhibits(), HINT


def test_the_dictionary_of_outputs_is_up_to_date() -> None:
    assert (ROOT / "docs" / "outputs.md").read_text("utf-8") == output_dictionary.outputs(), HINT


def test_the_drawing_of_the_workflow_is_up_to_date() -> None:
    page = (ROOT / "docs" / "workflow.md").read_text("utf-8")
    assert write_docs.workflow_page(page) == page, HINT


@pytest.mark.parametrize("word", [*COLUMNS, *TYPES, *ROLES])
def test_the_codebook_page_describes(word: str) -> None:
    assert f"`{word}`" in (ROOT / "docs" / "codebook.md").read_text("utf-8")
