"""Whether the numbers of a package belong together, whatever its digests say."""

import math
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.config import load_study
from ruralimpact.errors import RuralImpactError
from ruralimpact.estimation.stored_scores import stored_scores
from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.package.comparison import differences
from ruralimpact.package.exported import export_tables
from ruralimpact.package.layout import PROJECT, RESULTS, TABLES
from ruralimpact.trace.rebuilt import rebuilt_estimates

_SAME = 1e-9
# Columns by which a table of an exhibit is one of estimates as they are.
_OF_ESTIMATES = {"spec_id", "estimate", "std_error", "treated_mean"}


def number_problems(package: Path, study: str) -> list[str]:
    """Return where the numbers of a package contradict each other, a line each.

    Parameters
    ----------
    package : path
        With rows of units.
    study : str
    """
    results = package / RESULTS
    rounds = [results, *sorted(results.glob("waves/*"))]
    try:
        estimates = pd.concat(
            [pd.read_parquet(folder / "estimates" / "estimates.parquet") for folder in rounds]
        )
        problems = [line for folder in rounds for line in _estimates(folder)]
        problems += _exhibits(results, estimates)
        problems += _exported(package, study)
    except (OSError, KeyError, ValueError, RuralImpactError) as error:
        return [f"{RESULTS}: numbers cannot be compared ({type(error).__name__}: {error})"]
    return problems


def _estimates(folder: Path) -> Iterator[str]:
    """Estimates that weights and outcomes do not give, and errors that group scores do not."""
    scores = pd.read_parquet(folder / "estimates" / "scores.parquet")
    for estimate in rebuilt_estimates(folder):
        row, where = estimate.row, f"{estimate.table}.parquet: {estimate.name}"
        if not estimate.agrees:
            total = estimate.total
            yield f"{where} is {row['estimate']!r}, but weights times outcomes are {total!r}"
        if estimate.spec_id in scores and row["vcov"] == "group" and pd.notna(row["std_error"]):
            error = stored_scores(scores, estimate.spec_id, row["df"]).std_error
            if not math.isclose(error, row["std_error"], rel_tol=1e-6):
                yield f"{where} has the standard error {row['std_error']!r}, its scores give {error!r}"


def _exhibits(results: Path, estimates: pd.DataFrame) -> Iterator[str]:
    """Numbers of findings and of exhibits that are not those of the estimates."""
    by_key = estimates.set_index(estimates["spec_id"].str.replace(" ", "_"))
    rows = {str(key): record for key, record in by_key.to_dict("index").items()}
    folder = results / "exhibits"
    document = FindingsDocument.model_validate_json((folder / "findings.json").read_bytes())
    for key, finding in document.findings.items():
        name, _, measure = key.rpartition("/")
        if not _agrees(rows.get(name), measure, finding.value):
            yield f"findings.json: {key} is {finding.value!r}, the estimate's {rows[name][measure]!r}"
    for path in sorted(folder.glob("*.csv")):
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        # Tables of subgroups name the estimate on everyone, beside numbers of some units.
        if not set(table) >= _OF_ESTIMATES or "subgroup" in table:
            continue
        for index, record in enumerate(table.to_dict("records"), start=2):
            row = rows.get(str(record["spec_id"]).replace(" ", "_"))
            for column, cell in record.items():
                if not _agrees(row, str(column), cell):
                    yield f"{path.name}, line {index}, column '{column}': {cell}, the estimate's is another"


def _agrees(row: Mapping[Any, Any] | None, column: str, shown: object) -> bool:
    """Tell whether what is shown is what the estimate has, where it has a number of that name."""
    stored = None if row is None else row.get(column)
    if row is None or isinstance(stored, str | bool) or stored is None:
        return True
    try:
        printed = float(str(shown))
    except ValueError:
        return True
    scaled = (stored, 100 * stored) if "points" in str(row["unit"]) else (stored,)
    return any(math.isclose(printed, value, rel_tol=_SAME, abs_tol=1e-12) for value in scaled)


def _exported(package: Path, study: str) -> Iterator[str]:
    """Exported tables that are not those of the results."""
    loaded = load_study(package / PROJECT / "config" / "studies" / study)
    with tempfile.TemporaryDirectory() as temporary:
        again = Path(temporary)
        (again / RESULTS).symlink_to((package / RESULTS).resolve(), target_is_directory=True)
        export_tables(loaded, again)
        for line in differences(package / TABLES, again / TABLES):
            told = line.replace("only in the first", "no result table has it")
            yield f"{TABLES}/{told.replace('only in the second', 'is missing')}"
