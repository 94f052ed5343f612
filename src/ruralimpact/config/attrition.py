"""The rules for `attrition:`, the follow-ups of a study whose losses are accounted for."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ruralimpact.config.names import repeated_names, unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.config.unfit_covariates import unfit_covariates
from ruralimpact.config.waves import waves_not_after
from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.errors import ConfigError
from ruralimpact.schema.study import Study


@Rule
def check_attrition(study: Study, treatments: Iterable[str], file: Path) -> Iterator[ConfigError]:
    """Check that what the entries of `attrition:` name exists and was measured before.

    Parameters
    ----------
    study : Study
    treatments : iterable of str
        Variables with the role treatment.
    file : path
        study.yaml, for messages.
    """
    treatments = list(treatments)
    yield from repeated_names((entry.name for entry in study.attrition), file, "attrition")
    for entry in study.attrition:
        key = f"attrition.{entry.name}"
        samples = {
            "baseline": entry.baseline,
            "followup": entry.followup,
            "compared": entry.compared,
        }
        for option, name in samples.items():
            named = [name] if name else []
            yield from unknown_names(named, study.samples, "sample", file, f"{key}.{option}")
        yield from unknown_names(
            [entry.treatment], treatments, "treatment", file, f"{key}.treatment"
        )
        yield from unknown_names(entry.outcomes, study.outcomes, "outcome", file, f"{key}.outcomes")
        named = [str(strategy.name) for strategy in study.strategies]
        yield from unknown_names(entry.strategies, named, "strategy", file, f"{key}.strategies")
        if entry.strategies and not entry.covariates:
            yield ConfigError("strategies need 'covariates'.", file=file, key=f"{key}.strategies")
        if {entry.baseline, entry.followup} <= set(study.samples):
            where = f"{key}.followup"
            yield from waves_not_after(study, entry.followup, entry.baseline, file, where)
        if entry.baseline in study.samples:
            exact = [
                column
                for name, strategy in strategies_by_name(study).items()
                if name in entry.strategies
                for column in strategy.strata
            ]
            asked = (
                ("covariates", entry.covariates),
                ("cells", entry.cells),
                ("strategies", tuple(dict.fromkeys(exact))),
            )
            for option, names in asked:
                where = f"{key}.{option}"
                yield from unfit_covariates(study, entry.baseline, names, file, where)
