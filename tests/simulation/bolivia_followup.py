"""The follow-up of 2018 over many draws of the stand-in: what the right and the naive contrast find.

`bolivia_followup.csv` has one row an analysis and strategy. Each draw goes the whole way
of the study: mistakes, edits, outcomes, controls whose funds have come, matching, estimates; only the
files are excluded. Seeds are 1, 2, 3 ...; that of the study itself is not among them. A draw in which no
comparison can be made (a covariate separates the few controls that are left) is counted.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from simulated import Draw, Simulation

sys.path.insert(0, str(Path(__file__).parent))

from bolivia_recovery import CALIBRATED, FOLDER, harmonised, process_parameters

from rural_alliances.generator.draw import draw_study
from rural_alliances.generator.raw_files import raw_tables
from ruralimpact.config import load_study
from ruralimpact.config.waves import rounds_of
from ruralimpact.design.study import design_study
from ruralimpact.difference.study import difference_study
from ruralimpact.errors import DesignError
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.schema.analysis import AnyAnalysis
from ruralimpact.schema.study import Study

WAVE = "2018"
# Analysis to the truth it is after: of all beneficiaries, or of the controls funded later.
TRUTHS = {"followup": "all", "followup_naive": "all", "funded_later": "funded_later"}


def one_draw(seed: int, *, study: Study, parameters: Any) -> list[dict[str, Any]]:
    """Return estimates and truth of one draw, analysis by analysis."""
    draw = draw_study(parameters, seed)
    surveys = harmonised(study, raw_tables(draw, parameters, seed))
    truth = draw.effects[draw.effects["wave"] == int(WAVE)].set_index("by")
    rows: list[dict[str, Any]] = []
    for analysis in study.analyses:
        if analysis.name in TRUTHS:
            rows += _estimated(study, analysis, surveys, truth.loc[TRUTHS[analysis.name]], seed)
    return rows


def _estimated(
    study: Study,
    analysis: AnyAnalysis,
    surveys: Mapping[str, pd.DataFrame],
    truth: pd.Series,
    seed: int,
) -> Iterator[dict[str, Any]]:
    sample = analysis.sample
    one = study.model_copy(
        update={
            "analyses": (analysis,),
            "samples": {sample: study.samples[sample]},
            "references": {**study.references, **study.samples},
        }
    )
    built = build_sample(sample, surveys, one)
    units, outcomes = {sample: built.units}, {sample: built.outcomes}
    try:
        made = design_study(one, units)
        wanted = ("weights", "pairs", "propensity", "designs")
        tables = EstimationTables(
            units=units, outcomes=outcomes, **{name: made[name] for name in wanted}
        )
        over_time = difference_study(one, tables, seed=seed).compared
        estimates = estimate_study(one, tables, seed=seed, over_time=over_time)["estimates"]
    except DesignError:
        yield {"analysis": analysis.name, "strategy": "", "seed": seed}
        return
    for record in estimates.to_dict("records"):
        yield {
            "analysis": analysis.name,
            "strategy": record["strategy"],
            "seed": seed,
            "truth": truth["effect"],
            "counterfactual": truth["counterfactual"],
            "estimate": record["estimate"],
            "std_error": record["std_error"],
            "covered": record["conf_low"] <= truth["effect"] <= record["conf_high"],
            "positive": record["conf_low"] > 0,
        }


def summary(draws: pd.DataFrame) -> pd.DataFrame:
    """Sum up the draws by analysis and strategy."""
    failed = draws[draws["strategy"] == ""].groupby("analysis").size()
    rows = []
    for (analysis, strategy), part in draws[draws["strategy"] != ""].groupby(
        ["analysis", "strategy"], sort=True
    ):
        error = part["estimate"] - part["truth"]
        rows.append(
            {
                "analysis": analysis,
                "strategy": strategy,
                "draws": len(part),
                "impossible": int(failed.get(analysis, 0)),
                "truth_percent": 100 * (part["truth"] / part["counterfactual"]).mean(),
                "bias_percent": 100 * (error / part["counterfactual"]).mean(),
                "bias_over_sd": error.mean() / error.std(),
                "std_error_over_sd": part["std_error"].mean() / error.std(),
                "coverage": 100 * part["covered"].mean(),
                "above_zero": 100 * part["positive"].mean(),
            }
        )
    table = pd.DataFrame(rows)
    numbers = table.select_dtypes(np.floating).columns
    table[numbers] = table[numbers].round(3)
    return table


def prepare() -> Draw:
    """Read the round of the study, and the process."""
    study = rounds_of(load_study(FOLDER))[WAVE]
    parameters = process_parameters(CALIBRATED)
    return lambda number: one_draw(1 + number, study=study, parameters=parameters)


SIMULATION = Simulation(prepare, summary, draws=200, seed=1, by_number=True)
