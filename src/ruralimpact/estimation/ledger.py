"""Which lists of specifications have been estimated: a list changed after outcomes were seen shows."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ruralimpact import stage


@dataclass(frozen=True)
class SpecificationList:
    """A list of specifications that has been estimated.

    Attributes
    ----------
    sha256 : str
        Its digest, see `ruralimpact.design.study.specifications`.
    specifications : int
        How many it has.
    """

    sha256: str
    specifications: int


def with_list(
    ledger: Sequence[SpecificationList], estimated: SpecificationList
) -> list[SpecificationList]:
    """Add a list to those whose outcomes have been read, oldest first: the same where it is the last."""
    return [*ledger] if ledger and ledger[-1] == estimated else [*ledger, estimated]


def read_list(path: str | Path) -> SpecificationList:
    """Read the list of specifications that the design stage has fixed."""
    fixed = json.loads(Path(path).read_text(encoding="utf-8"))
    return SpecificationList(fixed["sha256"], len(fixed["specifications"]))


def read_ledger(path: str | Path) -> list[SpecificationList]:
    """Read the lists that have been estimated, oldest first; none where there is no file yet."""
    try:
        lists = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [SpecificationList(**entry) for entry in lists]


def write_ledger(ledger: Sequence[SpecificationList], path: str | Path) -> None:
    """Write the lists that have been estimated."""
    text = json.dumps([asdict(entry) for entry in ledger], indent=1)
    with stage.replacing(path) as partial:
        partial.write_text(f"{text}\n", encoding="utf-8")
