"""The effects by which studies answer their questions, as they are published, and whether they are alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import ValidationError

from ruralimpact.errors import DataError
from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.suggestions import nearest

Measure = Literal["percent", "unit"]
_PERCENT_POINTS = "percentage points"
_COUNTERFACTUAL = "percent of the counterfactual"
_CHANGES = ("before_after",)
_NUMBERS = (
    *("estimate", "std_error", "conf_low", "conf_high"),
    *("percent", "percent_low", "percent_high"),
    *("n_treated", "n_control", "n_clusters"),
)


@dataclass(frozen=True)
class HeadlineEffect:
    """An effect of one study, from its answer in short.

    Attributes
    ----------
    project, study, title : str
        The project's folder, as it was named; the study and what it is called.
    spec_id, outcome, method, estimand, unit, currency : str
    synthetic : bool
    estimate, std_error, conf_low, conf_high : float
        In `unit`.
    percent, percent_low, percent_high : float
        Percent of the counterfactual; missing where the study has none.
    n_treated, n_control, n_clusters : float
    """

    project: str
    study: str
    title: str
    spec_id: str
    outcome: str
    method: str
    estimand: str
    unit: str
    currency: str
    synthetic: bool
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    percent: float
    percent_low: float
    percent_high: float
    n_treated: float
    n_control: float
    n_clusters: float

    @property
    def name(self) -> str:
        """Which study of which project."""
        return f"{self.project}/{self.study}"


@dataclass(frozen=True)
class ComparableEffect:
    """An effect on the scale on which studies are combined.

    Attributes
    ----------
    study, title : str
    estimate, std_error, conf_low, conf_high : float
        In the unit of the outcome, or logarithms of treated over counterfactual mean (`printed` undoes it).
    """

    study: str
    title: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float


def headline_effects(project: str, root: Path, studies: Sequence[str]) -> list[HeadlineEffect]:
    """Read the effects of a project's studies.

    Parameters
    ----------
    project : str
        How the project is called.
    root : path
        Its folder.
    studies : sequence of str

    Returns
    -------
    list of HeadlineEffect
        Estimates that are in the answer in short, with a value that is not suppressed, in its order.

    Raises
    ------
    DataError
        A study has no results that can be read.
    """
    return [effect for study in studies for effect in _of_study(project, root, study)]


def _of_study(project: str, root: Path, study: str) -> Iterator[HeadlineEffect]:
    folder = root / "results" / study
    path = folder / "exhibits" / "findings.json"
    try:
        document = FindingsDocument.model_validate_json(path.read_bytes())
        estimates = pd.concat(
            [
                pd.read_parquet(file)
                for file in sorted(folder.glob("**/estimates/estimates.parquet"))
            ]
        ).set_index("spec_id")
    except (OSError, ValueError, ValidationError) as error:
        raise DataError(f"cannot be read: {error}", file=path, hint="Run the project.") from None
    # The estimates of other strategies are cited without intervals.
    cited = dict.fromkeys(
        cite.removesuffix("/conf_low")
        for line in document.answer.lines
        for cite in line.cites
        if cite.endswith("/conf_low")
    )
    for spec_id in cited:
        if spec_id not in estimates.index:
            continue
        row = estimates.loc[spec_id]
        yield HeadlineEffect(
            project=project,
            study=study,
            title=document.study.title,
            spec_id=spec_id,
            outcome=str(row["outcome"]),
            method=str(row["method"]),
            estimand=str(row["estimand"]),
            unit=str(row["unit"]),
            currency=document.study.currency,
            synthetic=document.study.synthetic,
            **{column: _value(document, f"{spec_id}/{column}") for column in _NUMBERS},
        )


def _value(document: FindingsDocument, key: str) -> float:
    """Return a published number; missing where it is suppressed."""
    finding = document.findings.get(key)
    return float("nan") if finding is None else float(finding.value)


def comparable(
    effects: Sequence[HeadlineEffect],
    outcome: str,
    measure: Measure,
    without: Sequence[str] = (),
) -> list[ComparableEffect]:
    """Return the effects on one outcome in a common measure, one a study.

    Parameters
    ----------
    effects : sequence of HeadlineEffect
    outcome : str
        Name of an outcome, the same in all studies.
    measure : {"percent", "unit"}
        Percent of the counterfactual, or the unit of the outcome.
    without : sequence of str
        Studies that answer with no effect.

    Raises
    ------
    DataError
        Effects are not alike: a study has none or several, another estimand, unit or currency, changes that
        are not attributable, synthetic data beside real, or no percent where percents are asked for.
    """
    chosen = [effect for effect in effects if effect.outcome == outcome]
    if not chosen:
        known = sorted({effect.outcome for effect in effects})
        raise DataError(f"no study answers with the outcome '{outcome}'. {nearest(outcome, known)}")
    studies = list(dict.fromkeys([*(effect.name for effect in effects), *without]))
    for problem in _differences(studies, chosen, measure):
        raise DataError(f"the effects on '{outcome}' cannot be combined: {problem}")
    return [_in_measure(effect, measure) for effect in chosen]


def _differences(
    studies: Sequence[str], chosen: Sequence[HeadlineEffect], measure: Measure
) -> Iterator[str]:
    """Yield what keeps effects from being combined."""
    names = [effect.name for effect in chosen]
    for name in studies:
        if names.count(name) != 1:
            number = "no estimate" if name not in names else "several estimates"
            yield f"the answer of {name} has {number} of it; name one under `answer` of its study.yaml."
    for effect in chosen:
        if effect.method in _CHANGES:
            yield f"that of {effect.name} is a change which is not attributable to its project."
    for what, values in (
        ("estimand", [effect.estimand.partition(",")[0] for effect in chosen]),
        ("kind of data", ["synthetic" if effect.synthetic else "real" for effect in chosen]),
        ("unit", [effect.unit for effect in chosen] if measure == "unit" else []),
        ("currency", _currencies(chosen) if measure == "unit" else []),
    ):
        if len(set(values)) > 1:
            shown = "; ".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
            yield f"they differ in their {what} ({shown})."
    for effect in chosen if measure == "percent" else ():
        if effect.unit == _PERCENT_POINTS:
            yield f"that of {effect.name} is in percentage points, of which no percent is made."
        elif not effect.percent_low > -100:
            yield f"{effect.name} has no percent of the counterfactual with an interval above -100."


def _currencies(chosen: Sequence[HeadlineEffect]) -> list[str]:
    """Return the currencies that amounts may be in: whether a unit is one of money nothing says."""
    return [effect.currency or "none" for effect in chosen if effect.unit != _PERCENT_POINTS]


def _in_measure(effect: HeadlineEffect, measure: Measure) -> ComparableEffect:
    """Return an effect on its scale; intervals of percents are as good as symmetric in logarithms.

    References
    ----------
    Hedges, Gurevitch & Curtis (1999), Ecology 80(4): the logarithm of the response ratio.
    """
    if measure == "unit":
        numbers = (effect.estimate, effect.std_error, effect.conf_low, effect.conf_high)
        return ComparableEffect(effect.name, effect.title, *numbers)
    percents = (effect.percent, effect.percent_low, effect.percent_high)
    ratio, low, high = (float(np.log1p(percent / 100)) for percent in percents)
    # Both intervals have the same degrees of freedom, and so the same quantile.
    quantile = (effect.conf_high - effect.conf_low) / (2 * effect.std_error)
    return ComparableEffect(
        effect.name, effect.title, ratio, (high - low) / (2 * quantile), low, high
    )


def printed(value: float, measure: Measure) -> float:
    """Return a number of the scale on which studies are combined in the unit that is printed."""
    return value if measure == "unit" else float(100 * np.expm1(value))


def unit_of(effects: Sequence[HeadlineEffect], outcome: str, measure: Measure) -> str:
    """Return the unit of comparable effects in words."""
    if measure == "percent":
        return _COUNTERFACTUAL
    return next(effect.unit for effect in effects if effect.outcome == outcome)
