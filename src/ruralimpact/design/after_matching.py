"""What becomes of a design once it is made: its units weighted, its losses named."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.coarsened import NO_CONTROLS
from ruralimpact.design.kernel import OFF_SUPPORT
from ruralimpact.design.matching import NO_STRATUM, Design
from ruralimpact.design.optimal import NO_CANDIDATE

FloatArray = NDArray[np.float64]

# What each method calls a treated unit that has no control in its stratum.
NOBODY_NEAR = (NO_STRATUM, NO_CANDIDATE, OFF_SUPPORT, NO_CONTROLS)


def sampled_design(design: Design, sampling: FloatArray | None) -> Design:
    """Let the units of a matched design count by their sampling weights.

    Parameters
    ----------
    design : Design
        With matches.
    sampling : ndarray, shape (n,), or None

    Returns
    -------
    Design
        A focal unit counts as its own weight says, and its comparison is the mean of its matches, weighted by
        theirs: with one match and all ties kept, the same as if each unit were as many as its weight.
    """
    if sampling is None:
        return design
    focal, match, share = design.pairs()
    weighed = share * sampling[match]
    owner = np.searchsorted(design.focal, focal)
    shares = weighed / np.bincount(owner, weighed, minlength=len(design.focal))[owner]
    served = design.served_units
    weights = served * sampling
    weights += np.bincount(match, weights[focal] * shares, minlength=len(weights))
    return replace(design, weights=weights, shares=shares, served=served[design.focal])


def name_missing_cells(design: Design, unknown: NDArray[np.bool_], reason: str) -> Design:
    """Count by their own reason the treated units whose exact stratum is not known.

    Parameters
    ----------
    design : Design
        Made with such units in strata of their own.
    unknown : ndarray of bool, shape (n,)
    reason : str

    Returns
    -------
    Design
        With other counts in `dropped`.
    """
    lost = int((unknown & (design.treatment == 1) & (design.weights == 0)).sum())
    dropped = dict(design.dropped)
    for other in NOBODY_NEAR:
        moved = min(lost, dropped.get(other, 0))
        if moved:
            dropped[other] -= moved
            dropped[reason] = dropped.get(reason, 0) + moved
            lost -= moved
    return replace(design, dropped={why: count for why, count in dropped.items() if count})
