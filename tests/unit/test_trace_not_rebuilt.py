"""What a trace says of numbers that no weights and outcomes give."""

import pytest

from ruralimpact.contracts import REGISTRY
from ruralimpact.trace.not_rebuilt import lines_of, not_rebuilt

KEYS = {
    "main/nn5/net_income/without=Chaco/estimate": "leave_one_out",
    "main/nn5/net_income::volume/estimate": "decomposition",
    "main/nn5/net_income::price:cocoa/conf_low": "decomposition",
    "main/nn5/net_income::region/equality_p_value": "subgroups",
    "main/net_income/equality_p_value": "scores",
    "over_time/leaving/net_income/event/-3/band_low": "event_study",
    "over_time/leaving/net_income/pre_trends/p_value": "pre_trends",
    "over_time/leaving/net_income/forbidden_share": "goodman_bacon",
    "over_time/growers/saving/smoothness/breakdown": "parallel_trends",
    "over_time/growers/saving/relative_magnitudes/breakdown": "parallel_trends",
    "association/main/services/net_income/technical_assistance/estimate": "associations",
    "balance/main/nn1/max_abs_smd": "designs",
    "returns/completion/all/irr": "returns",
    "gains/gains/net_income/all/total": "gains",
    "survival/buyers/all/lasts/7/percent": "survival",
    "hazards/buyers/region/estimate": "hazards",
    "responses/perceived/q1/percent": "responses",
    "portfolio/broad/reach/alliances": "portfolio",
    "placebo/counties/flexible_saving/rank": "estimates",
}


@pytest.mark.parametrize(("key", "table"), KEYS.items())
def test_the_table_of_a_number_is_named_and_why_it_is_not_rebuilt(key: str, table: str) -> None:
    kind = not_rebuilt(key)
    names = {path.rpartition("/")[2].removesuffix(".parquet") for path in kind.tables}
    assert table in names and names <= set(REGISTRY)
    *files, why = lines_of(key, "results/s")
    assert files == [f"results/s/{path}" for path in kind.tables]
    assert why.startswith("not computed once more: ")
