"""A trace prints no number that exhibits suppress."""

from pathlib import Path

import pandas as pd
import pytest
from test_exhibits_study import build_tables

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits.document import Finding
from ruralimpact.tables import empty_table
from ruralimpact.trace.cited_number import CitedNumber, cited_number, refuse_unknown_study
from ruralimpact.trace.suppressed import FEW, MEAN, PrintedEffects

WHOLE, THINNED, SMALL = "psid_matching/nn5/earnings", "psid_matching/cem/earnings", "x/y/earnings"
PRINTED = CitedNumber("study", f"{WHOLE}/estimate", Finding(value=1.0, unit="", text="1"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of one strategy that keeps 100 treated units, one that keeps 99, and an estimate on 5."""
    tables = build_tables()
    row = tables["estimates"].set_index("spec_id", drop=False).loc[WHOLE].to_dict()
    rows = [
        {**row, "spec_id": name, "strategy": name.split("/")[1], "n_treated": treated}
        for name, treated in ((WHOLE, 100), (THINNED, 99), (SMALL, 5))
    ]
    folder = tmp_path / "results" / "study"
    (folder / "estimates").mkdir(parents=True)
    estimates = pd.DataFrame(rows).assign(treated_mean=6000.0, control_mean=4500.0, percent=33.0)
    estimates.to_parquet(folder / "estimates" / "estimates.parquet")
    empty_table("subgroups").to_parquet(folder / "estimates" / "subgroups.parquet")
    monkeypatch.chdir(tmp_path)
    return folder


def test_means_are_hidden_of_which_two_tell_what_one_unit_has(folder: Path) -> None:
    printed = PrintedEffects(folder)
    assert not printed.hides_means(WHOLE)
    assert printed.hides_means(THINNED)
    assert printed.hides_means(SMALL)
    reasons = {number.key: number.reason for number in printed.numbers()}
    assert reasons[f"{THINNED}/treated_mean"] == MEAN
    assert reasons[f"{SMALL}/estimate"] == FEW
    assert f"{THINNED}/estimate" not in reasons
    assert not any(key.startswith(WHOLE) for key in reasons)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (f"study.{THINNED}.percent", MEAN),
        ("cem.earnings.treated_mean", MEAN),
        (f"study.{SMALL}.estimate", FEW),
    ],
)
@pytest.mark.usefixtures("folder")
def test_of_a_suppressed_number_the_reason_is_said(asked: str, reason: str) -> None:
    with pytest.raises(ConfigError, match="is not printed: suppressed") as refused:
        cited_number(asked, [PRINTED])
    assert reason in str(refused.value)


@pytest.mark.usefixtures("folder")
def test_an_identifier_like_none_is_told_what_one_is_like() -> None:
    for refuse in (
        lambda: cited_number("nada.x", [PRINTED]),
        lambda: refuse_unknown_study("nada.x", ["study"]),
    ):
        with pytest.raises(ConfigError, match=r"study\.analysis\.strategy\.outcome\.estimate"):
            refuse()
    refuse_unknown_study("study.x", ["study"])
