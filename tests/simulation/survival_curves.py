"""How often intervals of survival by level hold what is planted, in five times the draws of all registers.

A level has few alliances, and 200 draws tell too little of whether its interval is too wide. Only the curves
of `bolivia_survival` at seven years are estimated.
"""

import pandas as pd
from registers_recovery import (
    ENDS,
    FIRST_SEED,
    ROOT,
    drawn_study,
    summed_up,
    survival_estimates,
    survival_truth,
)
from simulated import Draw, Row, Simulation

from ruralimpact.config import load_study
from ruralimpact.schema.study import Study
from ruralimpact.schema.survival import Survival

STUDY, REPEATS, YEARS = "bolivia_survival", 5, 7


def curves_alone(study: Study) -> Study:
    """Leave all but the curves of the buyers out."""
    (buyer,) = study.analyses_of(Survival, ["buyer"])
    asked = buyer.model_copy(update={"times": (YEARS,), "hazard": (), "reasons": ()})
    return study.model_copy(update={"analyses": (asked,)})


def one_draw(study: Study, seed: int) -> pd.DataFrame:
    """Return truth and estimate of each share of one draw."""
    drawn = drawn_study(study, seed)
    estimates = survival_estimates(curves_alone(study), drawn.units, drawn.outcomes)
    table = estimates.set_index("key")[ENDS].assign(truth=survival_truth(drawn.truth))
    return table.dropna(subset=["truth"]).assign(expected=float("nan")).reset_index()


def prepare() -> Draw:
    """Read the study."""
    study = load_study(ROOT / "config" / "studies" / STUDY)

    def draw(number: int) -> list[Row]:
        first = FIRST_SEED + REPEATS * number
        return [
            {str(name): value for name, value in row.items()}
            for seed in range(first, first + REPEATS)
            for row in one_draw(study, seed).to_dict("records")
        ]

    return draw


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(summed_up(STUDY, rows)).drop(columns="expected")
    numbers = table.select_dtypes("float").columns
    return table.assign(**{name: table[name].map("{:.4g}".format) for name in numbers})


SIMULATION = Simulation(prepare, summarise, draws=200, seed=FIRST_SEED, by_number=True)
