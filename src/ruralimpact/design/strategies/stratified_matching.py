"""What the ways to match have in common: exact strata and a bias adjustment."""

from collections.abc import Iterator
from typing import ClassVar

from ruralimpact.design.strategies.base import Strategy
from ruralimpact.design.strategies.options import BiasAdjust, Exact, adjustment_in_words


class StratifiedMatching(Strategy):
    """Treated units are compared with some of the controls, if asked within exact strata."""

    exact: Exact = ()
    bias_adjust: BiasAdjust = True

    within_strata: ClassVar[bool] = True

    @property
    def strata(self) -> tuple[str, ...]:
        """Variables on which treated units and their controls agree."""
        return self.exact

    def _in_words(self) -> Iterator[str]:
        yield from super()._in_words()
        if self.bias_adjust is True:
            yield adjustment_in_words(True)

    @property
    def bias_adjustment(self) -> bool | tuple[str, ...]:
        """Whether remaining covariate differences are adjusted for, or which."""
        return self.bias_adjust
