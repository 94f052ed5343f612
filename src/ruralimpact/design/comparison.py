"""The units that one analysis compares: who is in, with which covariates and strata."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.flow import Flow
from ruralimpact.design.methods import exact_of
from ruralimpact.design.propensity import refuse_empty_arm, refuse_single_group
from ruralimpact.design.sampling import check_weights, of_mean_one, strata_codes
from ruralimpact.errors import NoComparisonError
from ruralimpact.schema.analysis import AnyAnalysis

IntArray = NDArray[np.int64]
Analysis = TypeVar("Analysis", bound=AnyAnalysis)

# Columns of the units table where a sample declares weights and strata.
WEIGHT, STRATUM = "sampling_weight", "sampling_stratum"
NO_CELL = "a variable of the exact strata is missing"
NO_WEIGHT = "a sampling weight of zero"


@dataclass(frozen=True)
class Comparison:
    """Units of one analysis with a known treatment and complete covariates.

    Attributes
    ----------
    name : str
        The analysis.
    units : DataFrame, n rows
        Sorted by ``unit_id``, so that row order in the files changes nothing.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix
        Dummies without the base level, for models and metrics.
    levels : CovariateMatrix
        Dummies for every level, for balance.
    excluded : tuple of (str, int, int)
        Reason, rows excluded, rows before.
    flow : Flow
        The same by arm, of units whose arm is known.
    sampling : ndarray, shape (n,), optional
        Sampling weights, of mean 1, where the sample has any.
    sampling_strata : ndarray of int, shape (n,), optional
        Codes of the strata that groups were drawn from, where the sample declares them.
    """

    name: str
    units: pd.DataFrame
    treatment: NDArray[np.int8]
    covariates: CovariateMatrix
    levels: CovariateMatrix
    excluded: tuple[tuple[str, int, int], ...]
    flow: Flow
    sampling: NDArray[np.float64] | None = None
    sampling_strata: IntArray | None = None

    def strata(self, exact: Sequence[str]) -> IntArray | None:
        """Codes of the cells of `exact`; None where it is empty.

        Parameters
        ----------
        exact : sequence of str
            Columns of `units`.

        Returns
        -------
        ndarray of int, shape (n,), or None
            A unit of which one of the columns is not known is a cell of its own, with a negative code: it
            is compared with nobody.
        """
        if not exact:
            return None
        names = list(dict.fromkeys(exact))
        strata = self.units.groupby(names, sort=True, dropna=False).ngroup()
        codes, unknown = strata.to_numpy().astype(np.int64), self.lacking(exact)
        codes[unknown] = -1 - np.arange(unknown.sum())
        return codes

    def lacking(self, columns: Sequence[str]) -> NDArray[np.bool_]:
        """Units of which one of some columns is not known, shape (n,)."""
        return self.units[list(columns)].isna().any(axis=1).to_numpy()

    def matrix(self, columns: Sequence[str]) -> CovariateMatrix:
        """Numbers of some columns of `units`; `covariates` where none are named.

        Parameters
        ----------
        columns : sequence of str

        Returns
        -------
        CovariateMatrix, n rows
        """
        if not columns:
            return self.covariates
        named = {name: self.units[name].to_numpy() for name in columns}
        return covariate_matrix(named, where=self.name)


@dataclass(frozen=True)
class Incomparable:
    """An analysis that lacks an arm, or has one of a single group: nothing can be compared in it.

    Attributes
    ----------
    name : str
        The analysis.
    reason : str
    excluded, flow
        See `Comparison`.
    """

    name: str
    reason: str
    excluded: tuple[tuple[str, int, int], ...]
    flow: Flow


def build_comparison(analysis: AnyAnalysis, units: pd.DataFrame) -> Comparison:
    """Select the units of an analysis as `select_comparison`, and refuse one that lacks an arm.

    Parameters
    ----------
    analysis : Analysis
        With a treatment.
    units : DataFrame
        A sample's units.

    Returns
    -------
    Comparison

    Raises
    ------
    NoComparisonError
        An arm is empty or of a single group.
    DataError, DesignError
        See `select_comparison`.
    """
    return with_both_arms(select_comparison(analysis, units))


def with_both_arms(comparison: Comparison | Incomparable) -> Comparison:
    """Return a comparison, and refuse one that lacks an arm.

    Parameters
    ----------
    comparison : Comparison or Incomparable

    Raises
    ------
    NoComparisonError
    """
    if isinstance(comparison, Incomparable):
        raise NoComparisonError(f"{comparison.name}: {comparison.reason}")
    return comparison


def comparable(
    analyses: Iterable[Analysis], units: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[Analysis, Comparison]]:
    """Yield the analyses that have both arms, with their units; why the others have none, estimates say.

    Parameters
    ----------
    analyses : iterable of Analysis
    units : mapping of str to DataFrame
        By sample.
    """
    for analysis in analyses:
        comparison = select_comparison(analysis, units[analysis.sample])
        if isinstance(comparison, Comparison):
            yield analysis, comparison


def refuse_nothing_compared(reasons: Mapping[str, str], analyses: int) -> None:
    """Refuse a study of which no analysis has both arms.

    Parameters
    ----------
    reasons : mapping of str to str
        Analyses that lack an arm, each with the reason.
    analyses : int
        Number of all that compare units.

    Raises
    ------
    NoComparisonError
        Of the first analysis.
    """
    if reasons and len(reasons) == analyses:
        name, reason = next(iter(reasons.items()))
        raise NoComparisonError(f"{name}: {reason}")


def select_comparison(analysis: AnyAnalysis, units: pd.DataFrame) -> Comparison | Incomparable:
    """Select the units of an analysis and make numbers of their covariates.

    Parameters
    ----------
    analysis : Analysis
        With a treatment.
    units : DataFrame
        A sample's units.

    Returns
    -------
    Comparison or Incomparable

    Raises
    ------
    DesignError
        A covariate is infinite.
    DataError
        A sampling weight is missing or negative, all those of an arm are zero, or a group is in two strata.
    """
    exact, covariates = exact_of(analysis), list(analysis.covariates)
    kept = units.sort_values("unit_id", ignore_index=True)
    excluded: list[tuple[str, int, int]] = []
    flow = Flow.of(_arm(analysis, kept))
    needed: list[tuple[str, list[str]]] = [
        (f"no value of the treatment '{analysis.treatment}'", [str(analysis.treatment)]),
        *((f"the covariate '{name}' is missing", [name]) for name in covariates),
        (NO_CELL, exact),
    ]
    for reason, columns in needed:
        complete = kept[columns].notna().all(axis=1)
        if not complete.all():
            excluded.append((reason, int((~complete).sum()), len(kept)))
            flow = flow.without("comparison", reason, ~complete.to_numpy(), _arm(analysis, kept))
            kept = kept[complete].reset_index(drop=True)
    sampling = _sampling(analysis, kept)
    if sampling is not None and not sampling.all():
        excluded.append((NO_WEIGHT, int((sampling == 0).sum()), len(kept)))
        flow = flow.without("comparison", NO_WEIGHT, sampling == 0, _arm(analysis, kept))
        kept = kept[sampling > 0].reset_index(drop=True)
        sampling = sampling[sampling > 0]
    treatment = kept[analysis.treatment].to_numpy(np.int8)
    try:
        refuse_empty_arm(treatment, why=flow.why_empty() or _why_blank(analysis, units))
        refuse_single_group(treatment, kept["group"].to_numpy(object))
    except NoComparisonError as problem:
        return Incomparable(analysis.name, str(problem), tuple(excluded), flow)
    columns_of = {name: kept[name].to_numpy() for name in covariates}
    levels = covariate_matrix(columns_of, every_level=True, where=analysis.name)
    return Comparison(
        analysis.name,
        kept,
        treatment,
        levels.without_base(),
        levels,
        tuple(excluded),
        flow,
        None if sampling is None else of_mean_one(sampling),
        _strata(analysis, kept),
    )


def _why_blank(analysis: AnyAnalysis, units: pd.DataFrame) -> str:
    """Say how many units have no value of the treatment, which may be those of the arm that nobody is in."""
    blank = int(units[analysis.treatment].isna().sum())
    if not blank:
        return ""
    return (
        f" {blank:,} of {len(units):,} units have no value of '{analysis.treatment}': if a blank means no, "
        "say so by the edit `fill_blank`, or by the label `(blank)=0` in the codebook."
    )


def _arm(analysis: AnyAnalysis, units: pd.DataFrame) -> NDArray[np.float64]:
    return units[analysis.treatment].to_numpy(float, na_value=np.nan)


def _sampling(analysis: AnyAnalysis, units: pd.DataFrame) -> NDArray[np.float64] | None:
    if WEIGHT not in units:
        return None
    weights = units[WEIGHT].to_numpy(float)
    check_weights(
        weights,
        units[analysis.treatment].to_numpy(float),
        units["unit_id"].tolist(),
        column=WEIGHT,
        within=f"sample {analysis.sample}",
    )
    return weights


def _strata(analysis: AnyAnalysis, units: pd.DataFrame) -> IntArray | None:
    if STRATUM not in units:
        return None
    strata, groups = (units[name].to_numpy(object) for name in (STRATUM, "group"))
    rows, within = units["unit_id"].tolist(), f"sample {analysis.sample}"
    return strata_codes(strata, groups, rows, column=STRATUM, within=within)
