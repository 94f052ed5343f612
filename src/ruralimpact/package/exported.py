"""Result tables as .csv and .dta, with labels, and a codebook of all their columns."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralimpact.contracts import REGISTRY
from ruralimpact.contracts.columns import ResultColumn, number, text
from ruralimpact.contracts.table import ResultTable
from ruralimpact.package.layout import CODEBOOK, RESULTS, TABLES
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import parse_codebook

# Stata has limits: of names, of the labels of variables and of text that is not `strL`.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
_LABEL, _TEXT = 80, 2045
_RESERVED = frozenset(
    [
        *(
            "_all",
            "_b",
            "_coef",
            "_cons",
            "_n",
            "_N",
            "_pi",
            "_pred",
            "_rc",
        ),
        *(
            "_skip",
            "aggregate",
            "array",
            "bool",
            "boolean",
            "break",
            "byte",
            "case",
            "catch",
        ),
        *(
            "class",
            "colvector",
            "complex",
            "const",
            "continue",
            "default",
            "delegate",
            "delete",
            "do",
        ),
        *(
            "double",
            "else",
            "enum",
            "eltypedef",
            "end",
            "error",
            "explicit",
            "export",
            "external",
        ),
        *(
            "float",
            "for",
            "friend",
            "function",
            "global",
            "goto",
            "if",
            "in",
            "inline",
        ),
        *(
            "int",
            "local",
            "long",
            "NULL",
            "numeric",
            "pragma",
            "private",
            "protected",
            "quad",
        ),
        *(
            "rowvector",
            "short",
            "str",
            "strL",
            "string",
            "typedef",
            "typename",
            "union",
            "using",
        ),
        *(
            "virtual",
            "with",
        ),
    ]
)
_TIME = datetime(2000, 1, 1)  # a file would else hold when it was written
_KINDS = {str: "text", int: "whole number", float: "number", bool: "0 or 1"}


# What rows of a sample have beside what its contract names.
_OF_ROWS = {
    "id": text("unit, the same in every wave"),
    "wave": text("survey wave of the row"),
    "sampling_weight": number("sampling weight of the row"),
    "sampling_stratum": text("stratum that the row's group was drawn from"),
}


@dataclass(frozen=True)
class CodebookLine:
    """What is to be known of a column of an exported table.

    Attributes
    ----------
    file, column, stata_name : str
        The table's file without its ending, the column in .csv, and its name in .dta.
    type, unit, meaning, values : str
    """

    file: str
    column: str
    stata_name: str
    type: str
    unit: str
    meaning: str
    values: str


def export_tables(study: Study, package: Path) -> None:
    """Write every result table of a package's results as .csv and .dta, and their codebook.

    Parameters
    ----------
    study : Study
    package : path
    """
    lines: list[CodebookLine] = []
    for name, frame, columns in _tables(study, package / RESULTS):
        target = package / TABLES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        described = list(_described(name, frame, columns))
        lines += described
        frame.to_csv(target.with_suffix(".csv"), index=False, lineterminator="\n")
        _write_stata(frame, target.with_suffix(".dta"), described)
    with (package / CODEBOOK).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(CodebookLine.__annotations__), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(line) for line in lines)


def _tables(
    study: Study, results: Path
) -> Iterator[tuple[str, pd.DataFrame, Mapping[str, ResultColumn]]]:
    """Yield name, contents and columns of every table that has rows, samples with their outcomes."""
    for folder in [results, *sorted(results.glob("waves/*"))]:
        round_folder = folder.relative_to(results)
        for table in REGISTRY.values():
            if table.by_sample:
                continue
            for inside in table.paths().values():
                if (folder / inside).is_file():
                    frame = pd.read_parquet(folder / inside)
                    if len(frame):
                        name = (round_folder / inside).with_suffix("").as_posix()
                        yield name, frame, _columns_of(table, frame)
        for path in sorted(folder.glob("analysis/*/units.parquet")):
            outcomes = pd.read_parquet(path.with_name("outcomes.parquet"))
            frame = pd.read_parquet(path).merge(outcomes, on="unit_id", validate="1:1")
            name = (round_folder / "analysis" / f"sample_{path.parent.name}").as_posix()
            yield name, frame, _columns_of_sample(study, frame)


def _columns_of(table: ResultTable, frame: pd.DataFrame) -> dict[str, ResultColumn]:
    columns = dict(table.columns)
    for name in frame.columns.difference([*columns], sort=False):
        for pattern, column in table.pattern.items():
            if re.fullmatch(pattern, name):
                columns[name] = column
    return columns


def _columns_of_sample(study: Study, frame: pd.DataFrame) -> dict[str, ResultColumn]:
    """Columns of a sample, by the labels that study.yaml and the codebook give."""
    names = [source.name for source in study.sources]
    entries = {entry.variable: entry for entry in parse_codebook(study.codebook, names)}
    known = {**REGISTRY["units"].columns, **REGISTRY["outcomes"].columns, **_OF_ROWS}
    columns = {}
    for name in frame.columns:
        kind = str if pd.api.types.is_string_dtype(frame[name]) else float
        if name in known:
            columns[name] = known[name]
        elif name in study.outcomes:
            outcome = study.outcomes[name]
            points = outcome.unit == "percentage points"
            unit = "fraction" if points else outcome.unit
            columns[name] = ResultColumn(kind, f"outcome: {outcome.label}", unit, missing=True)
        elif name in study.variables:
            label = study.variables[name].label
            columns[name] = ResultColumn(kind, label, missing=True)
        elif name in entries:
            entry = entries[name]
            columns[name] = ResultColumn(kind, entry.label or name, entry.unit, missing=True)
    return columns


def _described(
    file: str, frame: pd.DataFrame, columns: Mapping[str, ResultColumn]
) -> Iterator[CodebookLine]:
    taken: set[str] = set()
    for position, name in enumerate(map(str, frame.columns), start=1):
        column = columns.get(name, ResultColumn(str, ""))
        kind = _KINDS[bool if pd.api.types.is_bool_dtype(frame[name]) else column.kind]
        ok = _NAME.fullmatch(name) and name not in _RESERVED
        stata = name if ok and name not in taken else f"v{position}"
        taken.add(stata)
        values = ", ".join(filter(None, column.choices))
        values = values or _range(column)
        yield CodebookLine(file, name, stata, kind, column.unit, column.meaning, values)


def _range(column: ResultColumn) -> str:
    """The values that a number may have; empty where it may be any."""
    low, high = column.low, column.high
    if low is None or high is None:
        return "" if low is None else f"{'above' if column.above else 'at least'} {low:g}"
    return f"{low:g} to {high:g}"


def _write_stata(frame: pd.DataFrame, path: Path, lines: list[CodebookLine]) -> None:
    table = pd.DataFrame(
        {
            line.stata_name: _for_stata(frame.iloc[:, position])
            for position, line in enumerate(lines)
        }
    )
    labels = {}
    for line in lines:
        own = line.column if line.stata_name != line.column else ""
        unit = f" ({line.unit})" if line.unit else ""
        labels[line.stata_name] = f"{own or line.meaning}{'' if own else unit}"[:_LABEL]
    binary = [line.stata_name for line in lines if line.type == _KINDS[bool]]
    long = [
        name
        for name in table.columns
        if table[name].dtype == object and table[name].str.len().max() > _TEXT // 4
    ]
    table.to_stata(
        path,
        write_index=False,
        time_stamp=_TIME,
        data_label=path.stem[:_LABEL],
        variable_labels=labels,
        value_labels={name: {0: "no", 1: "yes"} for name in binary},
        convert_strl=long,
        version=118,
    )


def _for_stata(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column in a type that Stata has; what is infinite is missing there."""
    if pd.api.types.is_bool_dtype(column):
        return column.astype("int8")
    if pd.api.types.is_float_dtype(column):
        return column.replace([np.inf, -np.inf], np.nan)
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.astype(object).where(column.notna(), "").map(str)
