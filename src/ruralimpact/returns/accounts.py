"""Accounts of a cash register: what is invested and earned by whom, as recorded or in a scenario."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.description.levels import level_texts
from ruralimpact.errors import DataError
from ruralimpact.returns.cash_flow import NO_INVESTMENT, InternalRate, delayed, internal_rate
from ruralimpact.returns.register import CashRegister
from ruralimpact.schema.rate_of_return import Account, RateOfReturn, Scenario
from ruralimpact.suggestions import near, nearest

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class AccountFlows:
    """Flows of n units in one account, years 0 to T.

    Attributes
    ----------
    investment, benefits, costs : ndarray, shape (n, T + 1)
        In money of the account.
    """

    investment: FloatArray
    benefits: FloatArray
    costs: FloatArray

    @property
    def operating(self) -> FloatArray:
        """Benefits less costs, shape (n, T + 1)."""
        return self.benefits - self.costs

    @property
    def net(self) -> FloatArray:
        """Benefits less costs and investment, shape (n, T + 1)."""
        return self.benefits - self.costs - self.investment

    def rates(self) -> list[InternalRate]:
        """Internal rate of return of each unit; none of a unit of which the account counts no investment."""
        return [
            internal_rate(net) if invested.any() else InternalRate(np.nan, 0, NO_INVESTMENT)
            for net, invested in zip(self.net, self.investment, strict=True)
        ]


def account_flows(
    account: Account,
    lines: Mapping[str, FloatArray],
    factors: Mapping[str, FloatArray | float] | None = None,
    *,
    delay: int = 0,
) -> AccountFlows:
    """Add up the lines of an account.

    Parameters
    ----------
    account : Account
    lines : mapping of str to ndarray, shape (n, T + 1)
        See `CashRegister.lines`.
    factors : mapping of str to float or ndarray of shape (n,), optional
        What each line is multiplied by, 1 where nothing is said.
    delay : int
        Years by which benefits and costs come later.

    Returns
    -------
    AccountFlows
    """
    first = next(iter(lines.values()))

    def total(names: tuple[str, ...]) -> FloatArray:
        summed = np.zeros_like(first)
        for name in names:
            factor = np.broadcast_to(np.asarray((factors or {}).get(name, 1.0)), len(first))
            summed += float(account.conversion.get(name, 1)) * factor[:, None] * lines[name]
        return summed

    benefits, costs = (delayed(total(names), delay) for names in (account.benefits, account.costs))
    return AccountFlows(total(account.investment), benefits, costs)


def scenario_factors(
    analysis: RateOfReturn, scenario: Scenario, register: CashRegister
) -> dict[str, FloatArray]:
    """What a scenario multiplies each line by.

    Returns
    -------
    dict of str to ndarray, shape (n,)

    Raises
    ------
    DataError
        A value of the scenario is no unit's and nearly that of some; or none of them is any unit's.
    """
    earned = [name for account in analysis.accounts for name in (*account.benefits, *account.costs)]
    factor = np.full(len(register.units), float(scenario.factor))
    if scenario.by is not None:
        own = {str(level): float(value) for level, value in scenario.factors.items()}
        levels = level_texts(register.units[scenario.by])
        _refuse_unknown(analysis, scenario, levels.dropna().unique())
        factor = levels.map(own).fillna(factor[0]).to_numpy(float)
    return dict.fromkeys(scenario.lines or earned, factor)


def affected_units(scenario: Scenario, register: CashRegister) -> NDArray[np.bool_]:
    """Whether a scenario changes the lines of each unit, shape (n,): all, where it goes by no variable."""
    if scenario.by is None:
        return np.ones(len(register.units), dtype=bool)
    values = level_texts(register.units[scenario.by])
    return np.asarray(values.isin([str(value) for value in scenario.factors]))


def _refuse_unknown(analysis: RateOfReturn, scenario: Scenario, values: Iterable[str]) -> None:
    known, named = sorted(values), [str(value) for value in scenario.factors]
    unknown = [name for name in named if name not in known]
    for name in unknown:
        hint = near(name, known) or (nearest(name, known) if unknown == named else "")
        if hint:
            problem = f"the scenario '{scenario.name}' names '{name}', which no unit has. {hint}"
            raise DataError(problem, within=f"analysis {analysis.name}", column=scenario.by)
