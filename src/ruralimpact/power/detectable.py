"""Smallest effect that a wave of given size is likely to find."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from ruralimpact.errors import DesignError

Design = Literal["cross_section", "ancova", "difference"]
DESIGNS: tuple[Design, ...] = ("cross_section", "ancova", "difference")


@dataclass(frozen=True)
class Variance:
    """Variance of an outcome within arms, after whatever is adjusted for.

    Attributes
    ----------
    group, unit : float
        Between groups and between units of a group, in squared units of the outcome.
    group_autocorrelation, unit_autocorrelation : float
        Correlation of the groups' and of the units' own parts between baseline and follow-up.
    """

    group: float
    unit: float
    group_autocorrelation: float = 0.0
    unit_autocorrelation: float = 0.0

    def __post_init__(self) -> None:
        if not (self.group >= 0 and self.unit > 0):
            raise DesignError(
                f"Variance between groups must be at least 0 and within groups above 0, not "
                f"{self.group:g} and {self.unit:g}."
            )
        for value in (self.group_autocorrelation, self.unit_autocorrelation):
            if not -1 <= value <= 1:
                raise DesignError(f"An autocorrelation is between -1 and 1, not {value:g}.")


@dataclass(frozen=True)
class Sampling:
    """Groups and units of a wave.

    Attributes
    ----------
    n_clusters : int
        Of both arms together.
    group_size : float
        Units interviewed a group, on average, before attrition.
    size_cv : float
        Coefficient of variation of group sizes, of groups' sums of sampling weights where there are any.
    attrition : float
        Share of units not found again.
    treated_share : float
        Share of groups that are treated.
    weight_cv : float
        Coefficient of variation of the units' sampling weights.
    """

    n_clusters: int
    group_size: float
    size_cv: float = 0.0
    attrition: float = 0.0
    treated_share: float = 0.5
    weight_cv: float = 0.0

    def __post_init__(self) -> None:
        if self.n_clusters < 4:
            raise DesignError(f"At least 4 groups are needed, two an arm, not {self.n_clusters}.")
        if self.group_size * (1 - self.attrition) < 1 or not 0 <= self.attrition < 1:
            raise DesignError(
                f"Less than one unit a group is left: size {self.group_size:g}, attrition "
                f"{self.attrition:g}."
            )
        if min(self.size_cv, self.weight_cv) < 0 or not 0 < self.treated_share < 1:
            raise DesignError(
                "Group sizes and weights vary by at least 0 and the treated are a share above 0 and below 1."
            )


_ROUNDING = 1e-12


def standard_error(variance: Variance, sampling: Sampling, design: Design) -> float:
    """Return the standard error of the effect of a treatment given to whole groups.

    Parameters
    ----------
    variance : Variance
    sampling : Sampling
    design : {"cross_section", "ancova", "difference"}
        Follow-up only; follow-up adjusted for the baseline of the outcome; change since the
        baseline.

    Returns
    -------
    float
        In units of the outcome.

    Raises
    ------
    DesignError
        An unknown design, or a baseline that leaves no variance.

    Notes
    -----
    A group adds ``v = group (1 + cv^2) + unit / m`` to the variance of its arm's mean, m the units
    left after attrition: ``sd^2 deff / m`` with the design effect ``1 + ((1 + cv^2) m - 1) icc`` of
    Eldridge, Ashby & Kerry (2006). Sampling weights w multiply the second part by ``1 + cv_w^2`` (Kish
    1965), and cv is then that of the groups' sums of weights. With r the correlation of group means
    between the waves the variance is multiplied by ``2 (1 - r)`` in differences and ``1 - r^2`` with the
    baseline as covariate (McKenzie 2012; for groups Teerenstra et al. 2012).
    """
    size = sampling.group_size * (1 - sampling.attrition)
    between = variance.group * (1 + sampling.size_cv**2)
    within = variance.unit * (1 + sampling.weight_cv**2) / size
    shared = between * variance.group_autocorrelation + within * variance.unit_autocorrelation
    r = shared / (between + within)
    factors = {"cross_section": 1.0, "ancova": 1 - r**2, "difference": 2 * (1 - r)}
    if design not in factors:
        raise DesignError(f"Unknown design '{design}'; known: {', '.join(DESIGNS)}.")
    share = sampling.treated_share
    if not factors[design] > _ROUNDING:
        raise DesignError("the baseline determines the outcome, so that no error can be estimated.")
    arms = 1 / (sampling.n_clusters * share) + 1 / (sampling.n_clusters * (1 - share))
    return float(np.sqrt((between + within) * factors[design] * arms))


def minimum_detectable_effect(
    variance: Variance,
    sampling: Sampling,
    design: Design = "cross_section",
    *,
    power: float = 0.8,
    level: float = 0.05,
) -> float:
    """Return the effect that a two-sided test finds with the wanted probability.

    Parameters
    ----------
    variance, sampling, design
        See `standard_error`.
    power : float
    level : float
        Of significance.

    Returns
    -------
    float
        In units of the outcome.

    Notes
    -----
    ``(t_{1-level/2} + t_power) standard error``, both of G - 2 degrees of freedom (Bloom 1995;
    Duflo, Glennerster & Kremer 2007, section 4.2).
    """
    if not (0 < level < 1 and 0.5 <= power < 1):
        raise DesignError(
            f"Power is at least 0.5 and below 1, the level between 0 and 1; not {power:g}, {level:g}."
        )
    df = sampling.n_clusters - 2
    multiplier = stdtrit(df, 1 - level / 2) + stdtrit(df, power)
    return float(multiplier * standard_error(variance, sampling, design))
