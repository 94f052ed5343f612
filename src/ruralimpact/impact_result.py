"""What `estimate_impact` returns: an estimate with everything behind it, and differences of two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from ruralimpact.inference.clustered import Inference, t_inference
from ruralimpact.inference.contrasts import DifferenceTest, difference_test
from ruralimpact.inference.delta import PercentImpact


@dataclass(frozen=True)
class ImpactEstimate:
    """An impact estimate with everything behind it. Subtract two of them to test that they differ.

    Attributes
    ----------
    estimate : float
        In the outcome's unit.
    std_error : float
        Clustered by group; without replacement by matched set and by group.
    std_errors : mapping of str to float
        Standard errors by kind: ``"group"`` is `std_error`; the others are what other software prints, each
        computed when it is read.
    df : float
        Degrees of freedom of the t intervals: clusters less one.
    estimand : str
        ``"ATT"``, ``"ATC"``, ``"ATE"`` or ``"ATO"``, with ", supported" when units had no match.
    scores : Series, by group
        Influence scores summed by group; the square root of ``G / (G - 1)`` times their sum of squares is
        the group-clustered standard error.
    balance : DataFrame
        Covariate balance before and after.
    matches : DataFrame
        Matched pairs with their shares; empty for weighting strategies.
    weights : Series, by the data's index
    treated_mean, control_mean : float
    n_treated, n_control, n_groups : int
    dropped : dict of str to int
        Units left out, by reason.
    notes : tuple of str
    """

    estimate: float
    std_error: float
    std_errors: Mapping[str, float] = field(repr=False)
    df: float
    estimand: str
    scores: "pd.Series[float]"
    balance: pd.DataFrame = field(repr=False)
    matches: pd.DataFrame = field(repr=False)
    weights: "pd.Series[float]" = field(repr=False)
    treated_mean: float
    control_mean: float
    n_treated: int
    n_control: int
    n_groups: int
    dropped: dict[str, int]
    notes: tuple[str, ...]
    label: str
    _percents: dict[str, PercentImpact] = field(repr=False)

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
            Coverage.

        Returns
        -------
        low, high : float
        """
        result = t_inference(self.estimate, self.std_error, self.df, level)
        return result.conf_low, result.conf_high

    def percent(
        self, base: Literal["counterfactual", "control"] = "counterfactual"
    ) -> PercentImpact:
        """Effect as a percent of a base, with a delta-method interval.

        Parameters
        ----------
        base : {"counterfactual", "control"}
            The treated mean less the effect, or the mean of the matched controls.

        Returns
        -------
        PercentImpact
            With the reason where the percent is refused.
        """
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
                "n_groups": [self.n_groups],
            }
        )

    def __sub__(self, other: "ImpactEstimate") -> "ImpactDifference":
        first, second = self.scores.align(other.scores, join="outer")
        return ImpactDifference(self.estimate, other.estimate, first, second)

    def __str__(self) -> str:
        low, high = self.conf_int()
        lines = [
            f"{self.estimand} by {self.label}",
            f"  estimate    {self.estimate:>14,.4f}",
            f"  std. error  {self.std_error:>14,.4f}   ({self.n_groups:,} groups)",
            f"  95% interval {low:>13,.4f} to {high:,.4f}   p = {self.p_value:.4f}",
            f"  treated {self.n_treated:,}, controls {self.n_control:,}",
        ]
        percent = self.percent()
        if percent.refused:
            lines.append(f"  no percent: {percent.refused}")
        else:
            lines.append(f"  {percent.percent:.1f} percent of the counterfactual")
        unbalanced = int((~self.balance.query("stage == 'after'")["balanced"]).sum())
        if unbalanced:
            lines.append(f"  balance fails on {unbalanced} covariates")
        lines += [f"  left out: {count:,} ({reason})" for reason, count in self.dropped.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


@dataclass(frozen=True)
class ImpactDifference:
    """One impact estimate minus another.

    Attributes
    ----------
    first, second : float
    first_scores, second_scores : Series, by group
        On the union of the groups; missing where a group is in one comparison only.
    """

    first: float
    second: float
    first_scores: "pd.Series[float]"
    second_scores: "pd.Series[float]"

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
        return difference_test(
            self.first,
            self.second,
            self.first_scores.to_numpy().astype(np.float64),
            self.second_scores.to_numpy().astype(np.float64),
        )
