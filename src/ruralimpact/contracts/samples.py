"""Contracts of the analysis samples and of what was left out of them."""

from typing import Any

from pandera.pandas import Check, Column, DataFrameSchema


def units() -> DataFrameSchema:
    """Contract ``units``."""
    return DataFrameSchema(
        {
            "unit_id": Column(str, unique=True, description="unit in this sample, sorted"),
            "group": Column(
                str, description="group that treatment is assigned to and errors cluster on"
            ),
        },
        strict=False,
    )


def outcomes() -> DataFrameSchema:
    """Contract ``outcomes``."""
    return DataFrameSchema({"unit_id": Column(str, unique=True)}, strict=False)


def contamination() -> DataFrameSchema:
    """Contract ``contamination``."""
    count: dict[str, Any] = {"coerce": True, "checks": Check.ge(0)}
    return DataFrameSchema(
        {
            "sample": Column(str),
            "wave": Column(str),
            "handling": Column(str, Check.isin(["", "exclude", "keep"])),
            "n_treated": Column(int, **count),
            "n_not_yet": Column(int, **count, description="treatment had not begun by the wave"),
            "n_controls": Column(int, **count),
            "n_contaminated": Column(int, **count, description="treatment had begun by the wave"),
            "n_unknown": Column(int, **count, description="not known when treatment began"),
            "groups_controls": Column(int, **count),
            "groups_left": Column(int, **count, description="with a control that is still one"),
        },
        strict=True,
    )


def exclusions() -> DataFrameSchema:
    """Contract ``exclusions``."""
    return DataFrameSchema(
        {
            "stage": Column(str, Check.isin(["ingest", "construct", "design", "estimate"])),
            "scope": Column(str, description="source, sample, or analysis/strategy"),
            "reason": Column(str),
            "rows": Column(int, Check.ge(0), description="rows excluded for this reason"),
            "rows_before": Column(int, Check.ge(0), description="rows before this exclusion"),
        },
        strict=True,
    )
