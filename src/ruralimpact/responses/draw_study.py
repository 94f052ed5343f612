"""Every sample that a study draws from a register, and who of it took part."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.contradictions import refuse_other_than_binary
from ruralimpact.description.levels import labels_in_order, level_texts, levels_in_order
from ruralimpact.description.records import (
    DescriptionTables,
    ExcludedRecords,
    InconsistentRecords,
    RecordedStudy,
    set_to_missing,
)
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.responses.draw import DRAWN, REPLACEMENT, stratified_draw
from ruralimpact.responses.rows import SampleProtocolRow
from ruralimpact.result_rows import MISSING
from ruralimpact.schema.responses import DrawnSample
from ruralimpact.suggestions import nearest
from ruralimpact.tables import empty_table, table_of_rows


def draw_study(recorded: RecordedStudy) -> DescriptionTables:
    """Draw the samples of a study.

    Parameters
    ----------
    recorded : RecordedStudy

    Returns
    -------
    DescriptionTables
        Contracts ``drawn_sample`` and ``sample_protocol``.

    Raises
    ------
    ConfigError
        A stratum that the register does not have, or that has fewer units than are to be drawn.
    DataError
        A unit stands in the register twice, or its attendance is neither 0 nor 1.
    """
    drawn: list[pd.DataFrame] = []
    protocols: list[SampleProtocolRow] = []
    excluded: list[ExcludedRecords] = []
    inconsistent: list[InconsistentRecords] = []
    study = recorded.study
    for asked in study.analyses_of(DrawnSample):
        records = recorded.of(asked.sample)
        register = _register(asked, records)
        missing = register["stratum"].isna().to_numpy()
        excluded.append(
            ExcludedRecords.among(
                register,
                missing,
                f"'{asked.strata}' is missing",
                analysis=asked.name,
                column=asked.strata,
            )
        )
        known = register[~missing]
        sample = _sample(asked, known)
        if asked.came is not None:
            excluded.append(_unknown_attendance(asked, known, sample))
        inconsistent += _less_than_asked(asked, known, sample)
        listed = _with_attendance(sample, known)
        drawn.append(listed.assign(analysis=asked.name, synthetic=study.synthetic))
        strata = levels_in_order(records[asked.strata], labels_in_order(study))
        protocols += _protocol(asked, known, sample, strata, synthetic=study.synthetic)
    tables = {
        "drawn_sample": pd.concat(drawn, ignore_index=True)
        if drawn
        else empty_table("drawn_sample"),
        "sample_protocol": table_of_rows("sample_protocol", protocols),
    }
    return DescriptionTables(tables, tuple(excluded), tuple(inconsistent))


def _register(asked: DrawnSample, records: pd.DataFrame) -> pd.DataFrame:
    ids = records["id"].astype("str")
    if ids.duplicated().any():
        twice = sorted(ids[ids.duplicated()].unique())
        problem = "units that stand in the register twice."
        raise DataError(problem, within=f"sample {asked.sample}", column="id", units=twice)
    refuse_other_than_binary(records, asked.numbers["came"], f"sample {asked.sample}")
    came = records[asked.came] if asked.came is not None else pd.Series(pd.NA, records.index)
    return pd.DataFrame(
        {
            "id": ids.to_numpy(object),
            "stratum": level_texts(records[asked.strata]).to_numpy(object),
            "came": came.astype("Float64").to_numpy(float, na_value=float("nan")),
            "withheld": set_to_missing(records, asked.came or ""),
        }
    )


def _unknown_attendance(
    asked: DrawnSample, register: pd.DataFrame, sample: pd.DataFrame
) -> ExcludedRecords:
    """Count those drawn of whom it is not known; of others only a value set to missing is a gap."""
    drawn = register["id"].isin(sample.loc[sample["role"] == DRAWN, "id"])
    of_whom = register[drawn | register["withheld"]]
    return ExcludedRecords.among(
        of_whom,
        of_whom["came"].isna().to_numpy(),
        f"'{asked.came}' is missing",
        analysis=asked.name,
        about="attendance",
        column=asked.came,
    )


def _less_than_asked(
    asked: DrawnSample, register: pd.DataFrame, sample: pd.DataFrame
) -> Iterator[InconsistentRecords]:
    """Yield strata with fewer replacements than are asked for, and those that none are drawn from."""
    replacing = sample[sample["role"] == REPLACEMENT]["stratum"].value_counts()
    for stratum in asked.counts:
        units = int(replacing.get(stratum, 0))
        if units < asked.replacements:
            which = (register["stratum"] == stratum).to_numpy()
            problem = (
                f"of '{stratum}' {units:,} replacements can be drawn, "
                f"{asked.replacements:,} are asked for"
            )
            yield _noted(asked, register, which, problem)
    which = (~register["stratum"].isin(list(asked.counts))).to_numpy()
    yield _noted(
        asked, register, which, "of a stratum that the allocation does not name, none drawn"
    )


def _noted(
    asked: DrawnSample, register: pd.DataFrame, which: NDArray[np.bool_], problem: str
) -> InconsistentRecords:
    return InconsistentRecords.among(
        register, which, problem, analysis=asked.name, column=asked.strata
    )


def _sample(asked: DrawnSample, register: pd.DataFrame) -> pd.DataFrame:
    strata = register["stratum"].unique()
    for stratum, count in asked.counts.items():
        if count and stratum not in strata:
            raise ConfigError(
                f"{count:,} units are to be drawn of '{stratum}', which has 0. "
                f"{nearest(stratum, sorted(strata))}",
                key=f"analyses.{asked.name}.allocation",
            )
    try:
        return stratified_draw(
            register, asked.counts, replacements=asked.replacements, seed=asked.seed
        )
    except ValueError as problem:
        raise ConfigError(f"{problem}.", key=f"analyses.{asked.name}.allocation") from None


def _with_attendance(sample: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    came = sample["id"].map(register.set_index("id")["came"])
    sizes = sample["stratum"].map(register["stratum"].value_counts()).to_numpy(int)
    drawn = (sample["role"] == DRAWN).groupby(sample["stratum"]).transform("sum").to_numpy(float)
    return sample.rename(columns={"id": "unit_id"}).assign(
        probability=drawn / sizes, came=came.to_numpy(float), n_register=sizes
    )


def _protocol(
    asked: DrawnSample,
    register: pd.DataFrame,
    sample: pd.DataFrame,
    strata: list[str],
    *,
    synthetic: bool,
) -> Iterator[SampleProtocolRow]:
    """Yield a row a stratum of the register, drawn from or not, and one of all."""
    role = register["id"].map(sample.set_index("id")["role"])
    for stratum in [*strata, ""]:
        inside = (register["stratum"] == stratum) if stratum else register["stratum"].notna()
        came = inside & (register["came"] == 1)
        drawn = inside & (role == DRAWN)
        known = drawn & register["came"].notna()
        unknown = drawn.any() and not known.any()
        yield SampleProtocolRow(
            analysis=asked.name,
            stratum=stratum,
            n_register=int(inside.sum()),
            n_drawn=int(drawn.sum()),
            n_replacements=int((inside & (role == REPLACEMENT)).sum()),
            n_known=int(known.sum()),
            n_came=MISSING if unknown else float((came & drawn).sum()),
            n_added=float((came & ~drawn).sum()),
            attendance_known=asked.came is not None,
            seed=int(asked.seed),
            synthetic=synthetic,
        )
