"""Values that a study declares, and cells that are one of them but for the way of writing."""

from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.survey.similar import written_in_two_ways

_FORMS_SHOWN = 5


def refuse_near_declared(
    cells: pd.Series,
    declared: Iterable[str],
    *,
    where: str,
    file: str | Path,
    column: str,
    hint: str = "If they mean the same, list each form there, or write them in one way by a table of "
    "`recodes`; if not, list the column under `as_written` of the source.",
) -> None:
    """Refuse cells that are none of the values declared, but for the way of writing.

    Half of the refusals in small letters would pass for interviews.

    Parameters
    ----------
    cells : Series of str
        In the form that they are compared in, indexed by row of the file; the empty string is passed over.
    declared : iterable of str
        In the same form.
    where : str
        Where they are declared, for the message.
    file : path
    column : str
    hint : str
        What to do about it.

    Raises
    ------
    DataError
        Lists the forms, and names the rows that have them.
    """
    wanted = set(declared)
    forms = other_forms(map(str, cells.dropna().unique()), wanted)
    if not forms:
        return
    alike = next(names for names in written_in_two_ways([*wanted, forms[0]]) if forms[0] in names)
    like = next(name for name in alike if name in wanted)
    shown = ", ".join(f"'{form}'" for form in forms[:_FORMS_SHOWN])
    more = f" and {len(forms) - _FORMS_SHOWN:,} more" if len(forms) > _FORMS_SHOWN else ""
    differ = "differs" if len(forms) == 1 else "differ"
    raise DataError(
        f"{shown}{more} {differ} from '{like}', which is declared under {where}, only in case, "
        "spaces, accents, punctuation, leading zeros, '.0' or encoding.",
        file=file,
        column=column,
        rows=cells.index[cells.isin(forms)].tolist(),
        hint=hint,
    )


def other_forms(names: Iterable[str], wanted: Collection[str]) -> list[str]:
    """Return the names that are none of those wanted, but for the way of writing."""
    among = set(wanted) - {""}
    others = set(names) - among - {""}
    return sorted(
        name
        for alike in written_in_two_ways([*among, *others])
        if not among.isdisjoint(alike)
        for name in alike
        if name in others
    )
