"""Gains before and after: by hand, against other software, and records that cannot be used."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.formula.api import ols
from study_models import study_of

from ruralimpact.config.gains import check_gains
from ruralimpact.description.records import DescriptionTables, RecordedStudy
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.gains.measures import Gained, gain_measures
from ruralimpact.gains.study import gains_study, growth_without
from ruralimpact.schema.gains import ComparedEffect
from ruralimpact.survey.set_missing import mark_of

TARGETING = {"place": "town", "index": "needs", "above": 0.5, "amounts": ["funds"]}
EFFECT = {"name": "matched", "label": "Matched", "percent": 63, "source": "Somewhere"}
BEFORE = {"a": 100.0, "b": 200.0, "c": 50.0, "d": 0.0}
AFTER = {"a": 250.0, "b": 100.0, "c": 200.0, "d": 50.0}


def study_with(**gains: Any) -> Any:
    return study_of(
        design="before_after",
        synthetic=False,
        outcomes={"income": {"unit": "US$"}, "funds": {"unit": "US$"}},
        samples={"all": {}},
        analyses=[
            {
                "name": "gains",
                "method": "before_after",
                "before": ["1"],
                "after": ["2"],
                "outcomes": ["income"],
                "gains": gains,
            }
        ],
    )


def frames(before: dict[str, float], after: dict[str, float], **by_unit: Any) -> tuple[Any, Any]:
    table = pd.DataFrame(
        [
            {"unit_id": f"{unit} {wave}", "id": unit, "wave": wave, "income": values[unit]}
            for wave, values in (("1", before), ("2", after))
            for unit in before
        ]
    )
    units = table[["unit_id", "id", "wave"]].assign(group=table["id"])
    for name, values in by_unit.items():
        units[name] = table["id"].map(dict(zip(before, values, strict=True)))
    return {"all": units}, {"all": table[["unit_id", "income"]].assign(funds=10.0)}


def computed(gains: Any = None, tables: Any = None, **by_unit: Any) -> DescriptionTables:
    given = tables or frames(BEFORE, AFTER, **by_unit)
    return gains_study(RecordedStudy(study_with(**(gains or {})), *given))


def value(tables: DescriptionTables, measure: str, level: str = "") -> float:
    frame = tables.tables["gains"]
    chosen = (frame["measure"] == measure) & (frame["level"] == level)
    return float(frame.loc[chosen, "estimate"].iloc[0])


def test_averages_by_hand() -> None:
    """Totals 350 and 600; gains of 1.5, -0.5 and 3; d had nothing, and so has no percent."""
    tables = computed()
    assert value(tables, "ratio_of_totals") == pytest.approx(250 / 350)
    assert value(tables, "mean_of_ratios") == pytest.approx(4 / 3)
    assert value(tables, "median_of_ratios") == pytest.approx(1.5)
    assert value(tables, "share_loss") == pytest.approx(0.25)
    assert value(tables, "mean_change") == pytest.approx(62.5)
    by_unit = tables.tables["gains_by_unit"].set_index("unit_id")
    assert by_unit.loc["d", "reason"] == "nothing above zero before"
    assert tables.tables["gains"]["n_without_base"].max() == 1


def test_levels_stand_by_themselves() -> None:
    tables = computed({"by": ["product"]}, product=["milk", "milk", "honey", "honey"])
    assert value(tables, "ratio_of_totals", "milk") == pytest.approx(50 / 300)
    assert value(tables, "ratio_of_totals", "honey") == pytest.approx(200 / 50)


def test_growth_that_reconciles_a_gain_with_an_effect() -> None:
    """2.6 times what was before, and 1.63 times what would have been: that was 2.6 / 1.63 of before."""
    growth = growth_without(1.6, ComparedEffect(**EFFECT))
    assert growth == pytest.approx(2.6 / 1.63 - 1)
    assert (1 + growth) * 1.63 == pytest.approx(2.6)
    row = computed({"effects": [EFFECT]}).tables["growth_without"].iloc[0]
    assert row["estimate"] == pytest.approx((600 / 350) / 1.63 - 1)


def drawn(n: int = 60, seed: int = 3) -> Gained:
    rng = np.random.default_rng(seed)
    before = rng.lognormal(6, 0.5, n)
    return Gained(before, before * rng.normal(2, 0.6, n), np.arange(n).astype(str).astype(object))


def test_the_interval_of_the_mean_is_students() -> None:
    gained = drawn()
    made = {measure.name: interval for measure, interval in gain_measures(gained)}
    wanted = stats.ttest_1samp(gained.ratios, 0).confidence_interval()
    assert made["mean_of_ratios"].conf_low == pytest.approx(wanted.low)
    assert made["mean_of_ratios"].conf_high == pytest.approx(wanted.high)


def test_scores_are_derivatives_by_weights() -> None:
    gained, step = drawn(12), 1e-6
    (total, _), *_ = gain_measures(gained)
    assert total.scores is not None
    for unit in range(3):
        weights = np.ones(12)
        weights[unit] += step
        ratio = (weights @ (gained.after - gained.before)) / (weights @ gained.before)
        assert (ratio - total.estimate) / step == pytest.approx(total.scores[unit], rel=1e-4)


def test_the_interval_of_the_median_is_near_that_of_order_statistics() -> None:
    """The distribution-free interval of a median: ranks at which the binomial leaves 2.5 percent."""
    gained = drawn(400)
    made = {measure.name: interval for measure, interval in gain_measures(gained)}
    ordered = np.sort(gained.ratios)
    low, high = (int(stats.binom(400, 0.5).ppf(tail)) for tail in (0.025, 0.975))
    spread = ordered[high] - ordered[low]
    assert made["median_of_ratios"].conf_low == pytest.approx(ordered[low], abs=0.1 * spread)
    assert made["median_of_ratios"].conf_high == pytest.approx(ordered[high], abs=0.1 * spread)


def test_variance_components_are_those_of_statsmodels() -> None:
    rng = np.random.default_rng(8)
    products = np.repeat(["honey", "milk", "peach", "rice"], 9)
    shift = dict(zip("hmpr", (0.2, 0.9, -0.4, 0.1), strict=True))
    gains = np.array([shift[name[0]] for name in products]) + rng.normal(1, 0.7, 36)
    names = [f"u{place:02d}" for place in range(36)]
    before = dict(zip(names, rng.lognormal(6, 0.4, 36), strict=True))
    after = {name: before[name] * (1 + gain) for name, gain in zip(names, gains, strict=True)}
    tables = computed({"within": "product"}, frames(before, after, product=products))
    row = tables.tables["gain_variance"].iloc[0]
    fitted = ols("gain ~ C(product)", pd.DataFrame({"gain": gains, "product": products})).fit()
    anova = sm.stats.anova_lm(fitted)
    mean_square, residual = anova["mean_sq"].iloc[0], anova["mean_sq"].iloc[1]
    between = (mean_square - residual) / 9
    assert row["between"] == pytest.approx(between)
    assert row["share_between"] == pytest.approx(between / (between + residual))
    low = (mean_square / residual) / stats.f.ppf(0.975, 3, 32)
    assert row["conf_low"] == pytest.approx((low - 1) / (low + 8))


def test_gains_that_do_not_differ_have_no_variance_to_share() -> None:
    same = {unit: 2 * amount for unit, amount in BEFORE.items()}
    tables = computed({"within": "product"}, frames(BEFORE, same, product=["x", "x", "y", "y"]))
    row = tables.tables["gain_variance"].iloc[0]
    assert (row["reason"], bool(np.isnan(row["share_between"]))) == ("gains do not differ", True)


def test_targeting_by_hand_and_units_without_a_place_are_counted() -> None:
    towns, needs = ["n", "n", "s", None], [0.8, 0.8, 0.2, 0.2]
    tables = computed({"targeting": TARGETING}, town=towns, needs=needs)
    shares = tables.tables["targeting"].set_index("measure")["estimate"]
    assert shares.to_dict() == pytest.approx({"places": 1 / 2, "units": 2 / 3, "funds": 2 / 3})
    # Places are all that there are: the sample is of units.
    drawn = tables.tables["targeting"].set_index("measure")["n_clusters"]
    assert drawn.to_dict() == {"places": 2, "units": 3, "funds": 3}
    counted = {item.reason: item.rows for item in tables.excluded if item.rows}
    assert counted == {"'town' is missing": 1}


def test_what_a_unit_keeps_is_known_from_the_record_after_where_that_before_is_blank() -> None:
    """a has a town in both, b before, c after, d one before that was set to missing and one after."""
    units, outcomes = frames(BEFORE, AFTER, needs=[0.8, 0.8, 0.2, 0.2])
    towns = ["n", "n", None, None, "n", "s", "s", "s"]
    withheld = {mark_of("town"): units["all"]["unit_id"] == "d 1"}
    table = units["all"].assign(town=towns, **withheld)
    made = computed({"targeting": TARGETING, "by": ["town"]}, ({"all": table}, outcomes))
    shares = made.tables["targeting"].set_index("measure")["estimate"]
    assert shares.to_dict() == pytest.approx({"places": 1 / 2, "units": 2 / 3, "funds": 2 / 3})
    assert value(made, "ratio_of_totals", "s") == pytest.approx(150 / 50)
    noted = [(line.problem.split(": ")[1], line.units) for line in made.inconsistent if line.units]
    assert noted == [
        ("'town' is another one after than before; that before is used.", ("b",)),
        ("'town' is known after and not before; that after is used.", ("c",)),
    ]
    counted = {item.reason: item.units for item in made.excluded if item.about == "targeting"}
    assert counted["'town' was set to missing"] == ("d",)


def test_a_unit_that_a_wave_lacks_is_named() -> None:
    units, outcomes = frames(BEFORE, AFTER)
    fewer = units["all"]["unit_id"] != "c 2"
    made = computed(tables=({"all": units["all"][fewer]}, {"all": outcomes["all"][fewer]}))
    assert [(line.units, line.problem[:6]) for line in made.inconsistent] == [(("c",), "1 of 4")]
    assert value(made, "ratio_of_totals") == pytest.approx(100 / 300)


def test_an_index_that_differs_within_a_place_is_an_error() -> None:
    with pytest.raises(DataError, match="differs between the units of town n"):
        computed({"targeting": TARGETING}, town=["n", "n", "s", "s"], needs=[0.8, 0.7, 0.2, 0.2])
    with pytest.raises(DataError, match="'needs' is missing"):
        computed({"targeting": TARGETING}, town=list("abcd"), needs=[0.8, np.nan, 0.2, 0.2])


def test_units_without_a_record_are_counted_and_the_order_of_rows_changes_nothing() -> None:
    after = {**AFTER, "b": np.nan}
    tables = computed({"by": ["product"]}, frames(BEFORE, after, product=list("xxyy")))
    assert tables.excluded[0].rows == 1
    units, outcomes = frames(BEFORE, after, product=list("xxyy"))
    turned = {"all": units["all"].iloc[::-1]}, {"all": outcomes["all"].iloc[::-1]}
    other = computed({"by": ["product"]}, turned)
    for name, table in tables.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"by": ["produce"]}, "unknown covariate 'produce'. Did you mean 'product'"),
        ({"within": "regio"}, "unknown covariate 'regio'"),
        ({"targeting": {**TARGETING, "place": "twon"}}, "unknown covariate 'twon'"),
        ({"targeting": {**TARGETING, "amounts": ["fund"]}}, "unknown variable 'fund'"),
        ({"effects": [EFFECT, EFFECT]}, "the name 'matched' stands twice"),
    ],
)
def test_names_must_be_known(keys: Any, message: str, tmp_path: Any) -> None:
    roles = dict.fromkeys(("product", "town", "needs"), "covariate")
    with pytest.raises(ConfigError, match=message):
        check_gains(study_with(**keys), roles, tmp_path / "study.yaml")
