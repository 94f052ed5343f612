"""What a simulation is made of: draws by number, and the table of all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

Row = dict[str, Any]
Draw = Callable[[int], Sequence[Row]]


@dataclass(frozen=True)
class Simulation:
    """A simulation.

    Attributes
    ----------
    prepare : callable
        Makes what all draws share, and returns the function from the number of a draw, from 0, to its rows.
    summarise : callable
        From the rows of all draws, in their order, to the table, rounded as it is written.
    draws : int
        Draws of the table in docs/methods.
    seed : int
        Seed of all draws or, if `by_number`, of draw 0, from which on each has the next.
    by_number : bool
    dated : bool
        Seeds and date stand in a `.json` beside the table, for the page that shows it.
    """

    prepare: Callable[[], Draw]
    summarise: Callable[[pd.DataFrame], pd.DataFrame]
    draws: int
    seed: int
    by_number: bool = False
    dated: bool = False
