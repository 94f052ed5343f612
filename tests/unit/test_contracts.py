"""The registry of result tables: what is declared is written and loaded, and small cells never pass."""

import ast
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ruralimpact.contracts import REGISTRY, result_tables, tables_for_exhibits
from ruralimpact.contracts.columns import ResultColumn
from ruralimpact.contracts.table import FOLDERS, NoCells, ResultTable, Suppressed, Withheld
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.sensitivity.records import WithoutRegion
from ruralimpact.tables import empty_table, schema, table_of_rows, write_tables

LOADED = [name for name, table in REGISTRY.items() if not isinstance(table.suppression, Withheld)]
SUPPRESSED = [name for name in LOADED if isinstance(REGISTRY[name].suppression, Suppressed)]

# Numbers that tell nothing of producers however few there are: times, bounds, weights of a formula, and
# what was assumed or rests on all units, not on those of a cell.
HARMLESS = {
    "event_study": {"cohort", "period", "event_time"},
    "goodman_bacon": {"cohort", "other", "weight"},
    "parallel_trends": {"magnitude"},
    "designs": {"effective_controls"},
    "power": {
        *("group_size", "size_cv", "weight_cv", "attrition", "treated_share"),
        *("icc", "icc_low", "icc_high"),
        *("icc_unadjusted", "group_r2", "unit_r2", "group_autocorrelation", "autocorrelation"),
        *("unit_autocorrelation", "power", "level", "std_error", "mde"),
        *("groups_now", "units_now", "controls_now"),
    },
    "attrition": {"df_denominator", "n_found"},
    "survival": {"time"},
    "growth_without": {"percent"},
    # Whole numbers of the design, of a formula or of a place in a list
    "contamination": {"groups_controls", "groups_left"},
    "interview_quality": {"interviewer"},
    "tests": {"fewest_in_arm", "draws"},
    "subgroups": {"df_denominator", "position"},
    "pre_trends": {"n_pre"},
    "returns_by_unit": {"roots"},
    "returns_draws": {"draw"},
    "hazards": {"n_periods"},
    "gain_variance": {"n_levels"},
    # Counts of units that the rule reads, or that the numbers beside them are without
    "estimates": {"dropped"},
    "sensitivity": {"n_pairs"},
    "attrition_bounds": {"n_cells", "n_reversed", "capped"},
    "gains": {"n_without_base"},
}
# How many units, rows or groups a row is about: rules of suppression read them, exhibits print them coarsely.
SIZES = {
    *("n_units", "n_rows", "n_treated", "n_control", "n_clusters"),
    *("clusters_treated", "clusters_control"),
}
# Numbers of tables that are loaded as they are.
UNBLANKED = {
    "portfolio": {"value", "share", "printed", "decimals"},
    "drawn_sample": {"probability", "came", "order", "n_register"},
    "sample_protocol": {
        *("n_came", "n_known", "n_added", "n_drawn", "n_replacements", "n_register", "seed"),
    },
    "exclusions": {"rows", "rows_before"},
    "excluded_arms": {"rows"},
    "wave_overlap": {"n_both", "n_came", "n_left"},
}


def smallest(column: ResultColumn) -> Any:
    """Return a value that the column allows: of a count, one unit."""
    if column.kind is str:
        return next((choice for choice in column.choices if choice), "one")
    if column.kind is bool:
        return False
    return column.kind(max(1 if column.high is None else 0.5, column.low or 0))


def one_row(table: ResultTable) -> pd.DataFrame:
    """Return a row about a single unit, that of the analysis, strategy and outcome called one."""
    row = {name: smallest(column) for name, column in table.columns.items()}
    row |= {"reason": ""} if "reason" in row else {}
    row |= {name: "one/one/one" for name in ("spec_id",) if name in row}
    row |= {"income": 7.0} if table.further else {}
    row |= {"one/one/one": 7.0, "one/one/one::one=one": 7.0} if table.pattern else {}
    return pd.DataFrame([row])


def left_over(name: str, frame: pd.DataFrame) -> list[str]:
    """Return the numeric columns of a table as suppressed that hold a number and are not exempt."""
    exempt = HARMLESS.get(name, set()) | SIZES
    numbers = frame.select_dtypes("number")
    return [str(own) for own in numbers if own not in exempt and numbers[own].notna().any()]


@pytest.fixture(scope="module")
def shown() -> dict[str, pd.DataFrame]:
    return suppressed_tables({name: one_row(REGISTRY[name]) for name in LOADED})


@pytest.mark.parametrize("name", SUPPRESSED)
def test_nothing_about_a_single_unit_reaches_an_exhibit(
    name: str, shown: dict[str, pd.DataFrame]
) -> None:
    left = left_over(name, shown[name])
    assert not left, (
        f"the suppression of '{name}' must blank {', '.join(left)}; what tells nothing of a producer stands "
        "in HARMLESS of tests/unit/test_contracts.py, the size of a cell in SIZES"
    )


def test_a_whole_number_that_is_not_blanked_is_found() -> None:
    """An amount passes no more easily when it is declared as a count."""
    assert left_over("new", pd.DataFrame({"n_units": [1], "land": [7], "sex": ["f"]})) == ["land"]
    assert left_over("new", pd.DataFrame({"land": pd.array([7], "Int64")})) == ["land"]
    assert left_over("new", pd.DataFrame({"land": pd.array([None], "Int64")})) == []


def test_what_is_called_harmless_is_in_the_tables() -> None:
    for name, columns in HARMLESS.items():
        assert name in REGISTRY, f"the TABLES of no module list '{name}'"
        assert columns <= set(REGISTRY[name].columns), name


@pytest.mark.parametrize("name", sorted(set(LOADED) - set(SUPPRESSED)))
def test_a_table_that_is_loaded_as_it_is_measures_nobody(name: str) -> None:
    table = REGISTRY[name]
    assert isinstance(table.suppression, NoCells) and table.suppression.reason
    columns = {**table.columns, **table.pattern}
    numbers = {own for own, column in columns.items() if column.kind in (int, float)}
    left = numbers - UNBLANKED.get(name, set())
    assert not left and not table.further, (
        f"give '{name}' a rule of contracts/suppression.py for {sorted(left)}, or list them in UNBLANKED of "
        "tests/unit/test_contracts.py"
    )


@pytest.mark.parametrize("name", LOADED)
def test_large_cells_and_empty_tables_pass(name: str) -> None:
    empty = {other: empty_table(other) for other in LOADED}
    assert suppressed_tables(empty)[name].empty


@pytest.mark.parametrize("name", sorted(set(REGISTRY) - set(LOADED)))
def test_withheld_tables_cannot_be_loaded(name: str) -> None:
    assert name not in tables_for_exhibits()
    with pytest.raises(ValueError, match="no exhibit may load"):
        suppressed_tables({name: one_row(REGISTRY[name])})


@pytest.mark.parametrize("table", REGISTRY.values(), ids=list(REGISTRY))
def test_declarations_are_whole(table: ResultTable) -> None:
    assert set(table.stages) <= set(FOLDERS)
    assert table.description.endswith(".") and table.row
    columns = {**table.columns, **table.pattern}
    assert all(column.meaning for column in columns.values())
    unitless = {name for name, one in columns.items() if one.kind is int and not one.unit}
    assert unitless <= {"treated", "set", "position"}, "a count says of what"


@pytest.mark.parametrize("name", REGISTRY)
def test_a_row_that_is_declared_fulfils_its_contract(name: str) -> None:
    schema(name).validate(one_row(REGISTRY[name]))


@pytest.mark.parametrize("name", [n for n in REGISTRY if n not in ("units", "outcomes")])
def test_a_column_that_is_not_declared_is_refused(name: str) -> None:
    with pytest.raises(Exception, match="odd"):
        schema(name).validate(one_row(REGISTRY[name]).assign(odd=1.0))


def test_a_stage_writes_what_it_declares_and_nothing_else(tmp_path: Path) -> None:
    stage = "analyse_sensitivity"
    made = {name: empty_table(name) for name in result_tables(stage)}
    paths = {name: tmp_path / f"{name}.parquet" for name in made}
    write_tables(stage, made, paths)
    assert all(path.is_file() for path in paths.values())
    with pytest.raises(ValueError, match=r"power\. .* workflow/scripts/analyse_sensitivity\.py"):
        write_tables(stage, {name: made[name] for name in made if name != "power"}, paths)


def test_rows_have_the_columns_of_their_table_in_its_order() -> None:
    row = WithoutRegion("a/b/c", "Beni", 1.0)
    table = table_of_rows("leave_one_out", [row])
    assert list(table) == list(REGISTRY["leave_one_out"].columns)
    assert table["estimate"].tolist() == [1.0]
    with pytest.raises(ValueError, match="excluded, .*gamma_reason"):
        table_of_rows("sensitivity", [row])


def test_every_module_of_tables_is_in_the_registry() -> None:
    """A module of contracts that the registry does not read is named."""
    import ruralimpact.contracts as package

    folder = Path(package.__file__).parent
    declaring = {
        path.stem
        for path in folder.glob("*.py")
        if "ResultTable(" in path.read_text("utf-8") and path.stem not in ("table", "__init__")
    }
    read = {module.__name__.rpartition(".")[2] for module in package._MODULES}
    assert declaring == read, f"_MODULES of contracts/__init__.py: {declaring ^ read}"
    for name in declaring:
        tree = ast.parse((folder / f"{name}.py").read_text("utf-8"))
        made = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "ResultTable"
        ]
        assert len(made) == len(getattr(package, name).TABLES), f"{name}.TABLES must list all"
