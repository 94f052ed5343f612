"""What exhibits say of suppressed cells; the rules are `ruralimpact.contracts.suppression`."""

from ruralimpact.contracts.complements import FEWEST_GROUPS, FEWEST_UNITS
from ruralimpact.language import marked

__all__ = ["FEWEST_GROUPS", "FEWEST_UNITS", "NOTE", "NOTHING_LEFT"]

NOTE = marked(
    "[s] = suppressed: fewer than {fewest_units} units in an arm or fewer than "
    "{fewest_groups} groups, or from it with others such a cell could be told, "
    "as from means of nearly the same units.",
    fewest_units=FEWEST_UNITS,
    fewest_groups=FEWEST_GROUPS,
)
NOTHING_LEFT = marked("Suppressed: every comparison has too few units or groups to be shown.")
