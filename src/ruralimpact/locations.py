"""Where the files lie that come with the package and are no modules: rules, schemas, templates."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
# A wheel carries them inside the package; in a checkout they stand at its top.
_CARRIED = _PACKAGE / "_shipped"


def shipped(*parts: str) -> Path:
    """Return the path of a file or folder that comes with the package.

    Parameters
    ----------
    *parts : str
        Such as ``"workflow", "Snakefile"``.

    Returns
    -------
    path
        Absolute, whether the package is installed from a wheel or runs from a checkout.
    """
    root = _CARRIED if _CARRIED.is_dir() else _PACKAGE.parents[1]
    return root.joinpath(*parts)


def shipped_page(language: str, *parts: str) -> Path:
    """Return the path of a page of the documentation that comes with the package.

    Parameters
    ----------
    language : str
    *parts : str
        Such as ``"methods", "matching.md"``.

    Returns
    -------
    path
        The page in that language where it is translated, and in English elsewhere.
    """
    translated = shipped("docs", language, *parts)
    return translated if translated.exists() else shipped("docs", *parts)
