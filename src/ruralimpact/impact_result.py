"""What `estimate_impact` returns: an estimate with everything behind it, and differences of two."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from ruralimpact.errors import ConfigError
from ruralimpact.inference.bias_reduced_scores import CorrectedScores, among
from ruralimpact.inference.clustered import Inference, t_inference
from ruralimpact.inference.contrasts import DifferenceTest, difference_test
from ruralimpact.inference.delta import PercentImpact
from ruralimpact.inference.leverage import FEW_EFFECTIVE, decimals
from ruralimpact.suggestions import nearest

_LEAST_PRINTED = 0.001


@dataclass(frozen=True, eq=False)
class ImpactEstimate:
    """An impact estimate with everything behind it. Subtract two of them to test that they differ.

    Attributes
    ----------
    estimate : float
        In the outcome's unit.
    std_error : float
        Clustered by group and bias-reduced by the groups' shares; without replacement by matched set and by
        group.
    std_errors : mapping of str to float
        Standard errors by kind: ``"cr2"`` is `std_error`, ``"group"`` the same without bias reduction; the
        others are what other software prints, each computed when it is read.
    df : float
        Satterthwaite's degrees of freedom of the t intervals.
    estimand : str
        ``"ATT"``, ``"ATC"``, ``"ATE"`` or ``"ATO"``, with ", supported" when units had no match.
    scores : Series, by group
        Influence scores summed by group; by the data's index where each unit is a group by itself.
    balance : DataFrame
        Covariate balance before and after.
    weights : Series, by the data's index
    treated_mean, control_mean : float
    n_treated, n_control, n_clusters : int
    groups, effective_groups : dict of str to float
        ``"treated"`` and ``"control"``: groups of the arm with a weight, and how many groups of equal weight
        they amount to.
    noun : str
        What standard errors cluster on: ``"groups"``, or ``"units"`` where each is a group by itself.
    group : str or None
        Column that standard errors cluster on; None where each unit is a group by itself.
    dropped : dict of str to int
        Units excluded, by reason.
    notes : tuple of str
    """

    estimate: float
    std_error: float
    std_errors: Mapping[str, float] = field(repr=False)
    df: float
    estimand: str
    scores: "pd.Series[float]"
    balance: pd.DataFrame = field(repr=False)
    weights: "pd.Series[float]" = field(repr=False)
    treated_mean: float
    control_mean: float
    n_treated: int
    n_control: int
    n_clusters: int
    groups: dict[str, float]
    effective_groups: dict[str, float]
    noun: str
    group: str | None
    dropped: dict[str, int]
    notes: tuple[str, ...]
    label: str
    _pairs: Callable[[], pd.DataFrame] = field(repr=False)
    _percents: dict[str, PercentImpact] = field(repr=False)
    _corrected: CorrectedScores = field(repr=False)

    @cached_property
    def matches(self) -> pd.DataFrame:
        """Matched pairs with their shares, listed when they are asked for; empty for weighting strategies."""
        return self._pairs()

    @property
    def inference(self) -> Inference:
        """Statistic, p-value and 95 percent interval."""
        return t_inference(self.estimate, self.std_error, self.df)

    @property
    def p_value(self) -> float:
        """Two-sided p-value of no effect."""
        return self.inference.p_value

    def conf_int(self, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval.

        Parameters
        ----------
        level : float
            Coverage, between 0 and 1.

        Returns
        -------
        low, high : float

        Raises
        ------
        ConfigError
            The level is none.
        """
        if not isinstance(level, int | float | np.number) or not 0 < level < 1:
            raise ConfigError(f"{level!r} does not lie between 0 and 1.", key="level")
        interval = t_inference(self.estimate, self.std_error, self.df, level)
        return interval.conf_low, interval.conf_high

    def percent(
        self, base: Literal["counterfactual", "control"] = "counterfactual"
    ) -> PercentImpact:
        """Effect as a percent of a base, with Fieller's interval.

        Parameters
        ----------
        base : {"counterfactual", "control"}
            The treated mean less the effect, or the mean of the matched controls.

        Returns
        -------
        PercentImpact
            With the reason where the percent is refused.

        Raises
        ------
        ConfigError
            An unknown base.
        """
        if base not in self._percents:
            hint = nearest(str(base), self._percents)
            raise ConfigError(f"unknown base '{base}'. {hint}", key="base")
        return self._percents[base]

    def to_frame(self) -> pd.DataFrame:
        """One row with the estimate and what goes beside it."""
        low, high = self.conf_int()
        percent = self.percent()
        return pd.DataFrame(
            {
                "estimand": [self.estimand],
                "strategy": [self.label],
                "estimate": [self.estimate],
                "std_error": [self.std_error],
                "p_value": [self.p_value],
                "conf_low": [low],
                "conf_high": [high],
                "treated_mean": [self.treated_mean],
                "control_mean": [self.control_mean],
                "percent": [percent.percent],
                "percent_low": [percent.conf_low],
                "percent_high": [percent.conf_high],
                "n_treated": [self.n_treated],
                "n_control": [self.n_control],
                "n_clusters": [self.n_clusters],
                **{f"effective_{arm}_groups": [n] for arm, n in self.effective_groups.items()},
                "df": [self.df],
                "notes": ["; ".join(self.notes)],
            }
        )

    def __sub__(self, other: "ImpactEstimate") -> "ImpactDifference":
        if not isinstance(other, ImpactEstimate):
            return NotImplemented
        if self.group != other.group:
            own, theirs = (
                f"'{estimate.group}'" if estimate.group else "units" for estimate in (self, other)
            )
            raise ConfigError(
                f"one estimate clusters on {own}, the other on {theirs}, so that what they share is not "
                "known; name the same group for both.",
                key="group",
            )
        groups = self.scores.index.union(other.scores.index)
        first, second = (
            among(own._corrected, np.asarray(groups.get_indexer(own.scores.index)), len(groups))
            for own in (self, other)
        )
        notes = tuple(
            f"{estimate.label}: {note}" for estimate in (self, other) for note in estimate.notes
        )
        return ImpactDifference(self.estimate, other.estimate, first, second, notes)

    def __str__(self) -> str:
        low, high = self.conf_int()
        lines = [
            f"{self.estimand} by {self.label}",
            f"  estimate    {self._amount(self.estimate):>14}",
            f"  std. error  {self._amount(self.std_error):>14}   ({self._behind_error()})",
            f"  95% interval {self._amount(low):>13} to {self._amount(high)}   p {_p_in_words(self.p_value)}",
            f"  treated {self.n_treated:,}, controls {self.n_control:,}",
        ]
        if self.effective_groups:
            lines.append(f"  {self._groups_in_words()}")
        percent = self.percent()
        if percent.refused:
            lines.append(f"  no percent: {percent.refused}")
        else:
            lines.append(f"  {percent.percent:.1f} percent of the counterfactual")
        unbalanced = int((~self.balance.query("stage == 'after'")["balanced"]).sum())
        if unbalanced:
            lines.append(f"  balance fails on {unbalanced} covariates")
        lines += [f"  excluded: {count:,} ({reason})" for reason, count in self.dropped.items()]
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)

    def _amount(self, value: float) -> str:
        """Four decimals, or four digits where those would print the standard error as next to nothing."""
        if np.isnan(value):
            return "none"
        return f"{value:.4g}" if 0 < self.std_error < _LEAST_PRINTED else f"{value:,.4f}"

    def _behind_error(self) -> str:
        groups = f"{self.n_clusters:,} {self.noun}"
        return groups if np.isnan(self.df) else f"{groups}, {self.df:.1f} degrees of freedom"

    def _groups_in_words(self) -> str:
        arms = [
            f"{effective:.{decimals(effective)}f} effective {arm} {self.noun} of {self.groups[arm]:,.0f}"
            for arm, effective in self.effective_groups.items()
        ]
        few = min(self.effective_groups.values()) < FEW_EFFECTIVE
        return "; ".join(arms) + (f"  (few: fewer than {FEW_EFFECTIVE} in an arm)" if few else "")

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def _p_in_words(p_value: float) -> str:
    if np.isnan(p_value):
        return "= none"
    return "< 0.0001" if p_value < 0.0001 else f"= {p_value:.4f}"


@dataclass(frozen=True)
class ImpactDifference:
    """One impact estimate minus another.

    Attributes
    ----------
    first, second : float
    first_scores, second_scores : CorrectedScores
        On the union of the groups; 0 where a group is in one comparison only.
    notes : tuple of str
        Those of both estimates, each behind the strategy that it is of.
    """

    first: float
    second: float
    first_scores: CorrectedScores
    second_scores: CorrectedScores
    notes: tuple[str, ...] = ()

    @property
    def estimate(self) -> float:
        """The difference."""
        return self.first - self.second

    def test(self) -> DifferenceTest:
        """Test that the two estimates are equal, allowing for what they share.

        Returns
        -------
        DifferenceTest
        """
        return difference_test(self.first, self.second, self.first_scores, self.second_scores)
