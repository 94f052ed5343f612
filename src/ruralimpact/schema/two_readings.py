"""Numbers of the configuration whose point may be for decimals or for thousands."""

import re

_THREE_BEHIND = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")


def two_readings(text: str) -> str | None:
    """Say how a number is written so that its point is for decimals, and so that it is for thousands.

    Parameters
    ----------
    text : str

    Returns
    -------
    str or None
        Such as ``2.5 or 2500`` of ``2.500``; None where the point can be for decimals alone.
    """
    if _THREE_BEHIND.fullmatch(text) is None:
        return None
    shortest = text.rstrip("0").rstrip(".")
    return f"{f'{text}0' if shortest == text else shortest} or {text.replace('.', '')}"
