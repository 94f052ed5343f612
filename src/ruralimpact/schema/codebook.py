"""A line of the codebook as it is written, before its cells are understood."""

from ruralimpact.schema.base import Settings


class CodebookRow(Settings):
    """A line of codebook.csv, all text; `survey.codebook.parse_codebook` says what its cells mean."""

    variable: str = ""
    source: str = ""
    raw_name: str = ""
    type: str = ""
    unit: str = ""
    minimum: str = ""
    maximum: str = ""
    labels: str = ""
    missing_codes: str = ""
    role: str = ""
    timing: str = ""
    label: str = ""
    question: str = ""


COLUMNS = tuple(CodebookRow.model_fields)
