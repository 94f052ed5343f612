"""What rules of suppression share: which rows rest on too few, and cells without their numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ruralimpact.contracts.complements import FEWEST_GROUPS, FEWEST_UNITS

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = (
    *("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"),
    *("treated_mean", "control_mean", "counterfactual_mean"),
    *("percent", "percent_low", "percent_high"),
    *("percent_control", "percent_control_low", "percent_control_high", "ess"),
    *("treated_groups", "effective_treated_groups", "control_groups", "effective_control_groups"),
)


def rests_on_few(units: "pd.Series[int]", groups: "pd.Series[int]") -> "pd.Series[bool]":
    """Tell which rows rest on too few units or groups."""
    return (units < FEWEST_UNITS) | (groups < FEWEST_GROUPS)


def blanked(
    frame: "pd.DataFrame", small: "pd.Series[bool]", numbers: Sequence[str]
) -> "pd.DataFrame":
    """Return a copy in which the numbers of small rows are missing."""
    published = frame.copy()
    published.loc[small.astype(bool), [name for name in numbers if name in frame]] = float("nan")
    return published


def flagged(
    frame: "pd.DataFrame", small: "pd.Series[bool]", numbers: Sequence[str]
) -> "pd.DataFrame":
    """Blank small rows and say so in the column ``suppressed``."""
    return blanked(frame, small, numbers).assign(suppressed=small.astype(bool))
