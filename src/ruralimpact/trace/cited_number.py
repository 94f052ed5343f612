"""A number that findings.json holds, by its identifier."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.exhibits.document import Finding, FindingsDocument
from ruralimpact.trace.suppressed import PrintedEffects

RESULTS = Path("results")
_BETWEEN_PARTS = re.compile(r"::|[./]")
_LISTED = 8
_FORM = "study.analysis.strategy.outcome.estimate"


@dataclass(frozen=True)
class CitedNumber:
    """A number of a study's findings.

    Attributes
    ----------
    study : str
    key : str
        Its key in findings.json.
    finding : Finding
    """

    study: str
    key: str
    finding: Finding

    @property
    def identifier(self) -> str:
        """The study and the parts of the key, with dots between them."""
        return self.finding.identifier or ".".join([self.study, *_parts(self.key)])


def read_findings(study: str) -> FindingsDocument:
    """Read the findings of a study of the project in whose folder this runs.

    Raises
    ------
    DataError
        There are none yet, or the file was not written by a run.
    """
    path = RESULTS / study / "exhibits" / "findings.json"
    try:
        return FindingsDocument.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        hint = f"Run first: ruralimpact run {study}"
        raise DataError(f"there are no results of {study} yet.", file=path, hint=hint) from None
    except ValidationError:
        raise DataError("it holds no findings.", file=path, hint="Run again.") from None


def cited_numbers(findings: Mapping[str, FindingsDocument]) -> list[CitedNumber]:
    """Return all numbers of some studies."""
    return [
        CitedNumber(study, key, finding)
        for study, document in findings.items()
        for key, finding in document.findings.items()
    ]


def cited_number(identifier: str, numbers: Sequence[CitedNumber]) -> CitedNumber:
    """Return the number that an identifier names.

    Parameters
    ----------
    identifier : str
        Parts with dots, slashes or ``::`` between them, in any case. What all numbers that fit have in common
        may be left out: the study, the analysis, and a last part ``estimate``.
    numbers : sequence of CitedNumber

    Raises
    ------
    ConfigError
        None is called so, with the nearest; it is suppressed; or several are, with the first of them.
    """
    asked = _parts(identifier)
    by_parts = {tuple(_parts(number.identifier)): number for number in numbers}
    for wanted in (asked, [*asked, "estimate"]):
        whole = [parts for parts in by_parts if list(parts) in (wanted, [parts[0], *wanted])]
        fitting = whole or [parts for parts in by_parts if _abbreviates(wanted, parts)]
        if len(fitting) == 1:
            return by_parts[fitting[0]]
        if fitting:
            raise ConfigError(
                f"'{identifier}' names {len(fitting):,} numbers: "
                f"{_listed(by_parts[parts].identifier for parts in fitting)}. Write one of them."
            )
    refuse_suppressed(identifier, list(dict.fromkeys(number.study for number in numbers)))
    names = [number.identifier for number in numbers]
    close = get_close_matches(".".join(asked), names, n=3, cutoff=0.4)
    if close:
        raise ConfigError(f"no number is called '{identifier}'. Did you mean {_listed(close)}?")
    studies = ", ".join(dict.fromkeys(number.study for number in numbers))
    raise ConfigError(
        f"no number is called '{identifier}'. An identifier is a study ({studies}) and a key of its "
        f"exhibits/findings.json with dots between the parts: {_FORM}."
    )


def refuse_unknown_study(identifier: str, studies: Sequence[str]) -> None:
    """Refuse an identifier that begins with no study, where none has results to look it up in.

    Raises
    ------
    ConfigError
        It names none of `studies`.
    """
    first = next(iter(_parts(identifier)), "")
    if first not in studies:
        raise ConfigError(
            f"no number is called '{identifier}': no study has results yet, and it begins with none of "
            f"{', '.join(studies)}. An identifier is of the form {_FORM}."
        )


def refuse_suppressed(identifier: str, studies: Sequence[str]) -> None:
    """Refuse an identifier of a number that is known and suppressed.

    Raises
    ------
    ConfigError
        It is; with the reason.
    """
    asked = _parts(identifier)
    for study in studies:
        for number in PrintedEffects(RESULTS / study).numbers():
            parts = [study, *_parts(number.key)]
            if asked in (parts, parts[1:]) or (len(asked) > 1 and _abbreviates(asked, parts)):
                raise ConfigError(f"'{'.'.join(parts)}' is not printed: {number.reason}.")


def _parts(identifier: str) -> list[str]:
    return [part for part in _BETWEEN_PARTS.split(identifier.strip().lower()) if part]


def _abbreviates(wanted: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether parts are left out of the front or the middle only."""
    rest = iter(parts)
    return wanted[-1:] == list(parts[-1:]) and all(part in rest for part in wanted)


def _listed(names: Iterable[str]) -> str:
    first = list(names)
    more = f" and {len(first) - _LISTED:,} more" if len(first) > _LISTED else ""
    return ", ".join(first[:_LISTED]) + more
