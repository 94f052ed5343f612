"""An estimate rebuilt from the files of a run: stored weights times stored outcomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# What the order of a sum may make of it, of the size of what is summed.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class RebuiltEstimate:
    """An estimate, and what its rows add to it.

    Attributes
    ----------
    name : str
        Of its weights: its spec_id, with ``::<subgroup>=<level>`` of a subgroup's.
    row : Series
        Of the table ``estimates``, or ``subgroups``.
    terms : DataFrame
        A line a row of the sample: ``unit_id``, ``arm_weight`` (missing where there are none by arm),
        ``weight``, ``outcome``, and ``added``, the product of the last two.
    """

    name: str
    row: "pd.Series[Any]"
    terms: pd.DataFrame

    @property
    def spec_id(self) -> str:
        """The specification."""
        return str(self.row["spec_id"])

    @property
    def table(self) -> str:
        """The result table that it stands in."""
        return "subgroups" if "::" in self.name else "estimates"

    @property
    def total(self) -> float:
        """The sum of what rows add."""
        return float(self.terms["added"].sum())

    @property
    def agrees(self) -> bool:
        """Whether the total is the stored estimate, but for the rounding of a sum."""
        size = float(self.terms["added"].abs().sum())
        return abs(self.total - float(self.row["estimate"])) <= TOLERANCE * max(size, 1e-300)

    @property
    def arm_means(self) -> tuple[float, float] | None:
        """Weighted means of treated units and of controls; None where there are no weights by arm."""
        weights = self.terms["arm_weight"]
        if weights.isna().any():
            return None
        parts = weights * self.terms["outcome"]
        treated = self.terms["treated"] == 1
        return float(parts[treated].sum()), float(parts[~treated].sum())


def rebuilt_estimates(folder: Path, *, analysis: str | None = None) -> Iterator[RebuiltEstimate]:
    """Yield every estimate of a round that has a value.

    Parameters
    ----------
    folder : path
        Results of the round.
    analysis : str, optional
        Only estimates of this one.
    """
    estimates = _named_estimates(folder)
    if analysis is not None:
        estimates = estimates[estimates["analysis"] == analysis]
    sets = pd.read_parquet(folder / "estimates" / "weight_sets.parquet").set_index("spec_id")["set"]
    weights = pd.read_parquet(folder / "estimates" / "outcome_weights.parquet")
    by_set = dict(iter(weights.groupby("set", sort=False)))
    samples: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = {}
    for name, row in estimates.dropna(subset=["estimate"]).iterrows():
        sample = str(row["sample"])
        if sample not in samples:
            samples[sample] = _sample(folder, sample)
        units, outcomes = samples[sample]
        of_set = by_set[sets[str(name)]].set_index("unit_id")
        terms = of_set[["arm_weight", "weight"]].assign(
            outcome=outcomes[str(row["outcome"])].reindex(of_set.index),
        )
        if row["treatment"] in units:
            terms["treated"] = units[row["treatment"]].reindex(of_set.index)
        else:
            terms["treated"] = np.nan
        terms["added"] = (terms["weight"] * terms["outcome"]).where(terms["weight"] != 0, 0.0)
        yield RebuiltEstimate(str(name), row, terms.reset_index())


def _named_estimates(folder: Path) -> pd.DataFrame:
    """Estimates on everyone, then those of levels of subgroups, by the names of their weights."""
    everyone = pd.read_parquet(folder / "estimates" / "estimates.parquet").set_index(
        "spec_id", drop=False
    )
    subgroups = pd.read_parquet(folder / "estimates" / "subgroups.parquet")
    levels = subgroups[subgroups["kind"] == "level"]
    levels = levels.assign(treatment=levels["spec_id"].map(everyone["treatment"]))
    levels.index = levels["spec_id"] + "::" + levels["subgroup"] + "=" + levels["level"]
    return pd.concat([everyone, levels]) if len(levels) else everyone


def _sample(folder: Path, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = [folder / "analysis" / name / f"{table}.parquet" for table in ("units", "outcomes")]
    units, outcomes = (pd.read_parquet(path).set_index("unit_id") for path in tables)
    return units, outcomes
