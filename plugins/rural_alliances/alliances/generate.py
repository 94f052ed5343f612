"""The hook of the stand-in for the registers: from its calibration to raw files and planted truth."""

import numpy as np
import pandas as pd

from rural_alliances.alliances.calibration import STUDIES, Benefits, RegisterCalibration
from rural_alliances.alliances.draw import draw_flows, draw_register
from rural_alliances.alliances.truth import true_values
from ruralimpact.plugins import GeneratedData


def generate(calibration: RegisterCalibration, seed: int) -> GeneratedData:
    """Draw the raw files and the truth.

    Parameters
    ----------
    calibration : RegisterCalibration
    seed : int
    """
    register = draw_register(calibration, seed)
    flows = {study: draw_flows(register, calibration, study, seed) for study in STUDIES}
    tables = {
        "alliances.csv": _register_file(register),
        "records_2012.csv": _records(flows["study_2012"]),
        **{
            f"cash_flows_{study}.csv": _cash_flows(flows[study], calibration.benefits)
            for study in STUDIES
        },
    }
    return GeneratedData(
        raw={name: table.to_csv(index=False).encode() for name, table in tables.items()},
        truth={"values": true_values(calibration)},
    )


def _register_file(register: pd.DataFrame) -> pd.DataFrame:
    shown = register[["code", "region", "municipality", "product", "families"]]
    return shown.assign(
        families=shown["families"].astype(int), basic_needs=register["needs"].round(3)
    )


def _cash_flows(flows: pd.DataFrame, benefits: Benefits) -> pd.DataFrame:
    """One row an alliance and year: investment first, then benefits that rise to those of a full year."""
    shares = [0.0, *benefits.ramp, *[1.0] * (benefits.recorded - len(benefits.ramp))]
    years = len(shares)
    rows = flows.loc[flows.index.repeat(years)].reset_index(drop=True)
    since = np.tile(np.arange(years), len(flows))
    share = np.tile(shares, len(flows))
    return pd.DataFrame(
        {
            "code": rows["code"],
            "year": benefits.first_year + since,
            **{name: rows[name].where(since == 0, 0.0).round(2) for name in _INVESTED},
            **{name: (rows[name] * share).round(2) for name in ("revenue", "operating")},
        }
    )


def _records(flows: pd.DataFrame) -> pd.DataFrame:
    """Net income and investment of each alliance in its baseline record and in that of completion."""
    after = flows["income_before"] + flows["revenue"] - flows["operating"]
    stages = {"1": flows["income_before"], "2": after}
    funds = flows["grant"] + flows["contribution"]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "code": flows["code"],
                    "record": record,
                    "net_income": income.round(2),
                    "funds": funds.round(2),
                }
            )
            for record, income in stages.items()
        ],
        ignore_index=True,
    )


_INVESTED = ("grant", "contribution", "management")
