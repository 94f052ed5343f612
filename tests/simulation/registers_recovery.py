"""How often intervals hold what the synthetic registers were planted with: returns, gains, survival, answers.

Each draw makes the raw files anew, reads them as a run does and
estimates; only what the truth is known of is estimated.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from simulated import Draw, Row, Simulation

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "unit")]

from example_studies import Frames, samples_of

from ruralimpact.config import load_study
from ruralimpact.config.plugin_kinds import read_calibration
from ruralimpact.description.records import RecordedStudy
from ruralimpact.gains.study import gains_study
from ruralimpact.inference.wilson import wilson_interval
from ruralimpact.plugins import load_plugins
from ruralimpact.responses.shares import FloatArray, Respondents
from ruralimpact.responses.study import responses_study
from ruralimpact.returns.study import returns_study, returns_uncertainty
from ruralimpact.schema.rate_of_return import RateOfReturn
from ruralimpact.schema.study import Study
from ruralimpact.survival.study import survival_study

FIRST_SEED = 5001
ENDS = ["estimate", "conf_low", "conf_high"]
TARGETED = {"funds": "share_funds", "families": "share_members"}


@dataclass(frozen=True)
class Simulated:
    """A study, the truth of a draw by key, and its estimates by the same key."""

    name: str
    truth: Callable[[dict[str, pd.DataFrame]], "pd.Series[float]"]
    estimates: Callable[[Study, Frames, Frames], pd.DataFrame]


def alliances_truth(truth: dict[str, pd.DataFrame]) -> "pd.Series[float]":
    table = truth["values"]
    columns = ["analysis", "account", "scenario", "by", "level", "measure"]
    return table.assign(key=_joined(table, columns)).set_index("key")["value"]


def alliances_estimates(study: Study, units: Frames, outcomes: Frames) -> pd.DataFrame:
    returns = returns_study(RecordedStudy(study, units, outcomes)).tables["returns"]
    scenarios = returns_uncertainty(RecordedStudy(study, units, outcomes), seed=1)[
        "returns_scenarios"
    ]
    gains = gains_study(RecordedStudy(study, units, outcomes)).tables
    blank = {"account": "", "scenario": "record"}
    targeting = gains["targeting"].assign(by="", level="", **blank)
    targeting = targeting.assign(measure=targeting["measure"].map(TARGETED))
    rows = pd.concat(
        [returns, scenarios, gains["gains"].assign(**blank), targeting.dropna(subset=["measure"])]
    )
    columns = ["analysis", "account", "scenario", "by", "level", "measure"]
    return rows.assign(key=_joined(rows, columns))[["key", *ENDS]]


def survival_truth(truth: dict[str, pd.DataFrame]) -> "pd.Series[float]":
    planted = truth["planted"].set_index("key")["planted"]
    ratios = planted.index.str.startswith("hazards/")
    return pd.concat([planted[~ratios] / 100, np.log(planted[ratios])])


def survival_estimates(study: Study, units: Frames, outcomes: Frames) -> pd.DataFrame:
    tables = survival_study(RecordedStudy(study, units, outcomes)).tables
    curves, hazards = tables["survival"].query("part == 'curve'"), tables["hazards"]
    level = _level(curves)
    time = curves["time"].map("{:g}".format)
    key = "survival/" + curves["analysis"] + "/curve" + level.where(level == "", "/" + level)
    shares = curves.assign(key=key + "/" + curves["state"] + "/" + time + "/estimate")
    ratios = hazards.assign(key="hazards/" + hazards["analysis"] + "/" + _level(hazards) + "/ratio")
    return pd.concat([part[["key", *ENDS]] for part in (shares, ratios)])


def _level(rows: pd.DataFrame) -> "pd.Series[str]":
    return (rows["by"] + "=" + rows["level"]).where(rows["level"] != "", rows["by"])


def workshops_truth(truth: dict[str, pd.DataFrame]) -> "pd.Series[float]":
    return truth["shares"].set_index("key")["planted"] / 100


def workshops_estimates(study: Study, units: Frames, outcomes: Frames) -> pd.DataFrame:
    frame = responses_study(RecordedStudy(study, units, outcomes)).tables["responses"]
    level = ("/" + frame["by"] + "=" + frame["level"]).where(frame["by"] != "", "")
    measure = frame["part"].map({"respondents": "percent", "register": "register"})
    of = "responses/" + frame["analysis"] + "/" + frame["question"] + "/" + frame["answer"]
    # Of some respondents only, neither their number nor that of the register is fixed.
    of_stratum = (frame["by"] == "region") & (frame["question"] != "reasons")
    counts = {name: frame[name].where(of_stratum) for name in ("n_units", "population")}
    return frame.assign(key=of + level + "/" + measure, **counts)[["key", *ENDS, *counts]]


SIMULATED = (
    Simulated("bolivia_alliances", alliances_truth, alliances_estimates),
    Simulated("bolivia_survival", survival_truth, survival_estimates),
    Simulated("bolivia_workshops", workshops_truth, workshops_estimates),
)


def wilson_coverage(share: float, n: float, population: float) -> float:
    """Return how often Wilson's interval holds the share of a population in samples of n: exactly.

    Parameters
    ----------
    share : float
        Of the population.
    n, population : float
        NaN, as the coverage then is, where no sample of one stratum is meant.
    """
    if not (n > 0 and np.isfinite(population)):
        return float("nan")
    size, drawn = round(population), int(n)
    having = round(share * size)
    counts = np.arange(drawn + 1)
    ends = [wilson_interval(count, drawn, population=size) for count in counts.tolist()]
    inside = [low <= having / size <= high for low, high in ends]
    return float(stats.hypergeom(size, having, drawn).pmf(counts) @ np.array(inside))


def domain_coverage(n: int, population: int, inside: int, having: int) -> float:
    """Return how often the interval of a share of some of a stratum holds it, where there is one: exactly.

    Parameters
    ----------
    n, population : int
        Respondents, and units of the stratum that they are drawn from.
    inside, having : int
        Units of the stratum that are asked, and those of them with the answer.
    """
    low, high = domain_intervals(n, population)
    sizes, counts = np.indices(low.shape)
    asked = stats.hypergeom.pmf(sizes, population, inside, n)
    chance = asked * stats.hypergeom.pmf(counts, inside, having, np.maximum(sizes, 1))
    chance = np.where(np.isfinite(low) & np.isfinite(chance), chance, 0.0)
    held = (low <= having / inside) & (having / inside <= high)
    return float(chance[held].sum() / chance.sum()) if inside and chance.sum() > 0 else float("nan")


@cache
def domain_intervals(n: int, population: int) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the intervals of a share, by how many of n were asked and how many have the answer.

    Returns
    -------
    ndarray, ndarray, shape (n + 1, n + 1)
        NaN where there is none.
    """
    respondents = Respondents(
        np.zeros(n, dtype=np.int64), np.arange(n), np.full(n, float(population))
    )
    low, high = np.full((2, n + 1, n + 1), np.nan)
    unit = np.arange(n)
    for size in range(1, n + 1):
        for count in range(size + 1):
            share = respondents.share((unit < count).astype(float), unit < size, weighted=False)
            low[size, count], high[size, count] = share.conf_low, share.conf_high
    return low, high


def _of_domains(table: pd.DataFrame) -> "pd.Series[float]":
    """Return the exact coverage of what is asked of those alone who changed their buyer, by key; else NaN."""
    rows = table.to_dict("index")
    expected = {}
    for key, row in rows.items():
        question, _, region = str(key).partition("/region=")
        stratum = rows.get(f"responses/workshops/changed/1/region={region}")
        if "/reasons/" not in question or stratum is None:
            continue
        size = round(stratum["population"])
        inside = round(stratum["truth"] * size)
        having = round(row["truth"] * inside)
        expected[key] = domain_coverage(round(stratum["n_units"]), size, inside, having)
    return pd.Series(expected, dtype=float).reindex(table.index)


def _joined(table: pd.DataFrame, columns: list[str]) -> "pd.Series[str]":
    return table[columns].astype(str).agg("/".join, axis=1)


def lean(study: Study) -> Study:
    """Leave out accounts, drivers and scenarios of which no truth is known."""
    kept = []
    for analysis in study.analyses:
        if isinstance(analysis, RateOfReturn):
            scenarios = tuple(one for one in analysis.scenarios if one.name == "benefits_low")
            changes = {"accounts": analysis.accounts[:1], "scenarios": scenarios, "drivers": ()}
            kept.append(analysis.model_copy(update={**changes, "delay": None}))
        else:
            kept.append(analysis)
    return study.model_copy(update={"analyses": tuple(kept)})


@dataclass(frozen=True)
class DrawnStudy:
    """Tables of the truth of a draw by name, and units and outcomes by sample."""

    truth: dict[str, pd.DataFrame]
    units: Frames
    outcomes: Frames


def drawn_study(study: Study, seed: int) -> DrawnStudy:
    """Make the raw files of a study anew and read them as a run does."""
    assert study.generate is not None
    folder = ROOT / "config" / "studies" / study.name
    plugin, generator = load_plugins(ROOT, ["plugins/rural_alliances"]).generators[
        study.generate.process
    ]
    calibration = read_calibration(plugin, generator, folder / study.generate.calibration)
    data: Any = plugin.function(generator.make)(calibration, seed)
    with tempfile.TemporaryDirectory() as raw:
        for name, content in data.raw.items():
            Path(raw, name).write_bytes(content)
        return DrawnStudy(data.truth, *samples_of(study, Path(raw)))


def one_draw(simulated: Simulated, study: Study, seed: int) -> pd.DataFrame:
    """Return truth and estimate of each number of one draw."""
    drawn = drawn_study(study, seed)
    estimates = simulated.estimates(lean(study), drawn.units, drawn.outcomes).set_index("key")
    table = estimates.assign(truth=simulated.truth(drawn.truth)).dropna(subset=["truth"])
    table = table.reindex(columns=[*ENDS, "truth", "n_units", "population"])
    of_all = map(wilson_coverage, table["truth"], table["n_units"], table["population"])
    expected = pd.Series(list(of_all), table.index).fillna(_of_domains(table))
    return table.assign(expected=expected).reset_index()


def summed_up(name: str, table: pd.DataFrame) -> Iterator[Row]:
    """Yield coverage, bias and number of draws of each number; of intervals that there are.

    `expected` is the coverage that the interval has by the sizes of the samples alone, where known.
    """
    for key, same in table.groupby("key", sort=False):
        known = same.dropna(subset=["conf_low", "conf_high"])
        inside = (known["conf_low"] <= known["truth"]) & (known["truth"] <= known["conf_high"])
        spread = same["estimate"].std()
        bias = (same["estimate"] - same["truth"]).mean()
        yield {
            "study": name,
            "key": key,
            "truth": same["truth"].mean(),
            "estimate": same["estimate"].mean(),
            "bias_over_sd": bias / spread if spread > 0 else float("nan"),
            "coverage": inside.mean(),
            "expected": known["expected"].mean(),
            "without_interval": len(same) - len(known),
            "draws": len(same),
        }


def prepare() -> Draw:
    """Read the studies."""
    studies = [load_study(ROOT / "config" / "studies" / one.name) for one in SIMULATED]

    def draw(number: int) -> list[Row]:
        return [
            {"study": simulated.name, **{str(name): value for name, value in row.items()}}
            for simulated, study in zip(SIMULATED, studies, strict=True)
            for row in one_draw(simulated, study, FIRST_SEED + number).to_dict("records")
        ]

    return draw


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(
        [
            row
            for name, own in rows.groupby("study", sort=False)
            for row in summed_up(str(name), own)
        ]
    )
    numbers = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].map("{:.4g}".format) for name in numbers})


SIMULATION = Simulation(prepare, summarise, draws=200, seed=FIRST_SEED, by_number=True)
