"""Types of options that several strategies share, and how an option that is not the default is said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ruralimpact.design.binary_model import Link
from ruralimpact.schema.base import Names, Positive, SomeEntries, fault


@dataclass(frozen=True)
class Words:
    """Words for an option that differs from its default.

    Attributes
    ----------
    template : str
        With ``{}`` where the value stands.
    shown : callable
        From the value to its text.
    """

    template: str
    shown: Callable[[Any], str] = str

    def of(self, value: Any) -> str:
        """The words for one value."""
        return self.template.format(self.shown(value))


class Naming(Enum):
    """What the names in an option are the names of."""

    VARIABLE = "variable"
    COVARIATE = "covariate"
    COLUMN = "numeric covariate"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: ``a, b and c``."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def number(value: float) -> str:
    """A number with all its digits, whole ones without a point."""
    return repr(value).removesuffix(".0")


def by_name(values: Mapping[str, float]) -> str:
    """Numbers by name: ``0.2 of age and 1 of land``."""
    return listed([f"{number(value)} of {name}" for name, value in values.items()])


def _bins_in_words(bins: Mapping[str, int | tuple[float, ...]]) -> str:
    return listed(
        [
            f"{name} in {cut}" if isinstance(cut, int) else f"{name} cut at {_numbers(cut)}"
            for name, cut in bins.items()
        ]
    )


def _numbers(values: Sequence[float]) -> str:
    return listed([number(value) for value in values])


def adjustment_in_words(covariates: bool | tuple[str, ...]) -> str:
    """Return what is done about the covariate differences that matching leaves."""
    if covariates is False:
        return "not adjusted for remaining differences"
    which = "" if covariates is True else f" in {listed(covariates)}"
    return (
        f"adjusted for remaining differences{which} by regression among the controls used (Abadie and "
        "Imbens 2011)"
    )


def _true_or_names(value: Any) -> Any:
    if isinstance(value, bool) or (
        isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value)
    ):
        return value
    raise fault(f"'{value}' is neither true, false nor a list of names.")


# More bins than a survey has values of a covariate tell no more apart.
_MOST_BINS = 100_000


def _number_or_cuts(value: Any) -> Any:
    if isinstance(value, list | tuple):
        usable = bool(value) and all(_is_number(number) for number in value)
        if usable and any(after <= before for before, after in pairwise(value)):
            raise fault(f"the cut points '{value}' do not ascend.")
    else:
        usable = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_BINS
    if usable:
        return value
    raise fault(
        f"'{value}' is neither a number of bins, 1 to {_MOST_BINS}, nor a list of cut points."
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def no_truth_value(value: Any) -> Any:
    """Refuse true and false where Python takes them for 1 and 0."""
    if isinstance(value, bool):
        raise fault(f"{str(value).lower()} is not a number.")
    return value


Scale = Literal["linear", "probability"]
LinkOption = Annotated[
    Link,
    Field(description="Model of the propensity score."),
    Words("the propensity score by {}"),
]
Exact = Annotated[
    Names,
    Field(
        description="Variables on which matches must agree exactly, besides those of the analysis."
    ),
    Naming.VARIABLE,
    Words("within cells of {}", ", ".join),
]
BiasAdjust = Annotated[
    bool | Names,
    BeforeValidator(_true_or_names),
    Field(
        description="Adjust by regression for what distance is left, on all covariates (true) or those "
        "listed (Abadie & Imbens 2011); false compares matched outcomes as they are."
    ),
    Naming.COVARIATE,
    Words("{}", adjustment_in_words),
]
OutcomeCovariates = Annotated[
    Names,
    Field(
        description="Covariates of the outcome regression; those of the analysis when not given."
    ),
    Naming.VARIABLE,
    Words("the outcome regression on {}", listed),
]
Bins = Annotated[
    Mapping[
        str,
        Annotated[
            int | SomeEntries[float],
            BeforeValidator(_number_or_cuts),
            Field(description="Number of bins, or cut points."),
        ],
    ],
    Field(
        description="Number of bins, or their cut points, by covariate; by Sturges' rule when not given."
    ),
    Naming.COLUMN,
    Words("bins: {}", _bins_in_words),
]
Calipers = Annotated[
    Mapping[
        str,
        Annotated[Positive, Field(description="Width, in the covariate's standard deviations.")],
    ],
    Field(
        description="Largest distance in a covariate, in its standard deviations over all units, by "
        "covariate."
    ),
    Naming.COLUMN,
    Words("no farther than {}, in standard deviations over all units", by_name),
]
