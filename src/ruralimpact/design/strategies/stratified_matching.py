"""What the ways to match have in common: exact strata and a bias adjustment."""

from typing import ClassVar

from ruralimpact.design.strategies.base import Strategy
from ruralimpact.design.strategies.options import BiasAdjust, Exact


class StratifiedMatching(Strategy):
    """Treated units are compared with some of the controls, if asked within exact strata."""

    exact: Exact = ()
    bias_adjust: BiasAdjust = False

    within_strata: ClassVar[bool] = True

    @property
    def strata(self) -> tuple[str, ...]:
        """Variables on which treated units and their controls agree."""
        return self.exact

    @property
    def bias_adjustment(self) -> bool | tuple[str, ...]:
        """Whether remaining covariate differences are adjusted for, or which."""
        return self.bias_adjust
