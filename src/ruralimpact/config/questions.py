"""The rules for what an analysis asks beyond its estimates: subgroups, decomposition, associations."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruralimpact.config.names import require
from ruralimpact.errors import ConfigError

Study = Mapping[str, Any]


def check_questions(study: Study, timings: Mapping[str, str], file: Path) -> None:
    """Check that what subgroups, decompositions and associations name exists and can be used so.

    Parameters
    ----------
    study : mapping
        As `ruralimpact.config.load_study` returns it.
    timings : mapping of str to str
        When each variable was measured: ``pre``, ``post`` or empty.
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    for analysis in study["analyses"]:
        key = f"analyses.{analysis['name']}"
        known = [*timings, *_before(study, analysis)]
        for entry in analysis.get("subgroups", []):
            where = f"{key}.subgroups.{entry['name']}"
            _check_subgroup(study, analysis, entry, known, timings, file, where)
        if "decomposition" in analysis:
            _check_decomposition(study, analysis, file, f"{key}.decomposition")
        for entry in analysis.get("associations", []):
            where = f"{key}.associations.{entry['name']}"
            named = [*entry["variables"], *entry.get("covariates", [])]
            require(named, known, "variable", file, where)
            require(entry["outcomes"], study["outcomes"], "outcome", file, where)
            require(entry.get("dummies", []), entry.get("covariates", []), "covariate", file, where)
        for block in ("subgroups", "associations"):
            _check_unique(analysis.get(block, []), file, f"{key}.{block}")


def check_subgroup_exhibits(study: Study, file: Path) -> None:
    """Check that the subgroup variable of an exhibit is declared in its analyses.

    Parameters
    ----------
    study : mapping
    file : path
        exhibits.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    analyses = {analysis["name"]: analysis for analysis in study["analyses"]}
    needs = {"decomposition": "decomposition", "waterfall": "decomposition"}
    needs["association"] = "associations"
    for exhibit in study["exhibits"]["tables"] + study["exhibits"]["figures"]:
        for name in exhibit.get("analyses", []):
            block, key = needs.get(exhibit["kind"], ""), f"{exhibit['name']}.analyses"
            if block and block not in analyses[name]:
                problem = f"'{name}' declares no {block} in study.yaml."
                raise ConfigError(problem, file=file, key=key)
            if "subgroup" in exhibit:
                declared = [entry["name"] for entry in analyses[name].get("subgroups", [])]
                named = [exhibit["subgroup"]]
                require(named, declared, "subgroup", file, f"{exhibit['name']}.subgroup")


def _check_subgroup(
    study: Study,
    analysis: Mapping[str, Any],
    entry: Mapping[str, Any],
    known: list[str],
    timings: Mapping[str, str],
    file: Path,
    key: str,
) -> None:
    sources = [name for name in ("variable", "predicted", "realised") if name in entry]
    if len(sources) != 1:
        raise ConfigError("give one of variable, predicted and realised.", file=file, key=key)
    if sources != ["variable"]:
        require([entry[sources[0]]], study["outcomes"], "outcome", file, f"{key}.{sources[0]}")
        if "quantiles" not in entry:
            problem = f"'{sources[0]}' needs quantiles: the number of classes."
            raise ConfigError(problem, file=file, key=key)
    else:
        require([entry["variable"]], known, "variable", file, f"{key}.variable")
        if timings.get(entry["variable"]) == "post":
            raise ConfigError(
                f"'{entry['variable']}' was measured after the treatment, which may have moved units "
                "between its levels; take what was measured before.",
                file=file,
                key=f"{key}.variable",
            )
    if "levels" in entry and (sources != ["variable"] or "quantiles" in entry):
        raise ConfigError(
            "labels are for the values of a category.", file=file, key=f"{key}.levels"
        )
    if sources == ["predicted"] and not analysis.get("covariates"):
        problem = "the analysis has no covariates to predict from."
        raise ConfigError(problem, file=file, key=f"{key}.predicted")
    strategies = analysis.get("strategies", ["difference"])
    require(entry.get("strategies", []), strategies, "strategy", file, f"{key}.strategies")
    require(entry.get("outcomes", []), analysis["outcomes"], "outcome", file, f"{key}.outcomes")


def _check_decomposition(study: Study, analysis: Mapping[str, Any], file: Path, key: str) -> None:
    entry = analysis["decomposition"]
    if analysis["method"] == "matched_difference":
        problem = "changes between periods have no prices; decompose a comparison of levels."
        raise ConfigError(problem, file=file, key=key)
    require([entry["outcome"]], analysis["outcomes"], "outcome", file, f"{key}.outcome")
    _check_unique(entry["products"], file, f"{key}.products")
    for product in entry["products"]:
        where = f"{key}.products.{product['name']}"
        whole = {"quantity", "value"} & set(product)
        if ("grades" in product) == (len(whole) == 2) or len(whole) == 1:
            problem = "give quantity and value, or grades that have both."
            raise ConfigError(problem, file=file, key=where)
        named = list(_account_columns(product))
        require(named, study["outcomes"], "outcome", file, where)


def _account_columns(product: Mapping[str, Any]) -> Iterator[str]:
    yield product["cost"]
    for line in product.get("grades", [product]):
        yield from (line["quantity"], line["value"])


def _before(study: Study, analysis: Mapping[str, Any]) -> list[str]:
    """Means before of the analysis' sample, where it has two periods."""
    periods = study["samples"][analysis["sample"]].get("two_periods", {})
    return [f"{name}_before" for name in periods.get("covariates", [])]


def _check_unique(entries: Iterable[Mapping[str, Any]], file: Path, key: str) -> None:
    names = [entry["name"] for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"the name '{name}' stands twice.", file=file, key=key)
