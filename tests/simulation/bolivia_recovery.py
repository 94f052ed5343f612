"""Bias, spread and coverage of every estimate of the stand-in over many draws of it, by table cell.

`bolivia_recovery.csv` has one row a cell, `bolivia_recovery.json` seeds and date. Each draw goes the whole
way of the study: mistakes, edits, outcomes, matching, estimates; only the files are excluded. Seeds are 1, 2,
3 ...; that of the study itself is not among them.
Four processes are drawn: the calibrated one; the same without the selection on enterprise that no survey can
see; without it, one whose effects are the stated ones on average over draws rather than in every draw, as
samples from a population are; and the last with a selection on what is recorded that is four times as strong,
so that weight gathers on few control groups. Intervals promise their coverage for the last two.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from simulated import Draw, Row, Simulation

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))

from rural_alliances.generator.calibration import Calibration, Traits
from rural_alliances.generator.draw import Fitted, draw_study
from rural_alliances.generator.impact import Factors
from rural_alliances.generator.income import IncomeScale
from rural_alliances.generator.raw_files import raw_tables
from ruralimpact.config import load_study
from ruralimpact.decomposition.study import decomposition_study
from ruralimpact.design.study import design_study
from ruralimpact.errors import DesignError
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.schema.document import read_document
from ruralimpact.schema.study import Study
from ruralimpact.schema.validation import validated
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.raw_table import RawTable

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "config/studies/bolivia_par"
DOCS = ROOT / "docs/methods"
CALIBRATED, OBSERVED, SAMPLED = "calibrated", "no hidden selection", "effects left to chance"
SELECTED = "real selection"
PROCESSES = (CALIBRATED, OBSERVED, SAMPLED, SELECTED)
# The calibrated shifts of .10 to .22 standard deviations leave nearly all control groups effective.
STRONGER = 4.0
# Draws whose mean fit makes the third process, apart from those that are summed up.
FITTED_ON = range(1001, 1041)
CELL = ["process", "table", "outcome", "level", "strategy"]


def first_wave() -> Study:
    """Return the study with no more than the comparison of 2014."""
    study = load_study(FOLDER)
    main = next(one for one in study.analyses if one.name == "main")
    samples = {main.sample: study.samples[main.sample]}
    untested = main.model_copy(update={"randomisation": None})  # hundreds of matches a draw
    return study.model_copy(update={"analyses": (untested,), "samples": samples})


def process_parameters(process: str) -> Calibration:
    file = FOLDER / "calibration.yaml"
    parameters: Calibration = validated(Calibration, read_document(file, shown=file.name))
    covariates, changed = parameters.covariates, dict[str, object]()
    if process != CALIBRATED:
        changed["enterprise_selection"] = 0.0
    if process == SELECTED:
        shifts = covariates.selection.given().items()
        changed["selection"] = Traits(**{name: STRONGER * shift for name, shift in shifts})
    return parameters.model_copy(update={"covariates": covariates.model_copy(update=changed)})


def mean_fit(parameters: Calibration) -> Fitted:
    """Return the mean place and spread, and the geometric mean factors, over some draws."""
    fits = [draw_study(parameters, seed).fitted for seed in FITTED_ON]

    def middle(values: Sequence[float]) -> float:
        return float(np.exp(np.mean(np.log(values))))

    def by_class(name: str) -> dict[Any, float]:
        maps = [getattr(fit.factors, name) for fit in fits]
        return {key: middle([one[key] for one in maps]) for key in maps[0]}

    scale = IncomeScale(*np.mean([fit.scale for fit in fits], axis=0).tolist())
    names = ("product", "region", "quintile")
    labour = middle([fit.factors.labour for fit in fits])
    return Fitted(scale, Factors(**{name: by_class(name) for name in names}, labour=labour))


def estimates_of(
    study: Study, parameters: Calibration, seed: int, fitted: Fitted | None
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Take one draw through the study; return its tables of estimates and the truth."""
    draw = draw_study(parameters, seed, fitted)
    surveys = harmonised(study, raw_tables(draw, parameters, seed))
    samples = {name: build_sample(name, surveys, study) for name in study.samples}
    units = {name: sample.units for name, sample in samples.items()}
    outcomes = {name: sample.outcomes for name, sample in samples.items()}
    made = design_study(study, units)
    wanted = ("weights", "pairs", "propensity", "designs")
    tables = EstimationTables(
        units=units, outcomes=outcomes, **{name: made[name] for name in wanted}
    )
    main = estimate_study(study, tables, seed=seed)
    found = {
        **{name: main[name] for name in ("estimates", "scores")},
        "subgroups": subgroup_study(study, tables, seed=seed).subgroups,
        "decomposition": decomposition_study(study, tables).decomposition,
    }
    return found, draw.effects


def harmonised(study: Study, raw: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Read the raw tables of a draw as the stage that ingests sources would; tables by source."""
    entries = parse_codebook(study.codebook, [source.name for source in study.sources])
    surveys = {}
    for source in study.sources:
        file = Path(source.path).name
        text = as_text(raw[file], source.decimal or ".")
        surveys[source.name] = harmonise(
            RawTable(text), source, entries_of(entries, source.name), file=file
        ).table
    return surveys


def as_text(table: pd.DataFrame, decimal: str) -> pd.DataFrame:
    """Write a raw table as `readers.read_source` would read it from its file."""

    def written(value: Any) -> str:
        if value is None or value != value:
            return ""
        if isinstance(value, float):
            return (str(int(value)) if value.is_integer() else repr(value)).replace(".", decimal)
        return str(value)

    return pd.DataFrame({name: column.map(written) for name, column in table.items()})


def one_draw(
    job: tuple[str, int],
    *,
    study: Study,
    processes: Mapping[str, tuple[Calibration, Fitted | None]],
) -> list[dict[str, Any]]:
    process, seed = job
    try:
        found, effects = estimates_of(study, processes[process][0], seed, processes[process][1])
    except DesignError as problem:
        print(f"{process}, seed {seed}: {problem}")
        return []
    truth = effects[effects["wave"] == 2014].set_index(["outcome", "by", "level"])
    return [{"process": process, "seed": seed, **row} for row in rows_of(found, truth)]


def rows_of(found: Mapping[str, pd.DataFrame], truth: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield every estimate of which the truth is known, in its stored unit, and its percent."""
    for record in found["estimates"].to_dict("records"):
        key = (record["outcome"], "all", "")
        yield from both(record, truth, key, "all", "")
    levels = found["subgroups"]
    for record in levels[levels["kind"] == "level"].to_dict("records"):
        plain = record["level"].split(" (")[0].lower()
        known = {
            level.lower(): level
            for outcome, by, level in truth.index
            if by == record["subgroup"] and outcome == record["outcome"]
        }
        if plain in known:
            key = (record["outcome"], record["subgroup"], known[plain])
            yield from both(record, truth, key, record["subgroup"], known[plain])
    parts = found["decomposition"]
    for record in parts[(parts["product"] == "") & (parts["part"] != "total")].to_dict("records"):
        key = (record["outcome"], "part", record["part"])
        yield from both(record, truth, key, "part", record["part"])


def both(
    record: Mapping[str, Any],
    truth: pd.DataFrame,
    key: tuple[str, str, str],
    table: str,
    level: str,
) -> Iterator[dict[str, Any]]:
    if key not in truth.index or not np.isfinite(record["estimate"]):
        return
    planted = truth.loc[key]
    named = {"table": table, "level": level, "strategy": record["strategy"]}
    yield {
        **named,
        "outcome": record["outcome"],
        "truth": planted["effect"],
        "estimate": record["estimate"],
        "std_error": record["std_error"],
        "low": record["conf_low"],
        "high": record["conf_high"],
        "effective_control_groups": record.get("effective_control_groups", np.nan),
    }
    share = record["unit"] == "percentage points"
    if not share and np.isfinite(record.get("percent", np.nan)):
        half = record["percent_high"] - record["percent_low"]
        yield {
            **named,
            "outcome": f"{record['outcome']} (percent)",
            "truth": planted["percent"],
            "estimate": record["percent"],
            "std_error": half / (2 * 1.959964),
            "low": record["percent_low"],
            "high": record["percent_high"],
        }


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up draws by cell: against the truth of each draw, and against the mean truth of all."""
    rows = rows.assign(
        error=rows["estimate"] - rows["truth"],
        mean_truth=rows.groupby(CELL)["truth"].transform("mean"),
    )
    rows["inside"] = rows["truth"].between(rows["low"], rows["high"])
    rows["inside_mean"] = rows["mean_truth"].between(rows["low"], rows["high"])
    table = rows.groupby(CELL, sort=False).agg(
        draws=("error", "size"),
        truth=("truth", "mean"),
        estimate=("estimate", "mean"),
        bias=("error", "mean"),
        sd_of_error=("error", "std"),
        sd_of_estimate=("estimate", "std"),
        mean_se=("std_error", "mean"),
        coverage=("inside", "mean"),
        coverage_of_mean_truth=("inside_mean", "mean"),
        effective_control_groups=("effective_control_groups", "median"),
    )
    table["bias_over_se"] = table["bias"] / table["mean_se"]
    table["simulation_error_of_that"] = (
        table["sd_of_error"] / table["mean_se"] / np.sqrt(table["draws"])
    )
    return table.reset_index().round(5)


def prepare() -> Draw:
    """Read the study and fit the processes that leave effects to chance."""
    made = {process: process_parameters(process) for process in PROCESSES}
    processes = {
        process: (values, mean_fit(values) if process in (SAMPLED, SELECTED) else None)
        for process, values in made.items()
    }
    study = first_wave()

    def draw(number: int) -> list[Row]:
        jobs = ((process, 1 + number) for process in PROCESSES)
        return [row for job in jobs for row in one_draw(job, study=study, processes=processes)]

    return draw


def by_process(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up the draws, those of each process together."""
    return summarise(rows.sort_values(["process", "seed"], kind="stable"))


SIMULATION = Simulation(prepare, by_process, draws=200, seed=1, by_number=True, dated=True)
