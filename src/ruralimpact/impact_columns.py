"""The columns that `estimate_impact` is told to use, and the part that each of them plays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralimpact.design.strategies import Strategy
from ruralimpact.errors import ConfigError

RENAMED = "Rename the columns first: data.rename(columns=str)."
"""What to do about columns whose names are numbers."""


@dataclass(frozen=True)
class Columns:
    """Which columns play which part.

    Attributes
    ----------
    outcome, treatment : str
    covariates : tuple of str, or str
        Columns, or a formula.
    outcome_covariates, exact : tuple of str
        Those of the strategy.
    group : str or None
    weight, strata : str or None
        Sampling weight, and the stratum that groups were drawn from.
    """

    outcome: str
    treatment: str
    covariates: tuple[str, ...] | str
    outcome_covariates: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    group: str | None = None
    weight: str | None = None
    strata: str | None = None

    def parts(self) -> Iterator[tuple[str, str]]:
        """Every column with the part that it plays, apart from outcome and treatment."""
        listed = () if isinstance(self.covariates, str) else self.covariates
        yield from (("covariates", name) for name in listed)
        yield from (("outcome_covariates", name) for name in self.outcome_covariates)
        yield from (("exact", name) for name in self.exact)
        for part in ("group", "weight", "strata"):
            if getattr(self, part) is not None:
                yield part, getattr(self, part)


def columns_asked(
    strategy: Strategy,
    outcome: object,
    treatment: object,
    covariates: object,
    *,
    group: object,
    weight: object,
    strata: object,
) -> Columns:
    """Read the arguments that name columns.

    Parameters
    ----------
    strategy : Strategy
    outcome, treatment, covariates : object
    group, weight, strata : object
        None where they are not named.

    Returns
    -------
    Columns

    Raises
    ------
    ConfigError
        See `column_named` and `covariates_named`.
    """
    optional = {"group": group, "weight": weight, "strata": strata}
    return Columns(
        column_named(outcome, "outcome"),
        column_named(treatment, "treatment"),
        covariates_named(covariates),
        strategy.outcome_regressors,
        strategy.strata,
        **{
            key: None if name is None else column_named(name, key) for key, name in optional.items()
        },
    )


def column_named(name: object, key: str) -> str:
    """Read an argument that names a column.

    Parameters
    ----------
    name : object
    key : str
        The argument.

    Returns
    -------
    str

    Raises
    ------
    ConfigError
        It is no text.
    """
    if not isinstance(name, str):
        hint = f" Names are text. {RENAMED}" if isinstance(name, int | float | tuple) else ""
        raise ConfigError(f"{name!r} is no name of a column.{hint}", key=key)
    return name


def covariates_named(covariates: object) -> tuple[str, ...] | str:
    """Read the argument ``covariates``.

    Parameters
    ----------
    covariates : object

    Returns
    -------
    tuple of str, or str
        Columns, or a formula.

    Raises
    ------
    ConfigError
        It is neither, or names a column twice.
    """
    if isinstance(covariates, str):
        return covariates
    if not isinstance(covariates, Sequence | pd.Index | np.ndarray):
        raise ConfigError(
            f"name columns in a list, or give a formula; {kind_in_words(covariates)} is neither.",
            key="covariates",
        )
    names = tuple(column_named(name, "covariates") for name in covariates)
    refuse_repeated(names, "covariates")
    return names


def refuse_repeated(names: Sequence[str], key: str) -> None:
    """Refuse a list that names a column twice.

    Parameters
    ----------
    names : sequence of str
    key : str
        The argument.

    Raises
    ------
    ConfigError
    """
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ConfigError(f"'{repeated[0]}' is named twice.", key=key)


def refuse_part(columns: Columns, key: str, name: str) -> None:
    """Refuse the outcome or the treatment in another part.

    Parameters
    ----------
    columns : Columns
    key : str
        The part, for the message.
    name : str
        The column.

    Raises
    ------
    ConfigError
    """
    for part in ("outcome", "treatment"):
        if name == getattr(columns, part):
            raise ConfigError(f"'{name}' is the {part}.", key=key)


def kind_in_words(value: object) -> str:
    """Return what an argument is, for messages."""
    return "None" if value is None else f"a value of the type {type(value).__name__}"
