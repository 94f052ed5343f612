"""Group scores of estimates as they are stored, with the groups' weights, and back.

Beside the scores of an estimate, column ``<spec_id>``, stand for each arm a the groups' shares of the arm's
weight, ``<spec_id>::share_<a>``, and the effective number of units behind each, ``<spec_id>::size_<a>``;
where groups were drawn within strata, the code of the group's own, ``<spec_id>::stratum``. Standard error and
degrees of freedom are made of these alone. Arm 0 are controls, 1 the treated. Where an
estimator has no weights by arm (panel regressions) there are no such columns: its scores are stored as
bias-reduced, the sum of their squares being the variance.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.inference.bias_reduced_scores import CorrectedScores, among, corrected_scores
from ruralimpact.inference.clustered import Clustering, group_sums
from ruralimpact.inference.leverage import Leverage

FloatArray = NDArray[np.float64]

SHARE, SIZE, STRATUM = "share", "size", "stratum"
# A triple difference has four.
_MOST_ARMS = 4


def score_columns(
    name: str, scores: FloatArray, clustering: Clustering, labels: list[str]
) -> dict[str, "pd.Series[float]"]:
    """Columns of the contract ``scores`` for one estimate.

    Parameters
    ----------
    name : str
        The estimate's spec_id, or what distinguishes a part of it.
    scores : ndarray, shape (n,)
    clustering : Clustering
        Of the same units.
    labels : list of str, length G
        Names of the groups, by code.

    Returns
    -------
    dict of str to Series
        Indexed by group.
    """
    leverage = clustering.leverage
    if leverage is None:
        columns = {name: clustering.corrected(scores).sums}
    else:
        columns = {name: group_sums(scores, clustering.groups)}
        for arm in range(leverage.shares.shape[1]):
            columns[f"{name}::{SHARE}_{arm}"] = leverage.shares[:, arm]
            columns[f"{name}::{SIZE}_{arm}"] = leverage.sizes[:, arm]
        if leverage.strata is not None:
            columns[f"{name}::{STRATUM}"] = leverage.strata.astype(np.float64)
    return {column: pd.Series(values, index=labels) for column, values in columns.items()}


def stored_scores(scores: pd.DataFrame, name: str, df: float = np.nan) -> CorrectedScores:
    """Corrected group scores of a stored estimate.

    Parameters
    ----------
    scores : DataFrame
        Contract ``scores``.
    name : str
    df : float
        Degrees of freedom of the estimate, for scores that are stored as bias-reduced.

    Returns
    -------
    CorrectedScores
        Groups in the order of the table; 0 where a group is not in the comparison.
    """
    arms = sum(f"{name}::{SHARE}_{arm}" in scores for arm in range(_MOST_ARMS))
    if not arms:
        return CorrectedScores(scores[name].fillna(0.0).to_numpy(float), None, df)
    drawn = scores[f"{name}::{STRATUM}"].notna() if f"{name}::{STRATUM}" in scores else None
    inside = scores if drawn is None else scores[drawn]
    shares, sizes = (
        inside[[f"{name}::{kind}_{arm}" for arm in range(arms)]].fillna(0.0).to_numpy(float)
        for kind in (SHARE, SIZE)
    )
    strata = None if drawn is None else inside[f"{name}::{STRATUM}"].to_numpy(np.int64)
    sums = inside[name].fillna(0.0).to_numpy(float)
    corrected = corrected_scores(sums, Leverage(shares, sizes, strata))
    return corrected if drawn is None else among(corrected, np.flatnonzero(drawn), len(scores))
