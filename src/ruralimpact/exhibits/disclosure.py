"""What exhibits say of suppressed cells; the rules are `ruralimpact.contracts.suppression`."""

from ruralimpact.contracts.complements import FEWEST_GROUPS, FEWEST_UNITS

__all__ = ["FEWEST_GROUPS", "FEWEST_UNITS", "NOTE", "NOTHING_LEFT"]

NOTE = (
    f"[s] = suppressed: fewer than {FEWEST_UNITS} units in an arm or fewer than "
    f"{FEWEST_GROUPS} groups, or from it with others such a cell could be told, as from means of nearly the "
    "same units."
)
NOTHING_LEFT = "Suppressed: every comparison has too few units or groups to be shown."
