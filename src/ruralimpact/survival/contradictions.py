"""What is said of units although their ends leave no room for it."""

import pandas as pd

from ruralimpact.description.contradictions import Contradiction
from ruralimpact.schema.survival import Survival
from ruralimpact.survival.records import answered


def reasons_without_end(asked: Survival, present: pd.DataFrame) -> list[Contradiction]:
    """Return the reasons that are given for the end of what lasts: they are not counted.

    Parameters
    ----------
    asked : Survival
    present : DataFrame
        Units that answered.
    """
    lasting = present[asked.ending].isna().to_numpy()
    return [
        Contradiction(
            name,
            (present[name] == 1).to_numpy(bool),
            lasting,
            "a reason is given for an end, and it has not ended",
            about=name,
        )
        for name in asked.reasons
    ]


def ends_of_absent(asked: Survival, records: pd.DataFrame) -> list[Contradiction]:
    """Return the ends that are known of units which were not found: bounds count them as ended.

    Parameters
    ----------
    asked : Survival
    records : DataFrame
        Units that are placed in time, found or not.
    """
    if asked.answered is None:
        return []
    return [
        Contradiction(
            asked.ending,
            records[asked.ending].notna().to_numpy(),
            ~answered(asked, records).to_numpy(bool),
            f"it was not found ('{asked.answered}' is 0), and its end is known; bounds count it as ended",
        )
    ]
