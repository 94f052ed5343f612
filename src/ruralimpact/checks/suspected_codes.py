"""Numbers that count as values and look like codes for "missing"."""

from collections.abc import Iterator, Sequence

from ruralimpact.checks.remarks import Remark
from ruralimpact.errors import DataError
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.harmonise import Survey
from ruralimpact.survey.missing_codes import suspected_numbers

_NO_AMOUNTS = ("indicator", "date")


def remarks_on_suspected_codes(
    survey: Survey, entries: Sequence[Entry], *, file: str, passed_over: Sequence[str | None]
) -> Iterator[Remark]:
    """Yield numbers that look like codes for "missing" and are not declared as such, with their rows.

    Parameters
    ----------
    survey : Survey
    entries : sequence of Entry
    file : str
    passed_over : sequence of str
        Variables that tell waves and rows of a unit apart.
    """
    for entry in entries:
        if not entry.is_number or entry.type in _NO_AMOUNTS or entry.variable in passed_over:
            continue
        values = survey.table[entry.variable]
        labelled = survey.quality.labels_of_numbers.get(entry.variable, {})
        for code, value in suspected_numbers(values.dropna().to_numpy(float)).items():
            if code in labelled:
                continue
            rows = survey.rows[(values == value).to_numpy()]
            yield Remark(
                DataError(
                    f"{code} counts as a number ('{entry.variable}') and looks like a code for missing.",
                    file=file,
                    column=entry.raw_name,
                    rows=sorted(rows.tolist()),
                    hint="If it means missing, list it under missing_codes in the codebook.",
                )
            )
