"""Answers of every alliance of the register."""

import numpy as np
import pandas as pd

from rural_alliances.parameter import stream
from rural_alliances.workshops.calibration import OTHER, AnswerChances, Chances


def draw_answers(register: pd.DataFrame, chances: AnswerChances, seed: int) -> pd.DataFrame:
    """Draw the answers.

    Parameters
    ----------
    register : DataFrame
        ``alliance`` and ``region``.
    chances : AnswerChances
    seed : int

    Returns
    -------
    DataFrame, one row an alliance
        ``alliance``; 0 or 1 for each facility, service, perceived impact, ``changed`` (the buyer) and, of
        those that changed, reasons; ``age`` and ``membership`` in words.
    """
    rng = stream(seed, "answers")
    count, region = len(register), register["region"]
    table = pd.DataFrame({"alliance": register["alliance"]})
    for group in (chances.facilities, chances.services, chances.perceived):
        for name, share in group.items():
            table[name] = (rng.random(count) < share).astype(int)
    table["age"] = _one_of(chances.age, region, rng)
    table["membership"] = _one_of(chances.membership, region, rng)
    changing = region.map(chances.changed).fillna(chances.changed[OTHER]).to_numpy(float)
    changed = rng.random(count) < changing
    table["changed"] = changed.astype(int)
    for name, share in chances.reasons.items():
        given = (rng.random(count) < share).astype(int)
        table[name] = np.where(changed, given.astype(str), "")
    return table


def _one_of(
    shares: dict[str, Chances], region: "pd.Series[str]", rng: np.random.Generator
) -> list[str]:
    """Draw one word for each alliance, by the shares of its region."""
    drawn = []
    for name, uniform in zip(region, rng.random(len(region)), strict=True):
        own = shares.get(name, shares[OTHER])
        limits = np.cumsum(list(own.values())) / sum(own.values())
        drawn.append(list(own)[int(np.searchsorted(limits, uniform))])
    return drawn
