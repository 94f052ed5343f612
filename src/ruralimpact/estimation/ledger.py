"""Which lists of specifications have been estimated: a list changed after outcomes were seen shows."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def with_specifications(
    ledger: list[dict[str, Any]], specifications: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Add a list of specifications to the ledger of those whose outcomes have been read.

    Parameters
    ----------
    ledger : list of dict
        Digests of the lists estimated before, oldest first: ``sha256`` and ``specifications`` (how many).
    specifications : mapping
        From `ruralimpact.design.study.specifications`.

    Returns
    -------
    list of dict
        The same ledger where the list is its last entry.
    """
    entry = {
        "sha256": specifications["sha256"],
        "specifications": len(specifications["specifications"]),
    }
    return ledger if ledger and ledger[-1] == entry else [*ledger, entry]


def read_ledger(path: str | Path) -> list[dict[str, Any]]:
    """Read a ledger; empty where there is none yet.

    Parameters
    ----------
    path : path

    Returns
    -------
    list of dict
    """
    try:
        return list(json.loads(Path(path).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return []
