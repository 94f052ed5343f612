"""Disclosure control of tables on the quality of raw data; rules as in `suppression`."""

from typing import TYPE_CHECKING

from ruralimpact.contracts.blanking import blanked, flagged, rests_on_few
from ruralimpact.contracts.complements import FEWEST_UNITS, CellSize, is_small, with_complements
from ruralimpact.contracts.rare_levels import is_one_or_two

if TYPE_CHECKING:
    import pandas as pd

    from ruralimpact.contracts.table import Tables


def variable_quality(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank what is about too few rows or groups, and gaps of an arm with too few rows.

    So are numbers of values that would be about too few (a share of gaps is one of rows that have none), and
    shares that are one or two rows, with that of the other arm, which the total would tell them by. Exhibits
    print small counts of values that are far from others, or may mean "missing", coarsely.
    """
    shares = ("missing", "missing_treated", "missing_control", "missing_p_value")
    numbers = ("p5", "median", "p95", "ending_in_0_or_5", "between_interviewers")
    counts = frame[["n_far", "far_groups", "n_suspected"]].astype(float)
    small = rests_on_few(frame["n_rows"], frame["n_clusters"])
    thin = frame["n_rows"] * (1 - frame["missing"]) < FEWEST_UNITS - 0.5
    arms = frame[["n_treated", "n_control"]].min(axis=1) < FEWEST_UNITS
    shown = flagged(frame.assign(**counts), small, (*shares, *numbers, *counts))
    shown = blanked(shown, arms, ("missing_treated", "missing_control", "missing_p_value"))
    shown = blanked(shown, thin, (*numbers, *counts))
    in_all = _is_of_one_or_two(frame["missing"], frame["n_rows"])
    by_arm = in_all | _is_of_one_or_two(frame["missing_treated"], frame["n_treated"])
    by_arm |= _is_of_one_or_two(frame["missing_control"], frame["n_control"])
    shown = blanked(shown, in_all, ("missing",))
    shown = blanked(shown, by_arm, ("missing_treated", "missing_control", "missing_p_value"))
    return shown.assign(suspected_codes=shown["suspected_codes"].mask(small | thin, ""))


def _is_of_one_or_two(share: "pd.Series[float]", rows: "pd.Series[int]") -> "pd.Series[bool]":
    """Whether a share, or what it leaves of all, is one row or two."""
    return is_one_or_two((share * rows + 0.5) // 1, rows.astype(float))


def interview_quality(frame: "pd.DataFrame", _: "Tables") -> "pd.DataFrame":
    """Blank what is about too few interviews, and of the interviewer that these could be told from."""
    small = rests_on_few(frame["n_rows"], frame["n_clusters"])
    told = small.copy()
    for __, own in frame[frame["interviewer"] > 0].groupby(["source", "wave"]):
        cells = [
            CellSize((float(rows),), float(groups))
            for rows, groups in own[["n_rows", "n_clusters"]].to_numpy()
        ]
        hidden = with_complements(cells, list(small[own.index]))
        told |= frame.index.isin(own.index[hidden])
    counts = frame[["n_alike", "n_lengths"]].astype(float)
    shown = flagged(frame.assign(**counts), told, ("missing", "minutes", "short", *counts))
    thin = shown["n_lengths"].map(is_small)
    return blanked(shown, thin, ("minutes", "short"))
