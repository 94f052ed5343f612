"""Strategies as objects: options and their limits, words, and what nothing else needs to list."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pandas as pd
import pytest

import ruralimpact
from ruralimpact.config import load_study
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.matching import Design
from ruralimpact.design.strategies import METHODS, Strategy, parse_strategy
from ruralimpact.design.study import specifications
from ruralimpact.design.unit_weights import controls_alike
from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.estimation.strategy_estimators import ESTIMATORS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "ruralimpact"
SHOWN = {"name", "label", "method"}

# Options that mean something only beside others.
BESIDE: dict[str, dict[str, Any]] = {
    "metric_covariates": {"distance": "mahalanobis"},
    "covariance": {"distance": "mahalanobis"},
    "order": {"replace": False},
}
# Values of options whose type does not list them.
VALUES: dict[str, list[Any]] = {
    "exact": [["region"], ["region", "sex"]],
    "bias_adjust": [False, ["age"], ["age", "land"]],
    "outcome_covariates": [["age"], ["age", "land"]],
    "metric_covariates": [["age"], ["age", "land"]],
    "caliper": [0.2, 0.25, 0.1234567, 0.1234568],
    "caliper_covariates": [{"age": 0.2}, {"age": 0.3}, {"land": 0.2}, {"age": 0.2, "land": 0.2}],
    "bins": [{"age": 3}, {"age": 4}, {"land": 3}, {"age": [30, 40]}, {"age": [30.0, 41.5]}],
    "k": [2, 5],
    "bandwidth": [0.1, 0.1000001],
    "radius": [0.1, 0.1000001],
    "tie_tolerance": [1e-5, 1e-6],
}


def options() -> Iterator[tuple[str, str]]:
    for method, strategy in METHODS.items():
        yield from ((method, key) for key in strategy.model_fields if key not in SHOWN)


def values(method: str, option: str) -> list[Any]:
    """Return values of an option, the default first."""
    field = METHODS[method].model_fields[option]
    kinds = [field.annotation, *get_args(field.annotation)]
    choices = [one for kind in kinds if get_origin(kind) is Literal for one in get_args(kind)]
    if field.annotation is bool:
        choices = [True, False]
    assert choices or option in VALUES, f"add values of the option '{option}' to VALUES"
    others = choices or VALUES[option]
    return [field.default, *(value for value in others if value != field.default)]


@pytest.mark.parametrize(("method", "option"), list(options()))
def test_two_designs_never_read_alike(method: str, option: str) -> None:
    """A strategy's words name every option that differs from its default, with its value."""
    beside = {"method": method, **BESIDE.get(option, {})}
    rows = [{**beside, option: value} for value in values(method, option)[1:]]
    texts = [parse_strategy(row).describe() for row in [beside, *rows]]
    assert len(texts) > 1
    assert len(set(texts)) == len(texts), texts


def test_names_in_options_are_said() -> None:
    row = {"method": "nearest", "distance": "mahalanobis", "metric_covariates": ["age", "land"]}
    text = parse_strategy(
        {**row, "covariance": "sample", "replace": False, "order": "id"}
    ).describe()
    assert text == (
        "The nearest control by the Mahalanobis distance of age and land (covariance of all units), "
        "without replacement, the treated unit that comes first by identifier chooses first, adjusted "
        "for remaining differences by regression among the controls used (Abadie and Imbens 2011)."
    )
    bins = parse_strategy({"method": "coarsened_exact", "bins": {"age": 4, "land": [1, 2.5]}})
    assert bins.describe() == (
        "Exact matching on binned covariates, bins: age in 4 and land cut at 1 and 2.5, adjusted for "
        "remaining differences by regression among the controls used (Abadie and Imbens 2011)."
    )


def test_names_in_options_may_be_said_by_their_labels() -> None:
    labels = {"age": "age of the head", "land": "hectares"}
    row = {"method": "nearest", "distance": "mahalanobis", "metric_covariates": ["age", "land"]}
    text = parse_strategy(row).with_labels(labels.__getitem__).describe()
    assert "Mahalanobis distance of age of the head and hectares" in text
    bins = parse_strategy({"method": "coarsened_exact", "bins": {"age": 4, "land": [1, 2.5]}})
    text = bins.with_labels(labels.__getitem__).describe()
    assert "bins: age of the head in 4 and hectares cut at 1 and 2.5" in text


@pytest.mark.parametrize("method", METHODS)
def test_every_strategy_is_whole(method: str) -> None:
    strategy = parse_strategy(method)
    assert strategy.method == method
    assert strategy.estimator in ESTIMATORS
    assert strategy.describe().endswith(".")
    described = METHODS[method].model_json_schema()["properties"]
    for option, field in METHODS[method].model_fields.items():
        assert described[option].get("description") or option == "method", option
        assert not field.is_required(), f"{method}.{option} has no default"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_nothing_else_asks_which_strategy_it_is(path: Path) -> None:
    """What differs between methods is in their classes: nobody branches on them."""
    names = {cls.__name__ for cls in METHODS.values()}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
            asked = {one.id for one in ast.walk(node.args[1]) if isinstance(one, ast.Name)}
            assert not asked & names, f"{path}:{node.lineno}"


def test_a_strategy_is_one_class() -> None:
    """A method defined anywhere is designed with, estimated and described like the others."""

    class EveryOther(Strategy):
        """Every other control."""

        method: Literal["every_other"] = "every_other"
        estimator = "weighted_difference"

        def _design(self, units: ComparedUnits) -> Design:
            made = units.weighted(controls_alike(units.treatment))
            weights = made.weights.copy()
            weights[made.candidates[1::2]] = 0
            weights[made.candidates] *= len(made.focal) / weights[made.candidates].sum()
            return Design(**{**vars(made), "weights": weights})

        def _headline(self) -> str:
            return "Every other control"

    frame = pd.DataFrame(
        {"d": [1, 1, 0, 0, 0, 0], "x": [1.0, 2, 1, 2, 3, 5], "y": [9.0, 7, 5, 4, 6, 1]}
    )
    found = ruralimpact.estimate_impact(
        frame, outcome="y", treatment="d", covariates=["x"], strategy=EveryOther()
    )
    assert found.estimate == pytest.approx(8.0 - 5.5)
    assert EveryOther(label="Half").describe() == "Every other control."


# What users write, and the key that each message is about.
MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"distance": "euclid"}, "distance", "propensity, mahalanobis, inverse_variance"),
    ({"distance": "mahalanobi"}, "distance", "Did you mean 'mahalanobis'"),
    ({"distance": "mahalanobis", "covariance": "total"}, "covariance", "pooled, sample"),
    ({"ties": "some"}, "ties", "all, first"),
    ({"replace": "no"}, "replace", "not true or false"),
    ({"replace": 1}, "replace", "not true or false"),
    ({"score": "logit"}, "score", "linear, probability"),
    ({"link": "probits"}, "link", "Did you mean 'probit'"),
    ({"k": 0}, "k", "'0' is below 1"),
    ({"k": -1}, "k", "'-1' is below 1"),
    ({"k": 1001}, "k", "'1001' is above 1000"),
    ({"k": 10**30}, "k", "is above 1000"),
    ({"k": 2.5}, "k", "not a whole number"),
    ({"k": "5"}, "k", "not a whole number"),
    ({"k": True}, "k", "not a whole number"),
    ({"k": [1]}, "k", "not a whole number"),
    ({"caliper": "0.2"}, "caliper", "not a number"),
    ({"caliper": -0.2}, "caliper", "'-0.2' is not above 0"),
    ({"caliper": float("nan")}, "caliper", "not a number"),
    ({"caliper": float("inf")}, "caliper", "not a number"),
    ({"tie_tolerance": -1e-9}, "tie_tolerance", "is below 0"),
    ({"calliper": 0.2}, "calliper", "Did you mean 'caliper'"),
    ({"caliper_covariates": {"agee": 1}}, "caliper_covariates", "Did you mean 'age'"),
    ({"caliper_covariates": {"age": 0}}, "caliper_covariates.age", "not above 0"),
    ({"caliper_covariates": ["age"]}, "caliper_covariates", "not a set of keys"),
    ({"bias_adjust": ["nope"]}, "bias_adjust", "Known: age, land, region"),
    ({"bias_adjust": []}, "bias_adjust", "neither true, false nor a list"),
    ({"bias_adjust": "age"}, "bias_adjust", "neither true, false nor a list"),
    ({"bias_adjust": [1]}, "bias_adjust", "neither true, false nor a list"),
    ({"metric_covariates": ["age"]}, "metric_covariates", "no effect with distance: propensity"),
    ({"covariance": "sample"}, "covariance", "no effect with distance: propensity"),
    (
        {"distance": "mahalanobis", "metric_covariates": ["nope"]},
        "metric_covariates",
        "'nope' is no covariate",
    ),
    ({"exact": ["regio"]}, "exact", "Did you mean 'region'"),
    ({"exact": "region"}, "exact", "not a list"),
    ({"exact": ["region", "region"]}, "exact", "stands twice"),
    ({"order": "id"}, "order", "no effect with replacement"),
    ({"replace": False, "order": "random"}, "order", "descending, ascending, closest, id"),
    (
        {"distance": "mahalanobis", "replace": False, "order": "closest"},
        "order",
        "for the propensity distance",
    ),
    (
        {"distance": "mahalanobis", "replace": False, "order": "ascending"},
        "order",
        "only with a caliper",
    ),
    ({"discard": "treated"}, "discard", "none, both"),
    ({"name": "My nn"}, "name", "small letters, digits and underscores"),
    ({"label": ""}, "label", "the text is empty"),
    ({"method": "kernel", "kernel": "epanechnikof"}, "kernel", "Did you mean 'epanechnikov'"),
    ({"method": "kernel", "bandwidth": -0.06}, "bandwidth", "not above 0"),
    ({"method": "kernel", "bandwidth": "wide"}, "bandwidth", "not a number"),
    ({"method": "kernel", "score": "odds"}, "score", "linear, probability"),
    ({"method": "radius", "radius": 0}, "radius", "not above 0"),
    ({"method": "entropy", "moments": 3}, "moments", "1, 2"),
    ({"method": "entropy", "moments": True}, "moments", "true is not a number"),
    ({"method": "entropy", "exact": ["region"]}, "exact", "unknown key 'exact' of method: entropy"),
    ({"method": "coarsened_exact", "bins": {"nope": 3}}, "bins", "'nope' is no numeric covariate"),
    ({"method": "coarsened_exact", "bins": {"age": 0}}, "bins.age", "number of bins, 1 to 100000"),
    ({"method": "coarsened_exact", "bins": {"age": 10**25}}, "bins.age", "1 to 100000"),
    ({"method": "coarsened_exact", "bins": {"age": []}}, "bins.age", "list of cut points"),
    ({"method": "coarsened_exact", "bins": {"age": ["a"]}}, "bins.age", "list of cut points"),
    ({"method": "ipw", "link": "cloglog"}, "link", "logit, probit"),
    ({"method": "aipw", "outcome_covariates": ["lnd"]}, "outcome_covariates", "'land'"),
    ({"method": "regression", "link": "logit"}, "link", "unknown key 'link'"),
    ({"method": "neerest"}, "method", "Did you mean 'nearest'"),
    ({"method": ["nearest"]}, "method", "nearest"),
    ({"method": None}, "method", "nearest"),
]


def farms() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "d": np.arange(80) % 2,
            "age": rng.normal(40, 9, 80),
            "land": rng.gamma(2, 1, 80),
            "region": rng.choice(["east", "north", "west"], 80),
        }
    )
    return frame.assign(y=frame.land + frame.d + rng.normal(size=80))


def impact(strategy: Any) -> Any:
    return ruralimpact.estimate_impact(
        farms(), outcome="y", treatment="d", covariates=["age", "land", "region"], strategy=strategy
    )


@pytest.mark.parametrize(("row", "key", "words"), MISTAKES, ids=str)
def test_a_mistake_names_its_key_and_what_is_known(
    row: dict[str, Any], key: str, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        impact(row)
    assert f"key '{key}" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("strategy", [3, None, ["nearest"], ("nearest", 5), 1.5])
def test_what_is_no_strategy_is_said(strategy: object) -> None:
    with pytest.raises(ConfigError, match="key 'strategy'.*neither a method"):
        impact(strategy)


def test_numbers_of_numpy_are_numbers() -> None:
    """A loop over np.arange gives the same as one over range, and nothing is converted from text."""
    own = impact({"k": 3, "caliper": 0.5, "replace": True, "bias_adjust": ["age"]})
    theirs = impact(
        {
            "k": np.int64(3),
            "caliper": np.float64(0.5),
            "replace": np.True_,
            "bias_adjust": np.array(["age"]),
        }
    )
    assert theirs.estimate == own.estimate
    cut = {"method": "coarsened_exact", "bins": {"age": [35.0, 45.0], "land": 3}}
    array = {"method": "coarsened_exact", "bins": {"age": np.array([35, 45]), "land": np.int8(3)}}
    assert impact(array).estimate == impact(cut).estimate


def test_an_object_is_a_strategy_too() -> None:
    made = METHODS["nearest"](k=3, label="Three")
    assert impact(made).estimate == impact({"k": 3}).estimate
    assert impact(made).label == "Three"
    assert impact("coarsened_exact").label == "coarsened exact"


def test_a_row_of_the_file_needs_a_name_and_a_label(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "studies" / "nsw"
    folder.mkdir(parents=True)
    for path in (ROOT / "config" / "studies" / "nsw").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    text = (folder / "strategies.yaml").read_text(encoding="utf-8")
    (folder / "strategies.yaml").write_text(text + "- name: other\n  method: kernel\n")
    with pytest.raises(
        ConfigError, match=r"line \d+, column 3, key 'other': the key 'label' is missing"
    ):
        load_study(folder)


@pytest.mark.parametrize("method", METHODS)
def test_a_comparison_that_cannot_be_is_refused(method: str) -> None:
    """Without covariates, or with an empty arm, no strategy compares."""
    treatment = np.array([1, 0, 0], dtype=np.int8)
    nothing = ComparedUnits(covariate_matrix({}, rows=3), treatment)
    strategy = parse_strategy(method)
    if strategy.needs_covariates:
        with pytest.raises(DesignError, match="^this strategy needs covariates"):
            strategy.design(nothing)
    one_arm = ComparedUnits(covariate_matrix({"x": np.arange(3.0)}), 0 * treatment)
    with pytest.raises(DesignError, match="^there are no treated units"):
        strategy.design(one_arm)


def test_a_default_that_is_written_makes_no_other_list_of_specifications() -> None:
    study = load_study(ROOT / "config" / "studies" / "nsw")

    def digest(**written: Any) -> str:
        strategy = parse_strategy({"name": "nn", "method": "nearest", **written})
        return str(specifications(study.model_copy(update={"strategies": (strategy,)}))["sha256"])

    assert digest() == digest(k=1, replace=True, distance="propensity")
    assert digest() != digest(k=2)
