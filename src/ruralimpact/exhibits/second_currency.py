"""Money amounts repeated in a second currency, at a rate that the study declares."""

from dataclasses import dataclass

import pandas as pd

from ruralimpact.exhibits.columns import amount
from ruralimpact.exhibits.model import Value
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.language import gettext
from ruralimpact.schema.study import Study


@dataclass(frozen=True)
class ConvertedAmounts:
    """A second currency, from ``currency_in`` of study.yaml.

    Attributes
    ----------
    label : str
        As printed over the columns, such as ``"US$"``.
    rate : float
        Units of the study's currency in one of this one.
    rate_label, source : str
        What the rate is (``"rupees a US dollar"``), and where it comes from.
    units : frozenset of str
        Units of outcomes that are amounts in the study's currency.
    """

    label: str
    rate: float
    rate_label: str
    source: str
    units: frozenset[str]

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Columns of the amounts: the controls' mean and the effect."""
        group = gettext("In {label}").format(label=self.label)
        return (
            amount(gettext("Controls"), group, 0.9, of="control_mean_converted").converted(),
            amount(gettext("Effect"), group, 0.9, of="estimate_converted").converted(),
        )

    @property
    def note(self) -> str:
        """The rate, in words."""
        return gettext("{label}: at {rate} {rate_label} ({source}).").format(
            label=self.label, rate=f"{self.rate:g}", rate_label=self.rate_label, source=self.source
        )

    def values(self, printed: Record) -> dict[str, Value]:
        """Return the converted amounts; None where the unit is no amount in the study's currency."""
        known = printed["unit"] in self.units
        return {
            f"{name}_converted": printed[name] / self.rate if known else None
            for name in ("control_mean", "estimate")
        }


def second_currency(study: Study, frame: pd.DataFrame) -> ConvertedAmounts | None:
    """Return the second currency of a study, or None where a table holds no amount to convert.

    Parameters
    ----------
    study : Study
    frame : DataFrame
        Estimates shown, with ``unit``.
    """
    currency = study.currency_in
    if currency is None or not frame["unit"].isin(currency.units).any():
        return None
    return ConvertedAmounts(
        currency.label,
        float(currency.rate),
        currency.rate_label,
        currency.source,
        frozenset(currency.units),
    )
