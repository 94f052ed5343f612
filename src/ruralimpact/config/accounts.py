"""Accounts of products that are added up from the rows of a source, written out as outcomes."""

from pathlib import Path
from typing import NamedTuple

from ruralimpact.errors import ConfigError
from ruralimpact.schema.base import plain
from ruralimpact.schema.definitions import AnyOutcome
from ruralimpact.schema.document import Contents
from ruralimpact.schema.questions import Accounts, Decomposition, SoldGrade, SoldProduct
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.study import StudyFile
from ruralimpact.schema.validation import validated


class _OfRows(NamedTuple):
    """A decomposition whose accounts are added up from rows."""

    outcome: str
    accounts: Accounts


def with_accounts_written_out(study: StudyFile, file: Path) -> StudyFile:
    """Return a study whose decompositions name the outcomes that hold accounts.

    Parameters
    ----------
    study : StudyFile
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
        An outcome of the study has the name of one of an account, and is another.
    """
    outcomes, decompositions = dict(study.outcomes), dict[str, Decomposition]()
    for name, asked in _decompositions(study).items():
        key = _key(name)
        for written, entry in _outcomes(asked.accounts).items():
            outcome: AnyOutcome = validated(AnyOutcome, entry, file=file, key=key)
            if outcomes.setdefault(written, outcome) != outcome:
                problem = f"makes the outcome '{written}', and there is another of this name."
                raise ConfigError(problem, file=file, key=key)
        products = [_product(asked.accounts, product) for product in asked.accounts.products]
        changed = {"outcome": asked.outcome, "products": products}
        decompositions[name] = validated(Decomposition, changed, file=file, key=key)
    analyses = [
        analysis.model_copy(update={"decomposition": decompositions[analysis.name]})
        if analysis.name in decompositions
        else analysis
        for analysis in study.analyses
    ]
    whole = study.model_copy(update={"outcomes": outcomes, "analyses": tuple(analyses)})
    return whole.model_copy(update={"samples": _with_accounts(whole)})


def _with_accounts(study: StudyFile) -> dict[str, Sample]:
    """Samples that list their outcomes, and those that hold the accounts that their analyses decompose."""
    samples = dict(study.samples)
    for analysis in study.analyses:
        asked = getattr(analysis, "decomposition", None)
        name = analysis.sample or (next(iter(samples)) if len(samples) == 1 else "")
        sample = samples.get(name)
        if asked is None or sample is None or not sample.outcomes:
            continue
        accounts = [name for product in asked.products for name in product.accounts]
        listed = dict.fromkeys([*sample.outcomes, *accounts])
        samples[name] = sample.model_copy(update={"outcomes": tuple(listed)})
    return samples


def keys_of_accounts(study: StudyFile) -> dict[str, str]:
    """Return the key of study.yaml that each outcome of an account is of, by the outcome's name."""
    return {
        outcome: _key(name)
        for name, asked in _decompositions(study).items()
        for outcome in _outcomes(asked.accounts)
        if outcome not in study.outcomes
    }


def _key(analysis: str) -> str:
    return f"analyses.{analysis}.decomposition.accounts"


def _decompositions(study: StudyFile) -> dict[str, _OfRows]:
    """Return the decompositions that have accounts of rows, by analysis."""
    asked = {analysis.name: getattr(analysis, "decomposition", None) for analysis in study.analyses}
    return {
        name: _OfRows(own.outcome, own.accounts)
        for name, own in asked.items()
        if own is not None and own.accounts is not None
    }


def _outcomes(accounts: Accounts) -> dict[str, Contents]:
    return {
        name: entry
        for product in accounts.products
        for name, entry in _outcomes_of(accounts, product).items()
    }


def _outcomes_of(accounts: Accounts, product: SoldProduct) -> dict[str, Contents]:
    """Return the outcomes that hold the accounts of a product: of each grade, then its costs."""
    values = [product.name] if product.values is None else list(product.values)
    where = {"rows": accounts.rows, "where": {accounts.by: values}}
    outcomes: dict[str, Contents] = {}
    for grade in accounts.grades:
        quantity, value = _names(product, grade)
        whose = f"{product.label}: {grade.label}"
        amounts = [part.quantity for part in grade.sales]
        outcomes[quantity] = {
            "label": f"{whose}, quantity",
            "unit": accounts.quantity_unit,
            "build": "sum",
            "of": amounts,
            **where,
        }
        outcomes[value] = {
            "label": f"{whose}, value",
            "unit": accounts.unit,
            "build": "net_income",
            "sales": plain(grade.sales),
            "costs": [],
            **where,
        }
    label = f"{product.label}: cash costs"
    costs = {"label": label, "unit": accounts.unit, "build": "sum", "of": list(accounts.costs)}
    return {**outcomes, _cost(product): {**costs, **where}}


def _names(product: SoldProduct, grade: SoldGrade) -> tuple[str, str]:
    whose = f"{product.name}_{grade.name}"
    return f"{whose}_quantity", f"{whose}_value"


def _cost(product: SoldProduct) -> str:
    return f"{product.name}_cost"


def _product(accounts: Accounts, product: SoldProduct) -> Contents:
    """Return a product with the outcomes that hold its accounts, as a study would write it."""
    named = {"name": product.name, "label": product.label, "cost": _cost(product)}
    lines = [
        dict(zip(("quantity", "value"), _names(product, grade), strict=True))
        for grade in accounts.grades
    ]
    if len(lines) == 1:
        return {**named, **lines[0]}
    grades = zip(accounts.grades, lines, strict=True)
    return {**named, "grades": [{"name": grade.name, **line} for grade, line in grades]}
