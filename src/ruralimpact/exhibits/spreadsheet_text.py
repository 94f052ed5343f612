"""Text that spreadsheet programs would take for a formula."""

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet program may run a text: it begins with ``=``, ``+``, ``-`` or ``@``."""
    return text.lstrip(" \u00a0").startswith(_BEGINNINGS)


def neutralised(text: str) -> str:
    """Return a text for a CSV file: with an apostrophe before what would be run as a formula."""
    return f"'{text}" if is_formula(text) else text
