"""Lee bounds against Stata's leebounds (`attrition/README.md` says where the two differ, and why)."""

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.attrition.lee_bounds import LeeBounds, lee_bounds

FOLDER = REFERENCE / "attrition"
STATA = pd.read_csv(FOLDER / "leebounds_stata.csv", dtype={"sample": str, "tight": str})
ONE = STATA[STATA["tight"].isna()].set_index("sample")
CELLS = STATA[STATA["tight"].notna()].set_index("tight")
# Bounds for which Stata's threshold came back as the observation, so that it took the exact share.
EXACT = [("1", "upper"), ("4", "upper"), ("5", "upper")]
EXACT += [(sample, end) for sample in ("7", "8") for end in ("lower", "upper")]


@pytest.fixture(scope="module")
def samples() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "lee_samples.csv")


def bounds(frame: pd.DataFrame, cells: list[str] | None = None) -> LeeBounds:
    label = frame.groupby(cells).ngroup().to_numpy() if cells else None
    return lee_bounds(frame["y"].to_numpy(), frame["d"].to_numpy(np.int8), cells=label)


def stata_error(frame: pd.DataFrame, found: LeeBounds, end: str) -> float:
    """Our sum of squares with the untrimmed arm's variance of divisor n - 1, as Stata has it."""
    estimate = getattr(found, end)
    trimmed, whole = (
        (estimate.treated_mean_scores, estimate.control_mean_scores)
        if found.trimmed == "treated"
        else (estimate.control_mean_scores, estimate.treated_mean_scores)
    )
    arm = 0 if found.trimmed == "treated" else 1
    count = frame.loc[frame["d"] == arm, "y"].notna().sum()
    return np.sqrt(trimmed @ trimmed + whole @ whole * count / (count - 1))


@pytest.mark.parametrize("sample", ONE.index)
def test_share_trimmed(samples: pd.DataFrame, sample: str) -> None:
    found = bounds(samples[samples["sample"] == int(sample)])
    assert found.share == pytest.approx(ONE.loc[sample, "trim"], rel=1e-12)
    assert found.trimmed == ("treated" if int(sample) % 2 else "control")


@pytest.mark.parametrize(("sample", "end"), EXACT)
def test_bounds_and_errors_where_stata_takes_the_exact_share(
    samples: pd.DataFrame, sample: str, end: str
) -> None:
    frame = samples[samples["sample"] == int(sample)]
    found = bounds(frame)
    assert getattr(found, end).estimate == pytest.approx(ONE.loc[sample, end], rel=1e-12)
    expected = ONE.loc[sample, f"se_{end}"]
    assert stata_error(frame, found, end) == pytest.approx(
        expected, rel=1e-8
    )  # squares in 32 bits there
    assert getattr(found, end).std_errors["iid"] == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("sample", [str(number) for number in range(1, 7)])
@pytest.mark.parametrize("end", ["lower", "upper"])
def test_elsewhere_by_less_than_one_observation(
    samples: pd.DataFrame, sample: str, end: str
) -> None:
    """Whole observations or a fraction of one: the difference is at most that of one observation."""
    frame = samples[samples["sample"] == int(sample)]
    found = getattr(bounds(frame), end)
    assert found.estimate == pytest.approx(ONE.loc[sample, end], abs=0.5)
    assert found.std_errors["iid"] == pytest.approx(ONE.loc[sample, f"se_{end}"], rel=2e-3)


@pytest.mark.parametrize("tight", CELLS.index)
@pytest.mark.parametrize("end", ["lower", "upper"])
def test_bounds_within_cells(tight: str, end: str) -> None:
    frame = pd.read_csv(FOLDER / "lee_cells.csv")
    found = bounds(frame, tight.split())
    assert getattr(found, end).estimate == pytest.approx(CELLS.loc[tight, end], rel=1e-12)
    assert found.n_reversed == 0
    rows = []
    for _, cell in frame.groupby(tight.split()):
        own = getattr(bounds(cell), end)
        responding = cell.loc[cell["y"].notna(), "d"]
        rows.append(
            {
                "variance": own.treated_mean_scores @ own.treated_mean_scores,
                "mean": own.treated_mean,
                "controls": (responding == 0).sum(),
                "treated": (responding == 1).sum(),
            }
        )
    cells = pd.DataFrame(rows)
    share = cells["controls"] / cells["controls"].sum()
    between = share @ cells["mean"] ** 2 - (share @ cells["mean"]) ** 2
    controls = frame.loc[frame["d"] == 0, "y"].dropna()
    variance = share**2 @ cells["variance"] + controls.var() / len(controls)
    # Stata divides by the number of the last cell where a unit is split. The last of `x z` is none: exactly
    # 158 units are kept, so that its variance has the divisor n - 1 and the threshold a mean of two.
    place, tolerance = (-1, 1e-8) if tight == "x" else (-2, 1e-3)
    variance += between / cells["treated"].iloc[place]
    assert np.sqrt(variance) == pytest.approx(CELLS.loc[tight, f"se_{end}"], rel=tolerance)
