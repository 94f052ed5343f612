"""The rule for keys that name a number or an indicator: a category has no place there."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ruralimpact.config.rule import Rule
from ruralimpact.errors import ConfigError
from ruralimpact.schema.base import Settings
from ruralimpact.schema.study import Study

# Constructions that hand a category on as it is.
_HANDED_ON = ("variable", "first_of", "restore_zero")


@Rule
def check_numbers(study: Study, file: Path) -> Iterator[ConfigError]:
    """Check every key of samples and analyses that needs a number or an indicator.

    Parameters
    ----------
    study : Study
    file : path
        study.yaml, for messages.
    """
    categories = _categories(study)
    for name, sample in study.samples.items():
        yield from _numbers(sample, f"samples.{name}", categories, file)
    for analysis in study.analyses:
        yield from _numbers(analysis, f"analyses.{analysis.name}", categories, file)


def _categories(study: Study) -> set[str]:
    """Return the variables that are categories, those included that are built of one."""
    categories = {row.variable for row in study.codebook if row.type == "category"}
    for name, variable in study.variables.items():
        if variable.build in _HANDED_ON and categories & set(variable.inputs):
            categories.add(name)
    return categories


def _numbers(
    settings: Settings, key: str, categories: set[str], file: Path
) -> Iterator[ConfigError]:
    for option, names in settings.numbers.items():
        for name in names:
            if name in categories:
                problem = (
                    f"'{name}' is a category, and a number or an indicator is needed here. Make an indicator "
                    "of it in `variables:`, or give its column another type in the codebook."
                )
                yield ConfigError(problem, file=file, key=f"{key}.{option}")
    for option in type(settings).model_fields:
        for part, within in _parts(getattr(settings, option)):
            yield from _numbers(within, f"{key}.{option}{part}", categories, file)


def _parts(value: object) -> Iterator[tuple[str, Settings]]:
    """Yield the settings that a key holds, one or several by name."""
    if isinstance(value, Settings):
        yield "", value
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for entry in value:
            if isinstance(entry, Settings):
                yield f".{getattr(entry, 'name', '')}".rstrip("."), entry
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            if isinstance(entry, Settings):
                yield f".{name}", entry
