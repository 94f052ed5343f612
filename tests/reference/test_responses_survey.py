"""Shares of respondents and of their register against R's survey: stratified, corrected, in groups."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ruralimpact.responses.shares import Respondents, Share

FOLDER = Path(__file__).parent / "responses"
CLOSE = {"rel": 1e-6, "abs": 1e-9}
ANSWERS = pd.read_csv(FOLDER / "answers.csv")


def codes(texts: "pd.Series[str]") -> np.ndarray:
    return np.unique(texts.to_numpy(object), return_inverse=True)[1].astype(np.int64)


def share_of(answer: str, level: str = "", *, grouped: bool = False) -> Share:
    groups = ANSWERS["id"]
    if grouped:
        number = ANSWERS["id"].str.extract(r"(\d+)")[0].astype(int)
        groups = ANSWERS["stratum"] + ((number + 1) // 2).astype(str)
    respondents = Respondents(
        codes(ANSWERS["stratum"]), codes(groups), ANSWERS["register"].to_numpy(float)
    )
    if answer in ANSWERS:
        values, counted = ANSWERS[answer].to_numpy(float), np.ones(len(ANSWERS), dtype=bool)
    else:
        values = (ANSWERS["buyer"] == answer).to_numpy(float)
        counted = ANSWERS["buyer"].notna().to_numpy()
    inside = (ANSWERS["stratum"] == level).to_numpy() if level else counted
    return respondents.share(values, counted & inside, weighted=not level)


@pytest.mark.parametrize(
    "row", pd.read_csv(FOLDER / "shares.csv", keep_default_na=False).to_dict("records"), ids=str
)
def test_shares_errors_and_intervals(row: dict) -> None:
    share = share_of(row["answer"], row["level"])
    assert share.estimate == pytest.approx(row["estimate"], **CLOSE)
    assert share.std_error == pytest.approx(row["std_error"], **CLOSE)
    assert share.conf_low == pytest.approx(row["conf_low"], **CLOSE)
    assert share.conf_high == pytest.approx(row["conf_high"], **CLOSE)


def test_errors_of_respondents_in_groups() -> None:
    (row,) = pd.read_csv(FOLDER / "grouped.csv").to_dict("records")
    share = share_of("training", grouped=True)
    assert share.estimate == pytest.approx(row["estimate"], **CLOSE)
    assert share.std_error == pytest.approx(row["std_error"], **CLOSE)
    # R has n p (1 - p) / ((n - 1) v) without n - 1, and Clopper and Pearson's interval at this size.
    middle, z2 = (share.conf_low + share.conf_high) / 2, stats.norm.ppf(0.975) ** 2
    size = z2 * (0.5 - middle) / (middle - share.estimate) * (len(ANSWERS) - 1) / len(ANSWERS)
    having = share.estimate * size
    ends = stats.beta.ppf([0.025, 0.975], [having, having + 1], [size - having + 1, size - having])
    assert ends == pytest.approx([row["beta_low"], row["beta_high"]], **CLOSE)
