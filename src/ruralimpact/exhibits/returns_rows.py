"""Rates of return as exhibits show them: one record an account and scenario, in printed units."""

from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.columns import coarse_count
from ruralimpact.exhibits.model import Row, Value, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.language import gettext, marked
from ruralimpact.schema.rate_of_return import Account, RateOfReturn
from ruralimpact.schema.study import Study

METHODS = ("rate_of_return",)
RECORD = "record"
AS_RECORDED = marked("As recorded")
_PERCENT = ("irr", "share_above", "share_gain", "irr_median")


class OfAccount(OfAnalyses):
    """A table or figure of one account of analyses of rates of return."""

    account: str | None = None
    """Account shown; the first of each analysis when not given."""


def check_account(study: Study, exhibit: OfAccount) -> None:
    """Raise a `ConfigError` where an analysis does not have the account."""
    for analysis in study.analyses_of(RateOfReturn, exhibit.analyses):
        names = [account.name for account in analysis.accounts]
        if exhibit.account is not None and exhibit.account not in names:
            problem = (
                f"'{analysis.name}' has no account '{exhibit.account}', only {', '.join(names)}."
            )
            raise ConfigError(problem, key="account")


def returns_analysis(results: StudyResults, name: str) -> RateOfReturn:
    """Configuration of an analysis of rates of return."""
    return results.study.analyses_of(RateOfReturn, [name])[0]


def account_of(analysis: RateOfReturn, exhibit: OfAccount) -> Account:
    """The account that an exhibit shows."""
    named = exhibit.account or analysis.accounts[0].name
    return next(account for account in analysis.accounts if account.name == named)


def by_account(
    results: StudyResults,
    exhibit: OfAccount,
    rows: Callable[[RateOfReturn, str], Iterable[Row]],
) -> Iterator[Row]:
    """Yield rows under a heading an analysis and its account.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfAccount
    rows : callable
        Takes an analysis and the name of the account, returns its rows.
    """
    for name in exhibit.analyses:
        analysis = returns_analysis(results, name)
        account = account_of(analysis, exhibit)
        yield heading(f"{analysis.label}: {account.label}", "panel")
        yield from rows(analysis, account.name)


def threshold_percent(analysis: RateOfReturn) -> str:
    """Return the discount rate of an analysis, in percent."""
    return formatting.number(100 * float(analysis.discount_rate))


def measured(frame: pd.DataFrame) -> Iterator[Record]:
    """Yield a record an account, scenario and level, with its measures side by side.

    Rates and shares are in percent. Each measure has its ends under its name and ``_low`` and ``_high``, and
    why it is missing under its name and ``_reason``.
    """
    keys = ["analysis", "account", "scenario", "by", "level"]
    for names, part in frame.groupby(keys, sort=False):
        record: dict[str, Value] = dict(zip(keys, map(str, names), strict=True))
        for row in part.to_dict("records"):
            measure = str(row["measure"])
            factor = 100.0 if measure in _PERCENT else 1.0
            for end, column in (("", "estimate"), ("_low", "conf_low"), ("_high", "conf_high")):
                record[measure + end] = factor * row[column]
            record[f"{measure}_reason"] = row["reason"]
        first = part.iloc[0]
        yield record | {name: first[name] for name in ("n_units", "n_clusters", "suppressed")}


def scenario_label(analysis: RateOfReturn, name: str) -> str:
    """Printed name of a scenario."""
    labels = {scenario.name: scenario.label for scenario in analysis.scenarios}
    return labels.get(name, gettext(AS_RECORDED))


def excluded_note(results: StudyResults, analyses: tuple[str, ...]) -> tuple[str, ...]:
    """Say how many units have no cash flow or no rate, and why."""
    notes = []
    for name in analyses:
        account = returns_analysis(results, name).accounts[0].name
        frame = results.of("returns_by_unit", name, account=account)
        without = frame.loc[frame["reason"] != "", "reason"].value_counts().sort_index()
        if len(without):
            # How many units are excluded tells nothing of what they earned; the reasons of the others do.
            exclusions = results["exclusions"]
            excluded = set(exclusions.loc[exclusions["scope"] == name, "reason"])
            reasons = "; ".join(
                f"{formatting.count(count) if why in excluded else coarse_count(count)}: {why}"
                for why, count in without.items()
            )
            label = results.analysis(name).label
            units = results.study.unit_label
            notes.append(
                gettext(
                    "{label}: {units} of {frame} without a rate of return of their own, by "
                    "reason: {reasons}."
                ).format(
                    label=label, units=units, frame=formatting.count(len(frame)), reasons=reasons
                )
            )
    return tuple(notes)
