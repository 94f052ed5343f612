"""Ends between visits, and hazards in discrete time, against R: survival's Turnbull, glm, a likelihood."""

import numpy as np
import pytest
from test_survival_curves import CLOSE, stored

from ruralimpact.inference.clustered import Clustering, group_codes
from ruralimpact.survival.discrete_hazard import HazardFit, fit_hazard, periods_of
from ruralimpact.survival.interval_censored import Visits, turnbull

LIMITS = np.array([100.0, 200.0, 300.0, 400.0, 500.0, 600.0])


def test_turnbull() -> None:
    """R jumps in the middle of each interval."""
    visits, wanted = stored("visits"), stored("turnbull")
    after, by = visits["after"].to_numpy(float), visits["by"].to_numpy(float)
    fit = turnbull(Visits(after, by, np.isfinite(by).astype(np.int64)))
    middle = (fit.cells.after + fit.cells.by) / 2
    lasting = [fit.mass[middle > time].sum() for time in wanted["time"]]
    assert lasting == pytest.approx(wanted["survival"].to_numpy(), **CLOSE)


def hazards(name: str) -> HazardFit:
    table = stored(name)
    if name == "visits":
        after, by = table["after"], table["by"]
    else:
        after, by = table["time"], table["time"].where(table["event"] == 1, np.inf)
    periods, limits = periods_of(after.to_numpy(float), by.to_numpy(float), LIMITS)
    assert limits.tolist() == LIMITS.tolist()
    design = np.column_stack([table["age"] - table["age"].mean(), table["sex"] == 2])
    fit = fit_hazard(periods, design.astype(float))
    assert fit is not None
    return fit


@pytest.mark.parametrize("name", ["lung", "visits"])
def test_hazard_ratios(name: str) -> None:
    wanted = stored("hazards").set_index("data").loc[name]
    tolerance = {"rel": 1e-6 if name == "lung" else 1e-5}
    assert hazards(name).coefficients == pytest.approx(wanted["estimate"].to_numpy(), **tolerance)


def test_clustered_errors_of_hazard_ratios() -> None:
    wanted = stored("hazards").set_index("data").loc["lung"]
    clustering = Clustering(group_codes(stored("lung")["inst"].astype(str)))
    errors = [clustering.std_error(column)[0] for column in hazards("lung").scores.T]
    assert errors == pytest.approx(wanted["clustered"].to_numpy(), **CLOSE)
