"""The hook of the stand-in for the workshops: from its calibration to raw files and planted truth."""

from typing import Any

import numpy as np
import pandas as pd

from rural_alliances.parameter import stream
from rural_alliances.workshops.answers import draw_answers
from rural_alliances.workshops.calibration import WorkshopCalibration
from rural_alliances.workshops.truth import true_shares
from ruralimpact.plugins import GeneratedData
from ruralimpact.responses.draw import DRAWN, stratified_draw


def generate(calibration: WorkshopCalibration, seed: int) -> GeneratedData:
    """Draw the raw files and the truth.

    Every alliance of the register has its answers, of which those of the ones that came are written down: so
    the truth is known of the register itself.

    Parameters
    ----------
    calibration : WorkshopCalibration
    seed : int
    """
    register = _register(calibration, seed)
    answers = draw_answers(register, calibration.answers, seed)
    came = _attendance(register, calibration, seed)
    asked = answers.loc[came == 1].merge(_invited(register, calibration), on="alliance")
    perceptions = _surveyed(answers, calibration, seed)
    tables = {
        "register.csv": register.assign(came=came),
        "questionnaires.csv": _with_gaps(asked, calibration, seed),
        "survey_2015.csv": perceptions[["alliance", *calibration.answers.perceived]],
    }
    return GeneratedData(
        raw={
            name: table.to_csv(index=False, lineterminator="\n").encode()
            for name, table in tables.items()
        },
        truth={"shares": true_shares(register, answers, calibration)},
    )


def _register(calibration: WorkshopCalibration, seed: int) -> pd.DataFrame:
    rng, settings = stream(seed, "workshop register"), calibration.registered
    regions = settings.alliances
    region = np.repeat(list(regions), list(regions.values()))
    region = region[rng.permutation(len(region))]
    table = pd.DataFrame(
        {"alliance": [f"A{number:03d}" for number in range(1, len(region) + 1)], "region": region}
    )
    for name, by_region in (("product", settings.product), ("funded", settings.funded)):
        table[name] = ""
        for where, shares in by_region.items():
            inside = (table["region"] == where).to_numpy()
            chances = np.array(list(shares.values()), dtype=float)
            words = [str(word) for word in shares]
            table.loc[inside, name] = rng.choice(
                words, size=int(inside.sum()), p=chances / chances.sum()
            )
    return table


def _invited(register: pd.DataFrame, calibration: WorkshopCalibration) -> pd.DataFrame:
    drawn = stratified_draw(
        register.rename(columns={"alliance": "id", "region": "stratum"}),
        calibration.invited.allocation,
        replacements=0,
        seed=calibration.invited.seed,
    )
    return drawn.loc[drawn["role"] == DRAWN, ["id"]].rename(columns={"id": "alliance"})


def _attendance(
    register: pd.DataFrame, calibration: WorkshopCalibration, seed: int
) -> "pd.Series[Any]":
    """1 for those that came, 0 for those that were invited and did not, blank for the others."""
    rng, settings = stream(seed, "attendance"), calibration.invited
    invited = register["alliance"].isin(_invited(register, calibration)["alliance"])
    came = pd.Series("", register.index).mask(invited, "0")
    for region in settings.allocation:
        inside = register["region"] == region
        for among, count in (
            (invited, settings.came[region]),
            (~invited, settings.added[region]),
        ):
            able = np.flatnonzero(inside & among)
            came.iloc[rng.permutation(able)[:count]] = "1"
    return came.map(lambda text: int(text) if text else "")


def _surveyed(answers: pd.DataFrame, calibration: WorkshopCalibration, seed: int) -> pd.DataFrame:
    rng = stream(seed, "survey of 2015")
    count = calibration.invited.surveyed_2015
    return answers.iloc[np.sort(rng.permutation(len(answers))[:count])]


def _with_gaps(asked: pd.DataFrame, calibration: WorkshopCalibration, seed: int) -> pd.DataFrame:
    """Blank as many answers as are missing in print."""
    rng = stream(seed, "gaps")
    table = asked.drop(columns=list(calibration.answers.perceived))
    for name, count in calibration.answers.missing.items():
        table.loc[table.index[rng.permutation(len(table))[:count]], name] = ""
    return table
