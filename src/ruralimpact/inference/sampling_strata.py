"""Scores of a sample that was drawn within strata: only differences within a stratum are sampling error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class StratumSizes:
    """How many of G groups each was drawn with.

    Attributes
    ----------
    strata : ndarray of int, shape (G,)
        Codes 0 .. H-1.
    n_groups : ndarray of int, shape (G,)
        Groups of the group's own stratum.
    """

    strata: IntArray
    n_groups: IntArray

    @property
    def alone(self) -> NDArray[np.bool_]:
        """Groups that are alone in their stratum, which tell nothing of the variation there; shape (G,)."""
        return np.asarray(self.n_groups == 1)

    @property
    def scale(self) -> FloatArray:
        """``sqrt(n_h / (n_h - 1))``, 1 for groups that are alone; shape (G,)."""
        ratio = self.n_groups / np.maximum(self.n_groups - 1, 1)
        return np.where(self.alone, 1.0, np.sqrt(ratio))

    def means(self, values: FloatArray) -> FloatArray:
        """Mean of each group's stratum, 0 for groups that are alone; shape (G, k) as `values`."""
        sums = np.zeros((int(self.strata.max(initial=-1)) + 1, values.shape[1]))
        np.add.at(sums, self.strata, values)
        means: FloatArray = sums[self.strata] / self.n_groups[:, None]
        return np.where(self.alone[:, None], 0.0, means)


def stratum_sizes(strata: IntArray) -> StratumSizes:
    """Count the groups of each stratum.

    Parameters
    ----------
    strata : ndarray of int, shape (G,)
        Codes of the strata.

    Returns
    -------
    StratumSizes
    """
    codes = np.unique(strata, return_inverse=True)[1].ravel()
    return StratumSizes(codes, np.bincount(codes)[codes])


def strata_of_groups(groups: IntArray, strata: IntArray) -> IntArray:
    """Stratum of each group.

    Parameters
    ----------
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.
    strata : ndarray of int, shape (n,)
        Code of each unit's stratum, one for all units of a group.

    Returns
    -------
    ndarray of int, shape (G,)
    """
    return np.asarray(strata[np.unique(groups, return_index=True)[1]])


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
    drawn = stratum_sizes(strata[first])
    sums = np.bincount(position, scores, minlength=len(codes))
    mean = drawn.means(np.asarray(sums, np.float64)[:, None])[:, 0]
    centred: FloatArray = scores - (mean / size)[position]
    return centred * drawn.scale[position]
