"""Parameters of the process, read from the study's calibration with their status left behind."""

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

Parameters = Mapping[str, Mapping[str, Any]]
STATUSES = ("seed", "source", "derived", "assumption")


def parameter_values(calibration: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Parameters:
    """Return the values of a calibration by section and name.

    Parameters
    ----------
    calibration : mapping
        Contents of ``calibration.yaml``: sections of parameters, each with ``value``, ``status`` and,
        mostly, ``why``.

    Returns
    -------
    dict of str to dict
    """
    return {
        section: {name: entry["value"] for name, entry in entries.items()}
        for section, entries in calibration.items()
    }


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one part of the process.

    Each part has its own, so that a draw added to one leaves the others as they were.
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
