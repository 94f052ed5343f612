"""What every strategy is: validated options, the design that they make, and their words."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import model_validator

from ruralimpact.design.binary_model import Link
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.matching import Design
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.strategies.options import Naming, Words
from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.schema.base import fault
from ruralimpact.schema.strategy import StrategyEntry
from ruralimpact.suggestions import nearest

_DISPLAY = ("name", "label", "method")


class Strategy(StrategyEntry):
    """A way to make controls comparable with treated units, chosen without seeing an outcome.

    A subclass in a module of this package narrows `method` to its own name, declares its options as
    fields, and is known everywhere from then on.
    """

    estimator: ClassVar[str]
    """Key of the estimator in `ruralimpact.estimation.strategy_estimators`."""
    estimand: ClassVar[Literal["ATT", "ATO"]] = "ATT"
    """Average over the treated, or over the overlap population."""
    needs_covariates: ClassVar[bool] = True
    within_strata: ClassVar[bool] = False
    """Whether units can be compared within exact strata; other strategies weight a whole sample."""

    @model_validator(mode="before")
    @classmethod
    def _as_read(cls, options: Any) -> Any:
        """NumPy's scalars and arrays become numbers and lists; nothing else is converted."""
        return _plain(options)

    @model_validator(mode="after")
    def _refuse_idle_options(self) -> "Strategy":
        for option, why in self._idle_options():
            if option in self._changed():
                raise fault(f"{option} has no effect {why}.", option)
        return self

    def _idle_options(self) -> Iterator[tuple[str, str]]:
        """Yield options that would be ignored beside the others, and when that is so."""
        yield from ()

    def _changed(self) -> dict[str, Any]:
        """Options that differ from their default."""
        fields = type(self).model_fields
        values = {key: getattr(self, key) for key in fields if key not in _DISPLAY}
        return {key: value for key, value in values.items() if value != fields[key].default}

    @property
    def propensity_link(self) -> Link | None:
        """Model of the propensity score that has to be fitted; None where none is used."""
        return None

    @property
    def needs_propensity(self) -> bool:
        """Whether a propensity score has to be fitted."""
        return self.propensity_link is not None

    @property
    def strata(self) -> tuple[str, ...]:
        """Variables on which treated units and their controls must agree."""
        return ()

    @property
    def outcome_regressors(self) -> tuple[str, ...]:
        """Columns of an outcome regression; the comparison's covariates where there are none."""
        return ()

    @property
    def serves_once(self) -> bool:
        """Whether a control can stand for one treated unit only."""
        return False

    @property
    def bias_adjustment(self) -> bool | tuple[str, ...]:
        """Whether remaining covariate differences are adjusted for, or which."""
        return False

    def adjusted_for(self, covariates: CovariateMatrix) -> CovariateMatrix | None:
        """Covariates of a bias adjustment; None where there is none.

        Parameters
        ----------
        covariates : CovariateMatrix, n rows

        Returns
        -------
        CovariateMatrix or None
        """
        return covariates.adjustment(self.bias_adjustment)

    def balanced_on(self, units: ComparedUnits) -> CovariateMatrix:
        """Functions of the covariates that the weights are to balance.

        Parameters
        ----------
        units : ComparedUnits

        Returns
        -------
        CovariateMatrix, n rows
            Of the outcome regression behind influence scores.
        """
        return units.covariates

    def design(self, units: ComparedUnits) -> Design:
        """Match or weight the controls to the treated units.

        Parameters
        ----------
        units : ComparedUnits

        Returns
        -------
        Design
            Of a doubly robust strategy the weights are those of its propensity score; of a regression
            they are equal.

        Raises
        ------
        DesignError
            A comparison that the data cannot bear.
        """
        refuse_empty_arm(units.treatment)
        if self.needs_covariates and not units.covariates.names:
            raise DesignError("this strategy needs covariates.")
        return self._design(units)

    @abstractmethod
    def _design(self, units: ComparedUnits) -> Design:
        """Make the design of a comparison with covariates and both arms."""

    def named(self) -> Iterator[tuple[str, tuple[str, ...], Naming]]:
        """Yield the options that hold names, with the names and what they are the names of."""
        for option, field in type(self).model_fields.items():
            value = getattr(self, option)
            for annotation in field.metadata:
                if isinstance(annotation, Naming) and not isinstance(value, bool):
                    yield option, tuple(value), annotation

    def check_names(self, known: Mapping[Naming, Sequence[str]]) -> None:
        """Refuse options that name what is not there.

        Parameters
        ----------
        known : mapping of Naming to sequence of str
            What there is; options that name anything else are not looked at.

        Raises
        ------
        ConfigError
            With the option and the nearest known name.
        """
        for option, names, kind in self.named():
            for name in names if kind in known else ():
                if name not in known[kind]:
                    hint = nearest(name, known[kind])
                    problem = f"'{name}' is no {kind.value} of the comparison. {hint}"
                    raise ConfigError(problem, key=option)

    def check_covariates(self, covariates: CovariateMatrix) -> None:
        """Refuse options that name no covariate of a comparison.

        Parameters
        ----------
        covariates : CovariateMatrix

        Raises
        ------
        ConfigError
            As `check_names`.
        """
        columns = covariates.names
        whole = tuple(dict.fromkeys(name.split("[")[0] for name in columns))
        self.check_names({Naming.COVARIATE: whole, Naming.COLUMN: columns})

    def with_labels(self, labels: Callable[[str], str]) -> "Strategy":
        """Return the strategy with labels in the place of the names that its options hold, to be described.

        Parameters
        ----------
        labels : callable
            Takes the name of a covariate, or of a column of its matrix; returns what it is called in print.
        """
        changes: dict[str, Any] = {}
        for option, names, _ in self.named():
            value = getattr(self, option)
            by_name = isinstance(value, Mapping)
            changes[option] = (
                {labels(name): value[name] for name in names}
                if by_name
                else tuple(map(labels, names))
            )
        return self.model_copy(update=changes)

    def describe(self) -> str:
        """Return the strategy in words, with every option that differs from its default."""
        return ", ".join(self.parts_in_words()) + "."

    def parts_in_words(self) -> list[str]:
        """Return the parts of what `describe` says: the method, and an option each."""
        return [self._headline(), *self._in_words()]

    @abstractmethod
    def _headline(self) -> str:
        """Return the method in words, with the options whose fields have no `Words`."""

    def _in_words(self) -> Iterator[str]:
        for option, value in self._changed().items():
            for annotation in type(self).model_fields[option].metadata:
                if isinstance(annotation, Words):
                    yield annotation.of(value)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return value
