"""Scores of a sample that was drawn within strata: only differences within a stratum are sampling error."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def degrees_left(groups: IntArray, strata: IntArray) -> float:
    """Degrees of freedom that strata leave to a sample of groups.

    Parameters
    ----------
    groups : ndarray of int, shape (n,)
        Codes of the groups that were drawn.
    strata : ndarray of int, shape (n,)
        Code of each unit's stratum, one for all units of a group.

    Returns
    -------
    float
        Groups less strata, as R's ``survey`` has it; groups that are alone in their stratum count as of one.
    """
    first = np.unique(groups, return_index=True)[1]
    sizes = np.unique(strata[first], return_counts=True)[1]
    alone = int((sizes == 1).sum())
    return float(len(first) - (len(sizes) - alone) - (alone > 0))


def centred_in_strata(scores: FloatArray, groups: IntArray, strata: IntArray) -> FloatArray:
    """Centre group scores within the strata from which groups were drawn.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Influence of each unit of the sample; 0 for units that are not compared.
    groups : ndarray of int, shape (n,)
        Codes of the groups that were drawn.
    strata : ndarray of int, shape (n,)
        Code of each unit's stratum, one for all units of a group.

    Returns
    -------
    ndarray, shape (n,)
        Scores whose group sums are ``sqrt(n_h / (n_h - 1)) (s_g - mean of s in the stratum h)``, n_h the
        groups of the stratum: their sum of squares is the variance of a stratified sample. A group that is
        alone in its stratum tells nothing of the variation there; its score stays as it is.

    References
    ----------
    Binder (1983), International Statistical Review 51(3); the linearised variance of R's ``survey``.
    """
    codes, first, position, size = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    position = position.ravel()
    stratum = np.unique(strata[first], return_inverse=True)[1].ravel()
    sums = np.bincount(position, scores, minlength=len(codes))
    n_clusters = np.bincount(stratum)
    mean = np.where(n_clusters > 1, np.bincount(stratum, sums) / n_clusters, 0.0)
    factor = np.where(n_clusters > 1, np.sqrt(n_clusters / np.maximum(n_clusters - 1, 1)), 1.0)
    centred: FloatArray = scores - (mean[stratum] / size)[position]
    return centred * factor[stratum][position]
