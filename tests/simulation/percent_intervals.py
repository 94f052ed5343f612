"""Three intervals for percent impacts over many draws of the stand-in.

`percent_intervals.csv` has one row an outcome, strategy and interval. Draws are of the
process whose effects are left to chance, with the seeds 1, 2, 3 ...; coverage is of the mean truth over
draws. The intervals are the delta method's, Fieller's, and that of the log of the ratio, each from
bias-reduced errors with the degrees of freedom of the effect.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from bolivia_recovery import (
    SAMPLED,
    estimates_of,
    first_wave,
    mean_fit,
    process_parameters,
)
from scipy import stats
from simulated import Draw, Simulation

from ruralimpact.estimation.stored_scores import stored_scores

CELL = ["outcome", "strategy", "interval"]


def ratio_intervals(
    effect: float, base: float, scores: pd.DataFrame, spec: str
) -> dict[str, tuple[float, float]]:
    """Return 95 percent intervals of an effect in percent of its base, by method."""
    own = scores[spec].fillna(0.0)
    base_scores = scores[f"{spec}::treated_mean"].fillna(0.0) - own

    def std_error(combined: pd.Series) -> float:
        """Bias-reduced by the groups' shares in the estimate."""
        return stored_scores(scores.assign(**{spec: combined}), spec).std_error

    ratio = effect / base
    critical = float(stats.t.ppf(0.975, stored_scores(scores, spec).df))
    error = std_error((own - ratio * base_scores) / base)
    step = std_error((own + base_scores) / (effect + base) - base_scores / base)
    factor = np.exp(critical * step)
    squared = critical**2
    of_effect, of_base, of_both = (
        std_error(combined) ** 2 for combined in (own, base_scores, own + base_scores)
    )
    a = base**2 - squared * of_base
    b = effect * base - squared * (of_both - of_effect - of_base) / 2
    c = effect**2 - squared * of_effect
    root = np.sqrt(max(b**2 - a * c, 0.0))
    fieller = ((b - root) / a, (b + root) / a) if a > 0 else (-np.inf, np.inf)
    ends = {
        "delta method": (ratio - critical * error, ratio + critical * error),
        "Fieller": fieller,
        "log of the ratio": ((1 + ratio) / factor - 1, (1 + ratio) * factor - 1),
    }
    return {name: (100 * low, 100 * high) for name, (low, high) in ends.items()}


def rows_of(found: Mapping[str, pd.DataFrame], truth: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the intervals of every estimate on everyone whose truth is known."""
    scores = found["scores"].set_index("group")
    for record in found["estimates"].to_dict("records"):
        if record["outcome"] not in truth.index or record["analysis"] != "main":
            continue
        planted, spec = truth.loc[record["outcome"]], record["spec_id"]
        named = {"outcome": record["outcome"], "strategy": record["strategy"]}
        if record["unit"] == "percentage points" or not np.isfinite(record["percent"]):
            continue
        base = record["treated_mean"] - record["estimate"]
        for name, (low, high) in ratio_intervals(record["estimate"], base, scores, spec).items():
            yield {
                **named,
                "interval": name,
                "truth": planted["percent"],
                "low": low,
                "high": high,
            }


def one_draw(
    seed: int, *, study: Mapping[str, Any], parameters: Any, fitted: Any
) -> list[dict[str, Any]]:
    """Return the intervals of one draw."""
    found, effects = estimates_of(study, parameters, seed, fitted)
    truth = effects[(effects["wave"] == 2014) & (effects["by"] == "all")].set_index("outcome")
    return [{"seed": seed, **row} for row in rows_of(found, truth)]


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return coverage of the mean truth, misses on either side, and the median width, in percent."""
    truth = rows.groupby(CELL)["truth"].transform("mean")
    rows = rows.assign(
        covers=100.0 * truth.between(rows["low"], rows["high"]),
        too_high=100.0 * (rows["low"] > truth),
        too_low=100.0 * (rows["high"] < truth),
        width=rows["high"] - rows["low"],
    )
    names = ("covers", "too_high", "too_low")
    table = rows.groupby(CELL, sort=False).agg(
        draws=("covers", "size"),
        **{name: (name, "mean") for name in names},
        median_width=("width", "median"),
    )
    return table.reset_index().round(3)


def prepare() -> Draw:
    """Read the study without what splits effects, and fit the process."""
    parameters = process_parameters(SAMPLED)
    study = first_wave()
    only = [
        one.model_copy(update={"subgroups": (), "decomposition": None, "associations": ()})
        for one in study.analyses
    ]
    plain, fitted = study.model_copy(update={"analyses": tuple(only)}), mean_fit(parameters)
    return lambda number: one_draw(1 + number, study=plain, parameters=parameters, fitted=fitted)


SIMULATION = Simulation(prepare, summarise, draws=200, seed=1, by_number=True)
