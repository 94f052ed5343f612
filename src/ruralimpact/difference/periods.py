"""One row a unit and wave, seen as units over waves: who was observed when, in which group and status."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError, DataError, SingleWaveError
from ruralimpact.schema.analysis import Analysis
from ruralimpact.schema.sample import Wave
from ruralimpact.schema.waves import in_order, refuse_unordered, wave_key

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
StrArray = NDArray[np.object_]


@dataclass(frozen=True)
class UnitWaves:
    """The rows of a sample by unit and wave.

    Attributes
    ----------
    analysis : str
        For messages.
    table : DataFrame
        ``id``, ``wave`` (as text), ``unit_id``, ``group`` and the variables of the units.
    ids : ndarray of str, shape (n,)
        Sorted.
    groups : ndarray of str, shape (n,)
    waves : tuple of str
        All waves of the sample in their order.
    """

    analysis: str
    table: pd.DataFrame
    ids: StrArray
    groups: StrArray
    waves: tuple[str, ...]
    places: tuple[IntArray, IntArray]

    def by_wave(self, name: str, waves: Sequence[str]) -> StrArray:
        """Values of a variable, shape (n, waves); missing where a unit was not observed."""
        values = np.full((len(self.ids), len(self.waves)), np.nan, dtype=object)
        values[self.places] = self.table[name].to_numpy(object)
        return values[:, [self.waves.index(wave) for wave in waves]]

    def first_known(self, name: str, waves: Sequence[str]) -> StrArray:
        """First value of a variable that is known, going through some waves, shape (n,)."""
        values = self.by_wave(name, waves)
        position = np.argmax(pd.notna(values), axis=1)
        return np.asarray(values[np.arange(len(values)), position], dtype=object)

    def observed(self, waves: Sequence[str]) -> NDArray[np.bool_]:
        """Whether each unit has a row in each wave, shape (n, waves)."""
        return np.asarray(pd.notna(self.by_wave("unit_id", waves)), dtype=bool)

    def indicator(self, name: str, waves: Sequence[str]) -> FloatArray:
        """Values of a 0/1 variable, shape (n, waves); NaN where it is missing.

        Raises
        ------
        DataError
            The variable has other values.
        """
        values = self.numbers(name, waves)
        other = np.isfinite(values) & (values != 0) & (values != 1)
        if other.any():
            ids = self.ids[other.any(axis=1)].tolist()
            raise DataError(
                "values other than 0 and 1.", within=self._within, column=name, units=ids
            )
        return values

    def numbers(self, name: str, waves: Sequence[str]) -> FloatArray:
        """Values of a numeric variable, shape (n, waves).

        Raises
        ------
        ConfigError
            The variable is a category, or not of the sample.
        """
        if name not in self.table:
            problem = f"the sample has no variable '{name}'."
            raise ConfigError(problem, key=f"analyses.{self.analysis}")
        if not pd.api.types.is_numeric_dtype(self.table[name]):
            problem = f"'{name}' is a category; make an indicator of it in `variables:`."
            raise ConfigError(problem, key=f"analyses.{self.analysis}")
        values = pd.DataFrame(self.by_wave(name, waves)).astype(float)
        return np.asarray(values.to_numpy(), dtype=np.float64)

    def constant(self, name: str, waves: Sequence[str], problem: str) -> FloatArray:
        """The one value of each unit, shape (n,); NaN where it is missing in every wave.

        Parameters
        ----------
        name : str
        waves : sequence of str
        problem : str
            Message where a unit has several values.

        Raises
        ------
        DataError
            A unit has several values.
        """
        values = pd.DataFrame(self.numbers(name, waves))
        low, high = values.min(axis=1).to_numpy(float), values.max(axis=1).to_numpy(float)
        changed = low < high
        if changed.any():
            raise DataError(
                problem, within=self._within, column=name, units=self.ids[changed].tolist()
            )
        return low

    def listed(self, waves: Sequence[Wave], key: str) -> tuple[str, ...]:
        """Waves that a key of the analysis lists, in their order.

        Raises
        ------
        ConfigError
            The data have no such wave.
        """
        named = [str(wave) for wave in waves]
        for wave in named:
            if wave not in self.waves:
                problem = f"the data have no wave {wave}. Known: {', '.join(self.waves)}."
                raise ConfigError(problem, key=f"analyses.{self.analysis}.{key}")
        return tuple(wave for wave in self.waves if wave in named)

    @property
    def _within(self) -> str:
        return f"analysis {self.analysis}"


def unit_waves(analysis: Analysis, units: pd.DataFrame, order: Sequence[str] = ()) -> UnitWaves:
    """Read a sample as units over waves.

    Parameters
    ----------
    analysis : Analysis
    units : DataFrame
        Contract ``units``, one row a unit and wave.
    order : sequence of str
        Waves from the first to the last, where the study declares them.

    Returns
    -------
    UnitWaves

    Raises
    ------
    DataError
        The sample has one wave only, a unit occurs twice in a wave, or changes its group.
    ConfigError
        The waves are words, and their order is not declared.
    """
    name = analysis.name
    if "wave" not in units or units["wave"].nunique() < 2:
        raise SingleWaveError(
            "the sample has a single wave, so there is no change to compare.",
            within=f"analysis {name}",
            hint="Give it sources of several waves, or compare levels ('matching').",
        )
    table = units.assign(wave=units["wave"].astype(str), id=units["id"].astype(str))
    twice = table.duplicated(["id", "wave"])
    if twice.any():
        raise DataError(
            "the same unit occurs twice in a wave.",
            within=f"analysis {name}",
            column="id",
            units=table.loc[twice, "unit_id"].tolist(),
        )
    pairs = table[["id", "group"]].drop_duplicates().sort_values("id", kind="stable")
    moved = pairs["id"].duplicated()
    if moved.any():
        raise DataError(
            "the group of a unit changes between waves.",
            within=f"analysis {name}",
            column="group",
            units=pairs.loc[moved, "id"].unique().tolist(),
        )
    refuse_unordered(table["wave"], order)
    waves = in_order(table["wave"], order)
    ids, groups = (pairs[key].astype(str).to_numpy(object) for key in ("id", "group"))
    places = (
        pd.Index(ids).get_indexer(table["id"]),
        pd.Index(waves).get_indexer(pd.Index(table["wave"])),
    )
    return UnitWaves(name, table, ids, groups, tuple(waves), places)


def wave_numbers(waves: Sequence[str]) -> FloatArray:
    """Waves as numbers in their order: their own where all are numbers, else 1, 2, 3 ...

    Parameters
    ----------
    waves : sequence of str

    Returns
    -------
    ndarray, shape (waves,)
    """
    if are_numbers(waves):
        return np.array([float(wave) for wave in waves])
    return np.arange(1.0, len(waves) + 1)


def are_numbers(waves: Sequence[str]) -> bool:
    """Whether every wave is a number, so that its place in time is known.

    Parameters
    ----------
    waves : sequence of str

    Returns
    -------
    bool
    """
    return all(wave_key(wave)[0] == 0 for wave in waves)


def nearest_first(waves: Sequence[str], base: str) -> list[str]:
    """Return the base, the waves before it from the last to the first, then those after it.

    Parameters
    ----------
    waves : sequence of str
        In order.
    base : str
        One of them.

    Returns
    -------
    list of str
    """
    position = list(waves).index(base)
    return [*reversed(waves[: position + 1]), *waves[position + 1 :]]
