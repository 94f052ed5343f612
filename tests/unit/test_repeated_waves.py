"""The same rows declared as two waves are an error, whatever declares them; waves that differ pass."""

import pandas as pd
import pytest
from study_models import codebook_of, study_of

from ruralimpact.outcomes.repeated_waves import RepeatedWaveError
from ruralimpact.outcomes.samples import build_sample

CODEBOOK = codebook_of(
    {"variable": "coop", "raw_name": "coop", "type": "category", "role": "group"},
    {"variable": "income", "raw_name": "income", "type": "number", "role": "outcome"},
)
N = 12


def wave(name: int, first: int = 0, *, more: float = 0) -> pd.DataFrame:
    """Return units from a first one on; their income is their number and `more`."""
    units = range(first, first + N)
    return pd.DataFrame(
        {
            "id": [f"p{unit}" for unit in units],
            "wave": str(name),
            "coop": [f"c{unit % 3}" for unit in units],
            "income": [unit + more for unit in units],
        }
    )


def build(later: pd.DataFrame) -> None:
    samples = {
        "both": {"label": "b", "sources": ["first", "second"], "group": "coop"},
        "before": {"label": "b", "sources": ["first"], "group": "coop"},
        "after": {"label": "a", "sources": ["second"], "group": "coop", "baseline": "before"},
    }
    study = study_of(
        sources=[{"name": "first", "wave": "1"}, {"name": "second", "wave": "2"}],
        codebook=CODEBOOK,
        outcomes={"earned": {"label": "E", "unit": "Bs", "build": "variable", "of": "income"}},
        samples=samples,
    )
    tables = {"first": wave(1), "second": later}
    for name in samples:
        build_sample(name, tables, study)


@pytest.mark.parametrize("first", [0, 2])
def test_rows_that_are_two_waves_are_refused(first):
    """A file of both waves, without a filter; or filters by values of which one is in both."""
    with pytest.raises(RepeatedWaveError, match=rf"'1' and '2'.*'income'.* all {N - first} units"):
        build(wave(2, first))


@pytest.mark.parametrize(
    "later",
    [
        wave(2, more=1),
        wave(2, first=5),  # 7 units in common: by chance, perhaps
        wave(2).assign(income=lambda table: table["income"].where(table["id"] != "p3", 7.5)),
    ],
    ids=["others", "few", "one"],
)
def test_waves_that_differ_pass(later):
    build(later)


def test_what_hardly_varies_may_stay_as_it_was():
    first, second = (wave(name).assign(income=1.0) for name in (1, 2))
    study = study_of(
        sources=[{"name": "first", "wave": "1"}, {"name": "second", "wave": "2"}],
        codebook=CODEBOOK,
        outcomes={"earned": {"label": "E", "unit": "Bs", "build": "variable", "of": "income"}},
        samples={"both": {"label": "b", "sources": ["first", "second"], "group": "coop"}},
    )
    assert len(build_sample("both", {"first": first, "second": second}, study).units) == 2 * N
