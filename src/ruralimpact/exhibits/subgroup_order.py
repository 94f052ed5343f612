"""The order of subgroup effects beside the order that a report prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import Annotated
from zlib import crc32

import numpy as np
import pandas as pd
from pydantic import Field

from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.exhibits import cells, formatting
from ruralimpact.exhibits.columns import said, words
from ruralimpact.exhibits.model import Cell, Row, Value
from ruralimpact.exhibits.options import OfSubgroup
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.inference.orders import Ranking, rank_relative_effects
from ruralimpact.language import gettext, marked
from ruralimpact.schema.base import DistinctEntries, Positive, Settings

_RANK = marked("Rank by percent")
RANKS = (
    words(marked("Here"), _RANK, 0.7, of="rank_here").staying(),
    words(marked("95% range"), _RANK, of="rank_range").staying(),
    words(marked("Published"), _RANK, 0.95, of="rank_printed").staying(),
)
NOTE = marked(
    "Ranks are by percent of the counterfactual, 1 the highest. Their ranges, "
    "and how often the published order comes out, are from 1,999 normal draws "
    "around the estimates with the covariance of their group scores: they tell "
    "how firmly estimates of this precision order the levels, not how probable "
    "an order is."
)


class PublishedOrder(Settings):
    """An order of the levels that a report prints, to be set beside the order of the estimates."""

    published: Annotated[DistinctEntries[str], Field(min_length=2)]
    """Levels, the highest effect first; classes by quantile are named by their number."""
    place: str
    """Where it is printed."""
    ratio: Positive | None = None
    """How many times the percent of the first level is that of the second, as printed."""


class SubgroupOptions(OfSubgroup):
    """A table of effects by level."""

    order: PublishedOrder | None = None
    """An order of the levels that a report prints, to be set beside the order of the estimates."""


@dataclass(frozen=True)
class FamilyOrder:
    """The order of the effects of one family (strategy and outcome).

    Attributes
    ----------
    levels : tuple of str
        Levels whose percent can be shown, as they are ranked.
    ranking : Ranking
        Of these levels.
    published : tuple of str
        Levels in the published order, the highest first.
    place : str
        Where the order is printed.
    published_ratio : float or None
        Percent of the first level of the published order over that of the second, as printed.
    """

    levels: tuple[str, ...]
    ranking: Ranking
    published: tuple[str, ...]
    place: str
    published_ratio: float | None

    @property
    def chance(self) -> float:
        """How often the published order comes out of a blind shuffle."""
        return 1 / factorial(len(self.published))


def level_key(level: str) -> str:
    """Return a level's name without what tells the lowest and highest classes: ``1 (lowest)`` is ``1``."""
    return level.removesuffix(" (lowest)").removesuffix(" (highest)")


def family_order(
    results: StudyResults, family: pd.DataFrame, exhibit: SubgroupOptions
) -> FamilyOrder | None:
    """Rank the levels of a family and compare them with the published order.

    Parameters
    ----------
    results : StudyResults
    family : DataFrame
        Rows of one strategy and outcome of the contract ``subgroups``.
    exhibit : SubgroupOptions
        Without ``order`` there is nothing to rank.

    Returns
    -------
    FamilyOrder or None
        None also where a level of the published order has no percent that can be shown.

    Raises
    ------
    ConfigError
        The published order names a level that does not exist.
    """
    entry = exhibit.order
    levels = family[family["kind"] == "level"]
    if entry is None or levels.empty:
        return None
    names = {level_key(level): level for level in levels["level"]}
    published = tuple(_known(name, names, exhibit) for name in entry.published)
    known = levels["estimate"].notna() & ~levels["suppressed"]
    shown = levels[known & ~levels["means_suppressed"]]
    keys = [f"{row.spec_id}::{row.subgroup}={row.level}" for row in shown.itertuples()]
    columns = [*keys, *(f"{key}::treated_mean" for key in keys)]
    estimated = all(column in results["scores"] for column in columns)
    if set(published) - set(shown["level"]) or not estimated:
        return None
    position = list(shown["level"])
    stream = crc32(f"{shown['spec_id'].iloc[0]}/{shown['subgroup'].iloc[0]}/order".encode())
    try:
        ranking = rank_relative_effects(
            shown["estimate"].to_numpy(float),
            shown["treated_mean"].to_numpy(float),
            results["scores"][columns[: len(keys)]].to_numpy(float),
            results["scores"][columns[len(keys) :]].to_numpy(float),
            [position.index(name) for name in published],
            rng=np.random.default_rng(stream),
        )
    except DesignError:
        return None
    return FamilyOrder(tuple(position), ranking, published, entry.place, entry.ratio)


def _known(name: str, names: Mapping[str, str], exhibit: SubgroupOptions) -> str:
    if str(name) not in names:
        known = ", ".join(names)
        raise ConfigError(
            f"there is no level '{name}'; the levels are: {known}.",
            key=f"tables.{exhibit.name}.order.published",
        )
    return names[str(name)]


def rank_values(order: FamilyOrder, level: str) -> dict[str, int | None]:
    """Return the rank of a level with its range, and the published rank; None where there is none."""
    printed = order.published.index(level) + 1 if level in order.published else None
    if level not in order.levels:
        return {"rank": None, "rank_low": None, "rank_high": None, "rank_published": printed}
    position = order.levels.index(level)
    ranking = order.ranking
    return {
        "rank": int(ranking.ranks[position]),
        "rank_low": int(ranking.low[position]),
        "rank_high": int(ranking.high[position]),
        "rank_published": printed,
    }


def rank_cells(values: Mapping[str, int | None]) -> dict[str, Cell]:
    """Return `rank_values` as `RANKS` print them; without values, blanks."""
    if not values:
        return dict.fromkeys(("rank_here", "rank_range", "rank_printed"), Cell(""))
    low, high = values["rank_low"], values["rank_high"]
    return {
        "rank_here": cells.number(values["rank"]),
        "rank_range": cells.number(low) if low == high else cells.interval(low, high),
        "rank_printed": cells.number(values["rank_published"]),
    }


def order_row(order: FamilyOrder, spec_id: str, shown: Sequence[Shown]) -> Row:
    """Return the foot row that says how often the published order comes out."""
    values: dict[str, Value] = {
        "spec_id": spec_id,
        "test": gettext("published order"),
        "share_of_draws": order.ranking.kept,
        "by_chance": order.chance,
    }
    return said(shown, "", order_words(order), values, "foot")


def order_words(order: FamilyOrder) -> str:
    """The published order, how often it comes out, and the published ratio, in words."""
    names = " > ".join(level_key(level) for level in order.published)
    text = gettext(
        "Published order ({place}): {names}; in {percent} percent of draws (a blind "
        "shuffle: {percent_2})"
    ).format(
        place=order.place,
        names=names,
        percent=_percent(order.ranking.kept),
        percent_2=_percent(order.chance),
    )
    if order.published_ratio is None:
        return text
    ranking = order.ranking
    ends = formatting.interval(ranking.ratio_low, ranking.ratio_high, 1)
    return gettext(
        "{text}; ratio of the two percents: published {published_ratio}, here {ratio} ({ends})"
    ).format(
        text=text,
        published_ratio=f"{order.published_ratio:g}",
        ratio=formatting.number(ranking.ratio, 1),
        ends=ends,
    )


def _percent(share: float) -> str:
    value = 100 * share
    if value < 1:
        return gettext("less than 1")
    return gettext("more than 99") if value > 99 else formatting.number(value)
