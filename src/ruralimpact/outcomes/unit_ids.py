"""Names of units within waves."""

import pandas as pd


def in_waves(ids: pd.Series, waves: pd.Series) -> pd.Series:
    """Return ``identifier:wave`` of each row: no two pairs of identifier and wave have the same.

    Parameters
    ----------
    ids : Series of str, shape (n,)
        May hold colons, so the last one must be the one before the wave.
    waves : Series of int or str, shape (n,)
        None missing. Colons inside are written ``%3A``, and percent signs ``%25``.
    """
    words = waves.astype("str").str.replace("%", "%25").str.replace(":", "%3A")
    return pd.Series(ids + ":" + words)
