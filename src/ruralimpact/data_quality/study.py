"""What the rows and variables of each source are like, wave by wave."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.data_quality.arms import arm_of_rows
from ruralimpact.data_quality.rows import Gaps, InterviewRow, NumberQuality, VariableRow
from ruralimpact.data_quality.values import (
    FarValues,
    far_from_group,
    intraclass_correlation,
    p_of_two_shares,
    share_ending_in_0_or_5,
)
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import (
    INTERVIEWER,
    MINUTES,
    PER_MINUTE,
    Entry,
    entries_of,
    parse_codebook,
)
from ruralimpact.survey.missing_codes import suspected_numbers
from ruralimpact.tables import table_of_rows

FloatArray = NDArray[np.float64]

# Roles of columns that tell who and when, and of which no gap, range or heap is looked for.
_KEYS = ("wave", "group", INTERVIEWER)
_SHORT = 0.5
_FEWEST_ALIKE = 5


@dataclass(frozen=True)
class _Wave:
    """The rows of a source in one wave.

    Attributes
    ----------
    source, wave : str
        The wave is empty where the source has none.
    rows : DataFrame, n rows
    arm : ndarray, shape (n,)
    entries : list of Entry
        Of the variables of the source.
    """

    source: str
    wave: str
    rows: pd.DataFrame
    arm: FloatArray
    entries: list[Entry]

    @property
    def examined(self) -> list[Entry]:
        """Variables that hold answers."""
        return [entry for entry in self.entries if entry.role not in _KEYS]

    def of_role(self, role: str) -> str | None:
        """Return the variable with a role; None where there is none."""
        return next((entry.variable for entry in self.entries if entry.role == role), None)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """Code of each row's group, or unit where the codebook has none; -1 where it is not known."""
        name = self.of_role("group") or "id"
        return pd.factorize(self.rows[name].astype("str"))[0].astype(np.int64)

    @cached_property
    def n_groups(self) -> int:
        """How many there are, those that are not known as one."""
        return len(np.unique(self.groups))


def data_quality(
    study: Study, surveys: Mapping[str, pd.DataFrame], units: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Describe the rows and variables of each source.

    Parameters
    ----------
    study : Study
        Or a round of it.
    surveys : mapping of str to DataFrame
        Survey tables by source.
    units : mapping of str to DataFrame
        Units of each sample.

    Returns
    -------
    dict of str to DataFrame
        ``variable_quality`` and ``interview_quality``.
    """
    waves = list(_waves(study, surveys, units))
    variables = [row for wave in waves for row in _variables(wave)]
    interviews = [row for wave in waves for row in _interviews(wave)]
    return {
        "variable_quality": table_of_rows("variable_quality", variables),
        "interview_quality": table_of_rows("interview_quality", interviews),
    }


def _waves(
    study: Study, surveys: Mapping[str, pd.DataFrame], units: Mapping[str, pd.DataFrame]
) -> Iterator[_Wave]:
    entries = parse_codebook(study.codebook, list(surveys))
    for source, table in surveys.items():
        own = [entry for entry in entries_of(entries, source) if entry.variable in table]
        arm = arm_of_rows(table, study, source, units)
        waves = table["wave"].astype("str") if "wave" in table else pd.Series("", table.index)
        for wave in dict.fromkeys(waves):
            inside = (waves == wave).to_numpy()
            yield _Wave(source, wave, table[inside].reset_index(drop=True), arm[inside], own)


def _variables(wave: _Wave) -> Iterator[VariableRow]:
    interviewer = wave.of_role(INTERVIEWER)
    for entry in wave.examined:
        values = wave.rows[entry.variable]
        known = values.notna().to_numpy()
        yield VariableRow(
            source=wave.source,
            wave=wave.wave,
            variable=entry.variable,
            label=entry.label or entry.variable,
            n_rows=len(values),
            n_clusters=wave.n_groups,
            **asdict(_gaps(known, wave.arm)),
            **asdict(_numbers(entry, values, wave.groups)),
            between_interviewers=_between(values, wave.rows[interviewer])
            if interviewer is not None and entry.is_number
            else np.nan,
        )


def _gaps(known: NDArray[np.bool_], arm: FloatArray) -> Gaps:
    arms = (arm == 1, arm == 0)
    missing = [int((~known & inside).sum()) for inside in arms]
    sizes = [int(inside.sum()) for inside in arms]
    shares = [count / size if size else np.nan for count, size in zip(missing, sizes, strict=True)]
    return Gaps(
        missing=float((~known).mean()),
        n_treated=sizes[0],
        n_control=sizes[1],
        missing_treated=shares[0],
        missing_control=shares[1],
        missing_p_value=p_of_two_shares((missing[0], missing[1]), (sizes[0], sizes[1])),
    )


def _numbers(entry: Entry, values: pd.Series, groups: NDArray[np.int64]) -> NumberQuality:
    known = values.notna().to_numpy()
    numbers = values[known].to_numpy(float) if entry.is_number else np.empty(0)
    if entry.type in ("indicator", "date") or not len(numbers):
        numbers = np.empty(0)
    low, middle, high = np.quantile(numbers, (0.05, 0.5, 0.95)) if len(numbers) else [np.nan] * 3
    far = far_from_group(numbers, groups[known]) if len(numbers) else FarValues(0, 0)
    suspected = _suspected(numbers)
    return NumberQuality(
        p5=low,
        median=middle,
        p95=high,
        ending_in_0_or_5=share_ending_in_0_or_5(numbers),
        n_far=far.count,
        far_groups=far.groups,
        suspected_codes="; ".join(suspected),
        n_suspected=sum(suspected.values()),
    )


def _suspected(numbers: FloatArray) -> dict[str, int]:
    """Values that look like codes for "missing" which the codebook does not declare, with their rows."""
    codes = suspected_numbers(numbers)
    return {code: int((numbers == value).sum()) for code, value in codes.items()}


def _between(values: pd.Series, interviewers: pd.Series) -> float:
    both = (values.notna() & interviewers.notna()).to_numpy()
    classes = interviewers[both].astype("str").to_numpy(object)
    return intraclass_correlation(values[both].to_numpy(float), classes)


def _interviews(wave: _Wave) -> Iterator[InterviewRow]:
    """Yield a row on all interviews, then one an interviewer, those with most interviews first."""
    everyone = np.ones(len(wave.rows), dtype=bool)
    yield _interview_row(wave, 0, everyone)
    name = wave.of_role(INTERVIEWER)
    if name is None:
        return
    counts = wave.rows[name].astype("str").where(wave.rows[name].notna()).value_counts()
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    for number, (interviewer, _) in enumerate(ranked, start=1):
        inside = (wave.rows[name].astype("str") == interviewer).to_numpy()
        yield _interview_row(wave, number, inside)


def _interview_row(wave: _Wave, number: int, inside: NDArray[np.bool_]) -> InterviewRow:
    rows, groups = wave.rows[inside], wave.groups[inside]
    answers = rows[[entry.variable for entry in wave.examined]]
    minutes = _minutes(wave)
    lengths = minutes[inside][~np.isnan(minutes[inside])]
    usual = np.median(minutes[~np.isnan(minutes)]) if np.isfinite(minutes).any() else np.nan
    short = int((lengths < _SHORT * usual).sum())
    return InterviewRow(
        source=wave.source,
        wave=wave.wave,
        interviewer=number,
        n_rows=len(rows),
        n_clusters=len(np.unique(groups)),
        n_alike=_alike(answers),
        missing=float(answers.isna().to_numpy().mean()) if answers.size else np.nan,
        n_lengths=len(lengths),
        minutes=float(np.median(lengths)) if len(lengths) else np.nan,
        short=short / len(lengths) if len(lengths) else np.nan,
    )


def _minutes(wave: _Wave) -> FloatArray:
    own = next((entry for entry in wave.entries if entry.role == MINUTES), None)
    if own is None:
        return np.full(len(wave.rows), np.nan)
    return wave.rows[own.variable].to_numpy(float) / PER_MINUTE[own.unit]


def _alike(answers: pd.DataFrame) -> int:
    """Count rows that give the same answers as another one; of few questions this tells nothing."""
    if answers.shape[1] < _FEWEST_ALIKE:
        return 0
    return int(answers.duplicated(keep=False).sum())
