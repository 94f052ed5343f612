"""Decomposition of an effect on net income: by hand, by its axioms, and its scores by perturbation."""

from functools import partial
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest

from ruralimpact.decomposition.accounts import ProductAccounts, check_identity
from ruralimpact.decomposition.parts import decompose
from ruralimpact.decomposition.shapley import FACTORS, ArmMeans, shapley_jacobian, shapley_parts
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.errors import DataError, DesignError
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.weighting import weighted_difference
from ruralimpact.inference.clustered import Clustering, t_inference

ONE = np.array([0])
TWO = np.array([0, 1])


def means(quantity, price, cost, lines=None) -> ArmMeans:
    """Mean accounts from quantities, prices and unit costs."""
    quantity, price = np.array(quantity, float), np.array(price, float)
    totals = quantity if lines is None else np.bincount(lines, quantity)
    return ArmMeans(quantity, quantity * price, totals * np.array(cost, float))


def by_factor(parts: np.ndarray) -> dict[str, float]:
    return dict(zip(FACTORS, parts.sum(axis=1), strict=True))


def test_one_product_by_hand() -> None:
    """10 kg at 5 less 2 a kg become 12 kg at 6 less 3: income 30 to 36.

    The three orders of a price (up 1) and a cost (up 1) at 11 kg on average cancel; volume is 2 kg at
    the margin of 3, which neither change moves on average.
    """
    parts = by_factor(shapley_parts(means([12], [6], [3]), means([10], [5], [2]), ONE))
    assert parts == pytest.approx(
        {"volume": 6.0, "mix": 0.0, "quality": 0.0, "price": 11.0, "cost": -11.0}
    )


def test_two_products_by_hand() -> None:
    """Prices and costs stay; 10 kg of A at margin 3 and 10 of B at margin 1 become 20 and 10.

    Volume at prices 5 and 2 goes from 70 to 120. The margin of a unit of it is 40/70 before and 70/120
    after, as A, with the better margin by value, gains in share. So volume is 50 at the mean of the two
    margins, and mix is the change in margin at the mean volume of 95.
    """
    treated, control = means([20, 10], [5, 2], [2, 1]), means([10, 10], [5, 2], [2, 1])
    parts = by_factor(shapley_parts(treated, control, TWO))
    margins = [(50 * 0.6 + 20 * 0.5) / 70, (100 * 0.6 + 20 * 0.5) / 120]
    assert parts["volume"] == pytest.approx(50 * np.mean(margins))
    assert parts["mix"] == pytest.approx(95 * (margins[1] - margins[0]))
    assert (parts["price"], parts["quality"], parts["cost"]) == pytest.approx((0, 0, 0))
    assert sum(parts.values()) == pytest.approx(70 - 40)


def test_grades_by_hand() -> None:
    """Half first grade at 10 and half at 6, of 20 kg, become all first grade at 11: 160 to 220.

    Quality is half the quantity moving up the gap between the grades, 4 at old prices and 5 at new;
    terms are 1 on what is first grade, half of it before and all after.
    """
    lines = np.array([0, 0])
    treated = ArmMeans(np.array([20.0, 0.0]), np.array([220.0, 0.0]), np.array([20.0]))
    control = ArmMeans(np.array([10.0, 10.0]), np.array([100.0, 60.0]), np.array([20.0]))
    parts = by_factor(shapley_parts(treated, control, lines))
    assert parts["quality"] == pytest.approx(10 * (4 + 5) / 2)
    assert parts["price"] == pytest.approx(1 * (10 + 20) / 2)
    assert parts["volume"] == parts["mix"] == pytest.approx(0)


@pytest.fixture
def arms() -> SimpleNamespace:
    rng = np.random.default_rng(8)
    lines = np.array([0, 0, 1, 2])
    made = [
        means(rng.uniform(5, 9, 4), rng.uniform(2, 4, 4), rng.uniform(0.5, 1.5, 3), lines)
        for _ in range(2)
    ]
    return SimpleNamespace(treated=made[0], control=made[1], lines=lines)


def income(means: ArmMeans, lines: np.ndarray) -> np.ndarray:
    return np.bincount(lines, means.value) - means.cost


def test_parts_add_up_by_product_and_in_all(arms: SimpleNamespace) -> None:
    parts = shapley_parts(arms.treated, arms.control, arms.lines)
    gap = income(arms.treated, arms.lines) - income(arms.control, arms.lines)
    np.testing.assert_allclose(parts.sum(axis=0), gap, rtol=1e-13)


def test_parts_are_the_average_over_all_orders(arms: SimpleNamespace) -> None:
    """A plain re-implementation that walks through the 120 orders."""
    k = 3
    one_hot = np.eye(k)[arms.lines].T

    def factors(m: ArmMeans, r: np.ndarray) -> list[np.ndarray]:
        q = one_hot @ m.quantity
        v = (r * q).sum()
        return [v, r * q / v, m.quantity / q[arms.lines], m.value / m.quantity, m.cost / q]

    pair = (arms.control, arms.treated)
    r = sum(one_hot @ m.value / (one_hot @ m.quantity) for m in pair) / 2
    old, new = (factors(m, r) for m in pair)

    def worth(f: list[np.ndarray]) -> np.ndarray:
        return f[0] * f[1] / r * (one_hot @ (f[2] * f[3]) - f[4])

    expected = np.zeros((5, k))
    orders = list(permutations(range(5)))
    for order in orders:
        state = list(old)
        for j in order:
            before = worth(state)
            state[j] = new[j]
            expected[j] += (worth(state) - before) / len(orders)
    np.testing.assert_allclose(shapley_parts(arms.treated, arms.control, arms.lines), expected)


def test_exchanging_the_arms_turns_every_sign(arms: SimpleNamespace) -> None:
    forth = shapley_parts(arms.treated, arms.control, arms.lines)
    back = shapley_parts(arms.control, arms.treated, arms.lines)
    np.testing.assert_allclose(forth, -back, atol=1e-13)


def test_units_of_measure_and_order_of_products_change_nothing(arms: SimpleNamespace) -> None:
    parts = shapley_parts(arms.treated, arms.control, arms.lines)
    unit = np.array([1000.0, 1000.0, 0.01, 46.0])  # both grades of the first product in grams
    rescaled = [ArmMeans(m.quantity * unit, m.value, m.cost) for m in (arms.treated, arms.control)]
    np.testing.assert_allclose(shapley_parts(*rescaled, arms.lines), parts, rtol=1e-12)
    order, products = np.array([3, 1, 0, 2]), np.array([2, 0, 1])
    moved = [
        ArmMeans(m.quantity[order], m.value[order], m.cost[products])
        for m in (arms.treated, arms.control)
    ]
    found = shapley_parts(*moved, np.array([0, 1, 1, 2]))
    np.testing.assert_allclose(found, parts[:, products], rtol=1e-12)


def test_a_currency_scales_every_part(arms: SimpleNamespace) -> None:
    dollars = [ArmMeans(m.quantity, m.value / 7, m.cost / 7) for m in (arms.treated, arms.control)]
    parts = shapley_parts(arms.treated, arms.control, arms.lines)
    np.testing.assert_allclose(7 * shapley_parts(*dollars, arms.lines), parts, rtol=1e-12)


def test_a_product_of_one_arm_has_no_price_effect() -> None:
    treated, control = means([10, 4], [5, 8], [2, 3]), means([10, 0], [5, 0], [2, 0])
    parts = shapley_parts(treated, control, TWO)
    assert parts[FACTORS.index("price")] == pytest.approx([0, 0])
    assert parts.sum() == pytest.approx(4 * 5)


def test_jacobian_is_the_numerical_derivative(arms: SimpleNamespace) -> None:
    by_treated, by_control = shapley_jacobian(arms.treated, arms.control, arms.lines)
    flat = np.concatenate([arms.control.quantity, arms.control.value, arms.control.cost])
    for j in range(len(flat)):
        step = 1e-6 * np.eye(len(flat))[j]
        ends = []
        for moved in (flat + step, flat - step):
            control = ArmMeans(moved[:4], moved[4:8], moved[8:])
            ends.append(shapley_parts(arms.treated, control, arms.lines))
        np.testing.assert_allclose(by_control[:, :, j], (ends[0] - ends[1]) / 2e-6, atol=1e-7)
    # a mean of treated moves the total one for one: value plus, cost minus
    np.testing.assert_allclose(
        by_treated.sum(axis=(0, 1)), [0] * 4 + [1] * 4 + [-1] * 3, atol=1e-12
    )


@pytest.mark.parametrize(
    ("treated", "control", "problem"),
    [
        (means([1], [5], [2]), means([0], [0], [0]), "produce nothing"),
        (means([1], [5], [2]), ArmMeans(np.array([-1.0]), ONE * 1.0, ONE * 1.0), "negative"),
        (
            means([1, 1], [5, 5], [2, 2]),
            ArmMeans(np.array([1.0, 0.0]), np.array([5.0, 0.0]), np.array([2.0, 3.0])),
            "no quantity",
        ),
        (means([1, 1], [5, 0], [2, 2]), means([1, 1], [5, 0], [2, 2]), "worth nothing"),
    ],
)
def test_undefined_prices_are_refused(treated: ArmMeans, control: ArmMeans, problem: str) -> None:
    with pytest.raises(DesignError, match=problem):
        shapley_parts(treated, control, np.arange(len(treated.cost)))


@pytest.fixture
def survey() -> SimpleNamespace:
    """200 producers in 40 groups, three products, one of them in two grades."""
    rng = np.random.default_rng(21)
    treatment = np.repeat(np.arange(40) % 2, 5).astype(np.int8)
    lines = np.array([0, 0, 1, 2])
    made = rng.random((200, 4)) < 0.7
    quantity = made * rng.lognormal(1, 0.5, (200, 4)) * (1 + 0.4 * treatment[:, None])
    value = quantity * rng.lognormal(1, 0.2, (200, 4)) * (1 + 0.1 * treatment[:, None])
    totals = quantity @ np.eye(3)[lines]
    cost = totals * rng.lognormal(0, 0.2, (200, 3))
    accounts = ProductAccounts(("a", "b", "c"), lines, quantity, value, cost)
    return SimpleNamespace(treatment=treatment, accounts=accounts, rng=rng)


def test_parts_and_scores_sum_to_those_of_the_effect(survey: SimpleNamespace) -> None:
    estimator = partial(difference_in_means, treatment=survey.treatment)
    found = decompose(estimator, survey.accounts)
    assert found.names == FACTORS
    assert found.parts.sum() == pytest.approx(found.total.estimate, rel=1e-13)
    np.testing.assert_allclose(found.scores.sum(axis=(1, 2)), found.total.scores, atol=1e-14)


def test_scores_are_the_derivative_by_the_unit_weights(survey: SimpleNamespace) -> None:
    """The infinitesimal jackknife: move one unit's weight a little and split again."""
    accounts, treatment = survey.accounts, survey.treatment
    found = decompose(partial(difference_in_means, treatment=treatment), accounts)

    def split(weights: np.ndarray) -> np.ndarray:
        arms = []
        for arm in (1, 0):
            own = weights * (treatment == arm)
            share = own / own.sum()
            arms.append(
                ArmMeans(share @ accounts.quantity, share @ accounts.value, share @ accounts.cost)
            )
        return shapley_parts(*arms, accounts.line_product)

    for unit in range(0, 200, 13):
        step = 1e-5 * np.eye(200)[unit]
        slope = (split(1 + step) - split(1 - step)) / 2e-5
        np.testing.assert_allclose(found.scores[unit], slope, atol=1e-8)


def test_bias_adjusted_matching_is_split_exactly_too(survey: SimpleNamespace) -> None:
    treatment = survey.treatment
    covariates = covariate_matrix(
        {"x": survey.rng.normal(size=200), "z": survey.rng.normal(size=200)}
    )
    usage = np.where(treatment == 1, 1.0, survey.rng.uniform(0.5, 1.5, 200))
    usage[treatment == 0] *= treatment.sum() / usage[treatment == 0].sum()
    estimator = partial(
        weighted_difference,
        treatment=treatment,
        weights=usage,
        covariates=covariates,
        bias_adjust=True,
    )
    found = decompose(estimator, survey.accounts)
    assert found.parts.sum() == pytest.approx(found.total.estimate, rel=1e-12)
    np.testing.assert_allclose(found.scores.sum(axis=(1, 2)), found.total.scores, atol=1e-13)


def test_without_grades_and_with_one_product_three_parts_remain(survey: SimpleNamespace) -> None:
    rice = ProductAccounts(
        ("rice",),
        np.array([0]),
        survey.accounts.quantity[:, [2]],
        survey.accounts.value[:, [2]],
        survey.accounts.cost[:, [1]],
    )
    found = decompose(partial(difference_in_means, treatment=survey.treatment), rice)
    assert found.names == ("volume", "price", "cost")
    assert found.parts.sum() == pytest.approx(found.total.estimate)


def test_accounts_that_do_not_add_up_are_refused(survey: SimpleNamespace) -> None:
    income, ids = survey.accounts.net_income.copy(), [f"u{i}" for i in range(200)]
    check_identity(survey.accounts, income, ids, "net_income", within="sample s")
    income[7] += 0.02
    with pytest.raises(DataError, match="'net_income', unit u7"):
        check_identity(survey.accounts, income, ids, "net_income", within="sample s")


PLANTED = {
    "quantity": np.log([[2.7, 3.3, 7.4], [4.1, 3.5, 9.6]]),  # by arm and line, controls first
    "price": np.log([[10.0, 6.0, 3.0], [11.0, 6.3, 3.0]]),
    "made": np.array([0.8, 0.9, 0.5]),
    "cost": np.array([[3.0, 1.0], [3.15, 0.95]]),
}
LINES = np.array([0, 0, 1])


def planted_parts() -> np.ndarray:
    """Parts of the population's means, shape (5,)."""
    arms = []
    for arm in (1, 0):
        quantity = np.exp(PLANTED["quantity"][arm] + (0.3**2 + 0.4**2) / 2) * PLANTED["made"]
        value = quantity * np.exp(PLANTED["price"][arm] + (0.1**2 + 0.1**2) / 2)
        cost = np.bincount(LINES, quantity) * PLANTED["cost"][arm] * np.exp(0.2**2 / 2)
        arms.append(ArmMeans(quantity, value, cost))
    return shapley_parts(*arms, LINES).sum(axis=1)


def draw_survey(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, ProductAccounts]:
    groups = np.repeat(np.arange(60), 15)
    treatment = (rng.permutation(60) % 2)[groups].astype(np.int8)
    shared = 0.3 * rng.normal(size=(60, 1))[groups]
    quantity = np.exp(PLANTED["quantity"][treatment] + shared + 0.4 * rng.normal(size=(900, 3)))
    quantity *= rng.random((900, 3)) < PLANTED["made"]
    terms = 0.1 * rng.normal(size=(60, 1))[groups]
    price = np.exp(PLANTED["price"][treatment] + terms + 0.1 * rng.normal(size=(900, 3)))
    totals = quantity @ np.eye(2)[LINES]
    cost = totals * PLANTED["cost"][treatment] * np.exp(0.2 * rng.normal(size=(900, 2)))
    accounts = ProductAccounts(("coffee", "milk"), LINES, quantity, quantity * price, cost)
    return treatment, groups, accounts


@pytest.mark.slow
def test_planted_parts_are_recovered_and_covered() -> None:
    """Grouped producers with planted volume, mix, quality, price and cost."""
    truth, rng = planted_parts(), np.random.default_rng(5)
    found, covered = [], []
    for _ in range(200):
        treatment, groups, accounts = draw_survey(rng)
        split = decompose(partial(difference_in_means, treatment=treatment), accounts)
        parts, scores = split.parts.sum(axis=1), split.scores.sum(axis=2)
        tests = [
            t_inference(value, *Clustering(groups).std_error(column))
            for value, column in zip(parts, scores.T, strict=True)
        ]
        found.append(parts)
        covered.append(
            [test.conf_low <= own <= test.conf_high for test, own in zip(tests, truth, strict=True)]
        )
    bias = np.abs(np.mean(found, axis=0) - truth) / np.std(found, axis=0)
    assert bias.max() < 0.2  # of a standard deviation, within the noise of 200 draws
    assert np.mean(covered, axis=0).min() > 0.9


def test_parts_that_are_rounding_are_nil_and_bear_no_error(survey: SimpleNamespace) -> None:
    """At one price for all, and without a margin, only amounts can differ, and nothing is left of them."""
    quantity, lines = survey.accounts.quantity, survey.accounts.line_product
    value = 2.3 * quantity
    cost = value @ np.eye(3)[lines]
    estimator = partial(difference_in_means, treatment=survey.treatment)
    split = decompose(estimator, ProductAccounts(("a", "b", "c"), lines, quantity, value, cost))
    by_part = {
        name: split.settled(float(split.parts[j].sum()), split.scores[:, j].sum(axis=1))
        for j, name in enumerate(split.names)
    }
    for name in ("quality", "price"):
        assert by_part[name][0] == 0
        assert not by_part[name][1].any()
    for product in range(3):
        part, scores = split.parts[:, product].sum(), split.scores[:, :, product].sum(axis=1)
        assert (part, scores.any()) != (0, False), "rounding, which the whole has too"
        assert split.settled(float(part), scores)[0] == 0
        assert not split.settled(float(part), scores)[1].any()
    gains = decompose(estimator, survey.accounts)
    volume = float(gains.parts[0].sum()), gains.scores[:, 0].sum(axis=1)
    assert gains.settled(*volume) == volume
