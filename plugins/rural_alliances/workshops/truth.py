"""What the whole register would answer."""

from collections.abc import Iterator

import pandas as pd

from rural_alliances.workshops.calibration import OTHER, WorkshopCalibration

_ALONE = {"changed": ("1", "0")}


def true_shares(
    register: pd.DataFrame, answers: pd.DataFrame, calibration: WorkshopCalibration
) -> pd.DataFrame:
    """Tabulate the shares of the register, by region and of the regions with workshops together.

    Returns
    -------
    DataFrame
        ``key``, the identifier of the number in the findings of the study, and ``planted`` in percent.
    """
    invited = list(calibration.invited.allocation)
    of_regions = answers[register["region"].isin(invited).to_numpy()]
    rows = list(
        _shares("perceptions", of_all(answers, calibration.answers.perceived), "", "register")
    )
    asked = _indicators(answers, calibration)
    rows += _shares("workshops", asked.loc[of_regions.index], "", "register")
    for region in invited:
        inside = (register["region"] == region).to_numpy()
        rows += _shares("workshops", asked[inside], f"/region={region}", "percent")
    return pd.DataFrame(rows, columns=["key", "planted"])


def of_all(answers: pd.DataFrame, names: dict[str, float]) -> pd.DataFrame:
    """Return the answers to one question as columns ``question/answer``."""
    return answers[list(names)].astype(float).add_prefix("impacts/")


def _indicators(answers: pd.DataFrame, calibration: WorkshopCalibration) -> pd.DataFrame:
    """Return a column of 0 and 1 an answer; missing where it was not asked."""
    chances = calibration.answers
    columns = {}
    for question, names in (
        ("facilities", chances.facilities),
        ("services", chances.services),
        ("reasons", chances.reasons),
    ):
        for name in names:
            columns[f"{question}/{name}"] = pd.to_numeric(answers[name])
    for question, words in (
        ("age", chances.age[OTHER]),
        ("membership", chances.membership[OTHER]),
        ("changed", _ALONE["changed"]),
    ):
        for word in words:
            columns[f"{question}/{word}"] = (answers[question].astype(str) == word).astype(float)
    return pd.DataFrame(columns)


def _shares(
    analysis: str, indicators: pd.DataFrame, level: str, measure: str
) -> Iterator[tuple[str, float]]:
    for name in indicators:
        yield f"responses/{analysis}/{name}{level}/{measure}", 100 * float(indicators[name].mean())
