"""Covariates as numbers: dummies with a named base, and the checks a propensity model needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.design import column_values
from ruralimpact.design.row_order import stable_order
from ruralimpact.errors import ConfigError, DesignError

FloatArray = NDArray[np.float64]

# Squares of sums of such numbers are still numbers, and none of them rounds to zero.
LARGEST, SMALLEST = 1e100, 1e-100
# A text with as many levels as this, and one for every other unit, tells units apart instead of kinds.
_MANY_LEVELS = 20
# Least eigenvalue of a correlation matrix from which on its rounding errors cannot matter.
_CLEARLY_INDEPENDENT = 1e-6


@dataclass(frozen=True)
class Ascending:
    """Units in ascending order of a column.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Positions of the units, those with equal values in the order of rows.
    last : ndarray of bool, shape (n,)
        Along `order`, the last unit of each value.
    """

    order: NDArray[np.int64]
    last: NDArray[np.bool_]


def _ascending(column: FloatArray, *, binary: bool) -> Ascending:
    column = np.ascontiguousarray(column)
    if binary:
        order = np.concatenate([np.flatnonzero(column == value) for value in (0, 1)])
    else:
        order = stable_order(column)
    return Ascending(order, np.append(np.diff(column[order]) != 0, True))


@dataclass(frozen=True)
class CovariateMatrix:
    """Covariates of n units, without a constant.

    Attributes
    ----------
    values : ndarray, shape (n, p)
    names : tuple of str, length p
        Column names; dummies as ``"name[level]"``.
    binary : ndarray of bool, shape (p,)
        Columns with the values 0 and 1 only.
    base_levels : dict of str to str
        The omitted level of each categorical covariate.
    """

    values: FloatArray
    names: tuple[str, ...]
    binary: NDArray[np.bool_]
    base_levels: dict[str, str]

    @cached_property
    def ascending(self) -> tuple[Ascending, ...]:
        """The units in ascending order of each column; found once for all that ask."""
        return tuple(
            _ascending(column, binary=bool(two))
            for column, two in zip(self.values.T, self.binary, strict=True)
        )

    def without_base(self) -> "CovariateMatrix":
        """The matrix without the base level of each categorical covariate, where it has all of them."""
        base = {f"{name}[{level}]" for name, level in self.base_levels.items()}
        if not base:
            return self
        keep = [j for j, name in enumerate(self.names) if name not in base]
        return CovariateMatrix(
            np.take(self.values, keep, axis=1),
            tuple(self.names[j] for j in keep),
            self.binary[keep],
            self.base_levels,
        )

    def select(self, names: Sequence[str]) -> "CovariateMatrix":
        """Keep the columns of some covariates (with all their levels); all of them for no names.

        Parameters
        ----------
        names : sequence of str
            Covariates, without levels.

        Returns
        -------
        CovariateMatrix

        Raises
        ------
        ConfigError
            There is no such covariate.
        """
        known = {name.split("[")[0] for name in self.names}
        for name in names:
            if name not in known:
                raise ConfigError(
                    f"'{name}' is no covariate of the comparison; those are {', '.join(sorted(known))}."
                )
        keep = [j for j, name in enumerate(self.names) if not names or name.split("[")[0] in names]
        return self._columns(keep)

    def adjustment(self, chosen: bool | Sequence[str]) -> "CovariateMatrix | None":
        """Covariates of a bias adjustment: all of them for True, some, or None without one.

        Parameters
        ----------
        chosen : bool or sequence of str
            As `select`.
        """
        if chosen is False:
            return None
        return self.select(() if chosen is True else chosen)

    def none(self) -> "CovariateMatrix":
        """The same units without covariates."""
        return self._columns([])

    def rows(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> "CovariateMatrix":
        """The same covariates of some units."""
        return CovariateMatrix(self.values[keep], self.names, self.binary, self.base_levels)

    def beside(self, other: "CovariateMatrix") -> "CovariateMatrix":
        """These covariates and others of the same units."""
        return CovariateMatrix(
            np.column_stack([self.values, other.values]),
            self.names + other.names,
            np.concatenate([self.binary, other.binary]),
            self.base_levels | other.base_levels,
        )

    def _columns(self, keep: list[int]) -> "CovariateMatrix":
        return CovariateMatrix(
            self.values[:, keep],
            tuple(self.names[j] for j in keep),
            self.binary[keep],
            self.base_levels,
        )


def covariate_matrix(
    columns: Mapping[str, ArrayLike],
    *,
    every_level: bool = False,
    rows: int | None = None,
    where: str | None = None,
) -> CovariateMatrix:
    """Turn named columns into a numeric matrix.

    Parameters
    ----------
    columns : mapping of str to array_like, each of shape (n,)
        Numeric or boolean columns stay as they are; columns of strings or of categories become dummies,
        levels in alphabetical order.
    every_level : bool
        Keep a dummy for every level (for balance tables) instead of omitting the first.
    rows : int, optional
        Number of units, needed where there may be no column.
    where : str, optional
        Name of the sample, for error messages.

    Returns
    -------
    CovariateMatrix

    Raises
    ------
    DesignError
        A value is missing or infinite, a column holds neither numbers nor text, its numbers are too large or
        too small to compute with, or its text has nearly as many levels as there are units.
    """
    blocks: list[FloatArray] = []
    names: list[str] = []
    base: dict[str, str] = {}
    for name, column in columns.items():
        try:
            if column_values.kind_of(column) == "numbers":
                blocks.append(column_values.numbers(column))
                names.append(name)
                continue
            codes, levels = column_values.levels(column)
        except ValueError as problem:
            raise DesignError(f"{_prefix(where)}covariate '{name}': {problem}") from None
        _refuse_many_levels(name, len(levels), len(codes), where)
        first = 0 if every_level else 1
        base[name] = levels[0]
        blocks += [(codes == j).astype(float) for j in range(first, len(levels))]
        names += [f"{name}[{level}]" for level in levels[first:]]
    matrix = np.column_stack(blocks) if blocks else np.empty((rows or 0, 0))
    _refuse_non_finite(matrix, names, where)
    _refuse_tiny(matrix, names, where)
    binary = np.all((matrix == 0) | (matrix == 1), axis=0)
    return CovariateMatrix(matrix, tuple(names), binary, base)


def _refuse_non_finite(matrix: FloatArray, names: Sequence[str], where: str | None) -> None:
    if (np.abs([matrix.min(axis=0, initial=0), matrix.max(axis=0, initial=0)]) <= LARGEST).all():
        return  # without a table of every value's answer
    bad = ~(np.abs(matrix) <= LARGEST)
    if bad.any():
        listed = ", ".join(
            f"'{name}' ({count:,})"
            for name, count in zip(names, bad.sum(axis=0), strict=True)
            if count
        )
        raise DesignError(
            f"{_prefix(where)}missing or infinite values, or such beyond {LARGEST:g}, in covariates: "
            f"{listed}."
        )


def _refuse_tiny(matrix: FloatArray, names: Sequence[str], where: str | None) -> None:
    size = np.maximum(matrix.max(axis=0, initial=0), -matrix.min(axis=0, initial=0))
    tiny = [f"'{name}'" for name, top in zip(names, size, strict=True) if 0 < top < SMALLEST]
    if tiny:
        raise DesignError(
            f"{_prefix(where)}no value of the covariates {', '.join(tiny)} is as large as {SMALLEST:g}; "
            "scale them."
        )


def _refuse_many_levels(name: str, levels: int, units: int, where: str | None) -> None:
    if levels > _MANY_LEVELS and 2 * levels > units:
        raise DesignError(
            f"{_prefix(where)}covariate '{name}' is text of {levels:,} different values among {units:,} "
            "units. Is it an identifier, or numbers that were read as text?"
        )


def _prefix(where: str | None) -> str:
    return f"{where}: " if where else ""


def refuse_single_level(levels: CovariateMatrix) -> None:
    """Refuse a categorical covariate that is the same for all units.

    Parameters
    ----------
    levels : CovariateMatrix
        With a dummy for every level.

    Raises
    ------
    DesignError
    """
    for name, base in levels.base_levels.items():
        if sum(column.startswith(f"{name}[") for column in levels.names) == 1:
            raise DesignError(f"constant covariate: '{name}' (always {base}). Leave it out.")


def refuse_degenerate(covariates: CovariateMatrix, *, where: str | None = None) -> None:
    """Refuse covariates that carry no information of their own.

    Parameters
    ----------
    covariates : CovariateMatrix
    where : str, optional
        Name of the sample, for error messages.

    Raises
    ------
    DesignError
        A column is constant, or is a linear combination of the columns before it.
    """
    values = covariates.values
    constant = np.ptp(values, axis=0) == 0
    if constant.any():
        listed = ", ".join(
            f"'{covariates.names[j]}' (always {values[0, j]:g})" for j in np.flatnonzero(constant)
        )
        raise DesignError(f"{_prefix(where)}constant covariate: {listed}. Leave it out.")
    dependent = _dependent_columns(values)
    if dependent:
        listed = ", ".join(f"'{covariates.names[j]}'" for j in dependent)
        raise DesignError(
            f"{_prefix(where)}collinear covariates: {listed} can be computed from the others. "
            "Leave one out."
        )


def _dependent_columns(values: FloatArray) -> list[int]:
    """Columns that the constant and the earlier columns span (Gram-Schmidt on scaled columns)."""
    if not values.shape[1]:
        return []
    centred = values - values.mean(axis=0)
    products = centred.T @ centred
    length = np.sqrt(np.diag(products))
    if np.linalg.eigvalsh(products / np.outer(length, length))[0] > _CLEARLY_INDEPENDENT:
        return []
    scaled = centred / length
    basis = np.empty((values.shape[0], 0))
    dependent: list[int] = []
    for j in range(values.shape[1]):
        rest = scaled[:, j] - basis @ (basis.T @ scaled[:, j])
        rest -= basis @ (basis.T @ rest)
        length = np.sqrt(rest @ rest)
        if length < 1e-8:
            dependent.append(j)
        else:
            basis = np.column_stack([basis, rest / length])
    return dependent
