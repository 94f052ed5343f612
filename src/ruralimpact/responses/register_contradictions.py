"""What a register says of respondents although their questionnaires leave no room for it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.contradictions import Contradiction, used_all_the_same
from ruralimpact.description.levels import level_texts
from ruralimpact.description.records import InconsistentRecords, RecordedStudy
from ruralimpact.schema.responses import DrawnSample, Register, Responses

# Where no more than half of the respondents came, the register tells of another occasion.
_THE_SAME_OCCASION = 0.5


def register_contradictions(recorded: RecordedStudy) -> Iterator[InconsistentRecords]:
    """Yield the respondents of whom the register that they were drawn from says something else.

    Parameters
    ----------
    recorded : RecordedStudy
        With all analyses: one says who came, another what they answered.

    Yields
    ------
    InconsistentRecords
        Respondents who did not come where most of them did, who are of another stratum, or are not in the
        register at all. Nothing is said of registers that share no identifier with the respondents: these
        are named otherwise there.
    """
    for asked in recorded.study.analyses_of(Responses):
        if asked.register_of is None or asked.register_of.sample not in recorded.units:
            continue
        records = recorded.of(asked.sample)
        if asked.strata is not None:  # the others are excluded, and counted there
            records = records[records[asked.strata].notna()].reset_index(drop=True)
        register = recorded.of(asked.register_of.sample)
        places = pd.Index(register["id"].astype("str")).get_indexer(
            pd.Index(records["id"].astype("str"))
        )
        if (places >= 0).any() and register["id"].is_unique:
            rules = _rules(recorded, asked.register_of, records, register, places)
            yield from used_all_the_same(records, rules, analysis=asked.name)


def _rules(
    recorded: RecordedStudy,
    of: Register,
    records: pd.DataFrame,
    register: pd.DataFrame,
    places: NDArray[np.intp],
) -> Iterator[Contradiction]:
    inside, everyone = places >= 0, np.ones(len(records), dtype=bool)
    yield Contradiction(
        "id", everyone, ~inside, f"not in the register ('{of.sample}'), and its answers count"
    )
    for drawn in recorded.study.analyses_of(DrawnSample):
        if drawn.sample == of.sample and drawn.came is not None:
            came = np.where(inside, register[drawn.came].to_numpy(float)[places], np.nan)
            absent = (came == 0) & (np.mean(came == 1) > _THE_SAME_OCCASION)
            problem = f"the register says that it did not come ('{drawn.came}' is 0), and its answers count"
            yield Contradiction("id", inside, absent, problem)
    if of.strata is not None:
        own, other = (
            level_texts(frame[of.strata]).to_numpy(object) for frame in (records, register)
        )
        differs = pd.notna(own) & pd.notna(other[places]) & (own != other[places])
        problem = f"'{of.strata}' is another one in the register; that of the answers is used"
        yield Contradiction(of.strata, inside, differs, problem)
