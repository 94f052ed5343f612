"""What a later wave changes in a sample: units known from before, and controls that are controls no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError, DataError

EXCLUDE, KEEP = "exclude", "keep"
CONTAMINATION_COLUMNS = (
    "sample",
    "wave",
    "handling",
    "n_treated",
    "n_not_yet",
    "n_controls",
    "n_contaminated",
    "n_unknown",
    "groups_controls",
    "groups_left",
)
# Reason, rows excluded, rows before.
ExcludedUnits = tuple[str, int, int]


@dataclass(frozen=True)
class Adoption:
    """Arms of a wave after a look at when treatment began.

    Attributes
    ----------
    kept : ndarray of bool, shape (n,)
        Rows that stay in the sample.
    excluded : list of (str, int, int)
        Reason, rows excluded, rows before.
    counts : DataFrame
        `CONTAMINATION_COLUMNS`, one row a wave.
    rows : dict of str to ndarray of bool, shape (n,)
        Rows that each reason excludes.
    """

    kept: NDArray[np.bool_]
    excluded: list[ExcludedUnits]
    counts: pd.DataFrame
    rows: Mapping[str, NDArray[np.bool_]]


def with_baseline(
    table: pd.DataFrame,
    baseline: pd.DataFrame,
    *,
    variables: Sequence[str],
    covariates: Sequence[str],
    fixed: Sequence[str],
    sample: str,
    named: str,
) -> tuple[pd.DataFrame, list[ExcludedUnits]]:
    """Give units what was asked of them before.

    Parameters
    ----------
    table : DataFrame
        Rows of the later wave, with ``id``.
    baseline : DataFrame
        Units of the earlier sample, one row an ``id``.
    variables : sequence of str
        Variables to take from the baseline where `table` has no value of them at all.
    covariates : sequence of str
        Those that are measured before treatment: taken from the baseline, if it asked them, whatever the
        later wave found, for treatment may have changed that.
    fixed : sequence of str
        Variables that must not differ where both have them.
    sample, named : str
        Names of the two samples, for messages.

    Returns
    -------
    table : DataFrame
        Rows of units that the baseline knows.
    excluded : list of (str, int, int)
        New units, counted.

    Raises
    ------
    DataError
        A unit changes what is fixed between the samples, or no unit is in both.
    ConfigError
        The baseline has several rows a unit.
    """
    if baseline["id"].duplicated().any():
        problem = f"the sample '{named}' has several rows a unit, so it cannot be a baseline."
        raise ConfigError(problem, key=f"samples.{sample}.baseline")
    known = table["id"].isin(baseline["id"])
    _refuse_strangers(table, baseline["id"], known, sample, named)
    excluded = _counted([(f"new unit: not in the sample '{named}'", ~known)], len(table))
    kept = table[known].reset_index(drop=True)
    before = baseline.set_index("id").loc[kept["id"]].reset_index()
    for name in fixed:
        if name in kept and name in before:
            _refuse_change(kept, before[name], name, sample, named)
    taken = {
        name: before[name].to_numpy()
        for name in variables
        if name in before
        and before[name].notna().any()
        and (name in covariates or name not in kept or kept[name].isna().all())
    }
    return kept.assign(**taken), excluded


def _refuse_strangers(
    table: pd.DataFrame, ids: pd.Series, known: pd.Series, sample: str, named: str
) -> None:
    """Refuse a sample that has no unit of its baseline."""
    if len(table) and len(ids) and not known.any():
        raise DataError(
            f"none of its {table['id'].nunique():,} units is among the {ids.nunique():,} of the sample "
            f"'{named}': the identifiers of the two never meet.",
            within=f"sample {sample}",
            column="id",
            units=table["id"].unique().tolist(),
            hint="Write the identifiers of the files in one way, by `spellings` or a table of `recodes`.",
        )


def restricted(
    table: pd.DataFrame, ids: pd.Series, named: str
) -> tuple[pd.DataFrame, list[ExcludedUnits]]:
    """Keep the rows of units that another sample has too; the others are counted.

    Parameters
    ----------
    table : DataFrame
        With ``id``.
    ids : Series of str
        Units of the other sample.
    named : str
        Its name.
    """
    known = table["id"].isin(ids)
    excluded = _counted([(f"not in the sample '{named}'", ~known)], len(table))
    return table[known].reset_index(drop=True), excluded


def carried_over(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Give each row of a unit what is fixed and was asked in another wave only.

    Parameters
    ----------
    table : DataFrame
        ``id`` and the variables, one row a unit and wave.
    names : sequence of str
        Variables that no unit changes (see `refuse_changes`).
    """
    known = {name: table.groupby("id")[name].transform("first") for name in names}
    return table.assign(**{name: table[name].fillna(known[name]) for name in names})


def refuse_changes(table: pd.DataFrame, names: Mapping[str, str], sample: str) -> None:
    """Refuse units whose fixed variables differ between their rows.

    Parameters
    ----------
    table : DataFrame
        ``id`` and the variables, one row a unit and wave.
    names : mapping of str to str
        Variable to what it is called in the message (``the group``, ``the arm`` ...).
    sample : str

    Raises
    ------
    DataError
        Names the units.
    """
    for name, word in names.items():
        pairs = table[["id", name]].dropna().drop_duplicates()
        changed = sorted(pairs.loc[pairs["id"].duplicated(), "id"].unique())
        if changed:
            raise DataError(
                f"{word} of a unit changes between waves.",
                within=f"sample {sample}",
                column=name,
                units=changed,
            )


def adoption(
    table: pd.DataFrame, *, arm: str, first_treated: str, handling: str | None, sample: str
) -> Adoption:
    """Compare each unit's arm with when its treatment began.

    Parameters
    ----------
    table : DataFrame
        ``id``, ``group``, ``wave``, the arm (0/1) and the year in which treatment began (0: never).
    arm, first_treated : str
        Names of the two.
    handling : {"exclude", "keep"}, optional
        What is done with controls whose treatment had begun by the wave.
    sample : str

    Returns
    -------
    Adoption
        In a sample of one wave, beneficiaries whose treatment had not begun are excluded whatever
        `handling` is; in one of several waves those rows are the baseline. Controls of which it is not
        known are excluded, unless contaminated ones are kept.

    Raises
    ------
    DataError
        Contaminated controls and no `handling`; a beneficiary who is never treated; a wave or year that
        is no number.
    """
    waves = _years(table, sample)
    begun = table[first_treated].to_numpy(float)
    treated, control = table[arm].to_numpy(float) == 1, table[arm].to_numpy(float) == 0
    never = treated & (begun == 0)
    if never.any():
        problem = f"the arm is 1, and treatment never began according to '{first_treated}'."
        units = table.loc[never, "id"].tolist()
        raise DataError(problem, within=f"sample {sample}", column=arm, units=units)
    contaminated = control & (begun > 0) & (begun <= waves)
    if contaminated.any() and handling is None:
        raise DataError(
            f"treatment of {int(contaminated.sum()):,} of {int(control.sum()):,} controls had begun by their "
            "wave: they are no controls.",
            within=f"sample {sample}",
            column=first_treated,
            hint=f"Say under samples.{sample}.contaminated what to do: exclude them, or keep them to show "
            "what a naive comparison finds.",
        )
    early, unknown = treated & (begun > waves), control & np.isnan(begun)
    reasons = [("beneficiary whose treatment had not begun by the wave", early)]
    reasons = reasons if len(set(table["wave"])) == 1 else []
    if handling != KEEP:
        reasons += [
            ("control whose treatment had begun by the wave", contaminated),
            ("control of which it is not known when treatment began", unknown),
        ]
    kept = ~np.logical_or.reduce([np.zeros(len(table), dtype=bool), *(hit for _, hit in reasons)])
    frame = table.assign(
        treated=treated, early=early, control=control, contaminated=contaminated, unknown=unknown
    )
    return Adoption(
        kept,
        _counted(reasons, len(table)),
        _counts(frame, handling or "", sample),
        {reason: hit for reason, hit in reasons if hit.any()},
    )


def _years(table: pd.DataFrame, sample: str) -> NDArray[np.float64]:
    problem = "needs waves that are years (or numbers) to be compared with when treatment began."
    key = f"samples.{sample}.first_treated"
    if "wave" not in table:
        raise ConfigError(problem, key=key)
    try:
        return np.asarray(table["wave"].astype(float), dtype=np.float64)
    except ValueError:
        raise ConfigError(problem, key=key) from None


def _counts(frame: pd.DataFrame, handling: str, sample: str) -> pd.DataFrame:
    rows = []
    waves = frame.assign(year=frame["wave"].astype(float))
    for _, part in waves.groupby("year", sort=True):
        controls, left = part[part["control"]], part[part["control"] & ~part["contaminated"]]
        left = left[~left["unknown"]]
        rows.append(
            {
                "sample": sample,
                "wave": str(part["wave"].iloc[0]),
                "handling": handling,
                "n_treated": int(part["treated"].sum()),
                "n_not_yet": int(part["early"].sum()),
                "n_controls": len(controls),
                "n_contaminated": int(part["contaminated"].sum()),
                "n_unknown": int(part["unknown"].sum()),
                "groups_controls": controls["group"].nunique(),
                "groups_left": left["group"].nunique(),
            }
        )
    return pd.DataFrame(rows, columns=list(CONTAMINATION_COLUMNS))


def _counted(reasons: Sequence[tuple[str, Any]], before: int) -> list[ExcludedUnits]:
    """Return the reasons that hit a row, with what they hit and what there was before each."""
    excluded: list[ExcludedUnits] = []
    for reason, hit in reasons:
        count = int(np.asarray(hit).sum())
        if count:
            excluded.append((reason, count, before))
            before -= count
    return excluded


def _refuse_change(
    kept: pd.DataFrame, before: pd.Series, name: str, sample: str, named: str
) -> None:
    now, then = kept[name], before.set_axis(kept.index)
    differs = now.notna() & then.notna() & (now != then)
    if differs.any():
        raise DataError(
            f"a unit has another value here than in the sample '{named}'.",
            within=f"sample {sample}",
            column=name,
            units=kept.loc[differs, "id"].tolist(),
        )
