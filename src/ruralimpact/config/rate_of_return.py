"""The rules for rates of return: what they refer to, and what a cash flow needs."""

from collections.abc import Iterator
from pathlib import Path

from ruralimpact.config.names import unknown_names
from ruralimpact.config.over_time import single_wave
from ruralimpact.config.rule import Rule
from ruralimpact.config.sample_options import unknown_to
from ruralimpact.errors import ConfigError
from ruralimpact.schema.rate_of_return import RateOfReturn
from ruralimpact.schema.study import Study


@Rule
def check_rates_of_return(
    study: Study, variables: dict[str, str], file: Path
) -> Iterator[ConfigError]:
    """Check the analyses of rates of return; others pass.

    Parameters
    ----------
    study : Study
    variables : dict of str to str
        Role of every variable, by name.
    file : path
        study.yaml, for messages.
    """
    kept = [name for name, role in variables.items() if role in ("covariate", "treatment")]
    for analysis in study.analyses_of(RateOfReturn):
        if analysis.sample in study.samples:
            yield from _analysis(study, analysis, kept, file)


def _analysis(
    study: Study, analysis: RateOfReturn, kept: list[str], file: Path
) -> Iterator[ConfigError]:
    """Yield unknown variables, amounts in several units, and samples without years or with weights."""
    key = f"analyses.{analysis.name}"
    yield from single_wave(study, analysis, file, key)
    yield from unknown_to(study, analysis, "rates of return", file)
    yield from unknown_names(analysis.by, kept, "covariate", file, f"{key}.by")
    currency = [analysis.currency] if analysis.currency else []
    yield from unknown_names(currency, kept, "covariate", file, f"{key}.currency")
    members = [analysis.members] if analysis.members else []
    known = [*kept, *study.outcomes]
    yield from unknown_names(members, known, "variable", file, f"{key}.members")
    prices = [analysis.prices.by] if analysis.prices is not None else []
    yield from unknown_names(prices, analysis.by, "variable of `by`", file, f"{key}.prices.by")
    scenarios = [scenario for scenario in analysis.scenarios if scenario.by not in prices]
    for option, entries in (("scenarios", scenarios), ("drivers", analysis.drivers)):
        for entry in entries:
            where, by = f"{key}.{option}.{entry.name}.by", [entry.by] if entry.by else []
            yield from unknown_names(by, analysis.by, "variable of `by`", file, where)
    lines = [study.outcomes[name] for name in analysis.outcomes if name in study.outcomes]
    units = dict.fromkeys(line.unit for line in lines)
    if len(units) > 1:
        problem = f"amounts of a cash flow need one unit, and are in {', '.join(units)}."
        yield ConfigError(problem, file=file, key=f"{key}.outcomes")
