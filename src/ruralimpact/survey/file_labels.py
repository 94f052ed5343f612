"""What statistical files say of their own columns: the words of the question, the labels of the codes."""

from pathlib import Path
from typing import Any


def file_labels(path: str | Path) -> dict[str, dict[str, Any]]:
    """Read the labels of a Stata or SPSS file.

    Parameters
    ----------
    path : path

    Returns
    -------
    dict of str to dict
        By raw column: ``label`` and ``values`` (code, as text, to its label), where there are any.
        Empty for files of other types.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in (".dta", ".sav"):
        return {}
    import pyreadstat

    read = pyreadstat.read_dta if suffix == ".dta" else pyreadstat.read_sav
    _, about = read(path, metadataonly=True)
    words = {name: word for name, word in about.column_names_to_labels.items() if word}
    values = about.variable_value_labels
    return {
        name: {
            **({"label": words[name]} if name in words else {}),
            **({"values": _texts(values[name])} if name in values else {}),
        }
        for name in about.column_names
        if name in words or name in values
    }


def _texts(labels: dict[Any, str]) -> dict[str, str]:
    return {
        str(int(code)) if isinstance(code, float) and code.is_integer() else str(code): label
        for code, label in labels.items()
    }
