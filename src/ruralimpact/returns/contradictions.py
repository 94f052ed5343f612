"""What cash flows say against themselves, and is used all the same."""

from collections.abc import Iterator

import numpy as np

from ruralimpact.description.contradictions import Contradiction
from ruralimpact.returns.accounts import AccountFlows
from ruralimpact.returns.cash_flow import STARTS_WITH_GAIN
from ruralimpact.returns.register import CashRegister
from ruralimpact.schema.rate_of_return import Account, RateOfReturn


def gains_first(account: Account, flows: AccountFlows) -> Contradiction:
    """Return the units whose flows begin with a gain, though what earns it is paid first.

    Parameters
    ----------
    account : Account
    flows : AccountFlows
    """
    first = (flows.net != 0).argmax(axis=1)[:, None]
    begun = np.take_along_axis(flows.net, first, axis=1)[:, 0]
    return Contradiction(
        account.investment[0],
        begun > 0,
        np.asarray(flows.investment.any(axis=1)),
        f"account '{account.name}': {STARTS_WITH_GAIN}, so there is no rate of its own; "
        "the rate of all units counts it",
    )


def earned_by_nobody(analysis: RateOfReturn, register: CashRegister) -> Iterator[Contradiction]:
    """Yield the units that earn and have no families.

    Parameters
    ----------
    analysis : RateOfReturn
    register : CashRegister
    """
    if analysis.members is None:
        return
    benefits = {line for account in analysis.accounts for line in account.benefits}
    earns = np.any([register.lines[line].any(axis=1) for line in sorted(benefits)], axis=0)
    yield Contradiction(
        analysis.members,
        (register.units["members"] <= 0).to_numpy(bool),
        np.asarray(earns),
        f"'{analysis.members}' is 0, and it earns; revenue a family counts what it earns",
    )
