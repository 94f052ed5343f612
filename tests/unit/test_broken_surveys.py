"""A corpus of broken surveys: none ends in a traceback, or in other numbers without a word."""

from pathlib import Path

import pandas as pd
import pytest
from broken_surveys import REFUSED, SAID, SAME, example_rows, variants
from study_models import source_of

from ruralimpact.config import load_study
from ruralimpact.errors import RuralImpactError
from ruralimpact.outcomes.samples import AnalysisSample, build_sample
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.codebook_file import read_codebook
from ruralimpact.survey.harmonise import Survey, harmonise
from ruralimpact.survey.readers import read_source

EXAMPLE = Path(__file__).parents[2] / "docs" / "example"
STUDY = load_study(EXAMPLE)
CODEBOOK = list(read_codebook(EXAMPLE / "codebook.csv").values())
ENTRIES = entries_of(parse_codebook(CODEBOOK, ["producers"]), "producers")
ROWS = example_rows(EXAMPLE / "producers.csv")
VARIANTS = variants()


def ingest(path: Path, **options) -> Survey:
    source = source_of(**{"name": "producers", "path": str(path), "wave": "2014", **options})
    return harmonise(read_source(source), source, ENTRIES, file=path.name)


def sample(survey: Survey) -> AnalysisSample:
    return build_sample("all", {"producers": survey.table}, STUDY)


@pytest.fixture(scope="module")
def right() -> tuple[Survey, AnalysisSample]:
    survey = ingest(EXAMPLE / "producers.csv")
    return survey, sample(survey)


def said(survey: Survey, right: Survey) -> int:
    """Count the cells and rows that the quality report says are missing, beyond those of the example."""

    def missing(one: Survey) -> int:
        return sum(
            about.missing + (0 if about.out_of_range is None else about.out_of_range.count)
            for about in one.quality.variables.values()
        )

    more = survey.quality.rows_kept - right.quality.rows_kept
    return missing(survey) - missing(right) + more


@pytest.mark.parametrize(
    ("mutate", "write", "outcome"),
    [variant[1:] for variant in VARIANTS],
    ids=[variant[0] for variant in VARIANTS],
)
def test_right_refused_or_said(mutate, write, outcome, tmp_path, right):
    path = write(mutate(ROWS), tmp_path)
    if outcome == REFUSED:
        with pytest.raises(RuralImpactError) as error:
            sample(ingest(path))
        text = str(error.value)
        assert path.name in text or "sources." in text or "sample all" in text
        assert "\n" not in text
        assert len(text) < 700
        return
    survey, (first, built) = ingest(path), right
    if outcome == SAME:
        pd.testing.assert_frame_equal(survey.table, first.table)
        pd.testing.assert_frame_equal(sample(survey).units, built.units)
        pd.testing.assert_frame_equal(sample(survey).outcomes, built.outcomes)
        return
    assert outcome == SAID
    changed = survey.table.merge(
        first.table, how="outer", on="id", suffixes=("", "_before"), indicator=True
    )
    assert (changed["_merge"] != "right_only").all(), "a row was lost"
    known = changed[changed["_merge"] == "both"]
    for name in first.quality.variables:
        now, before = known[name], known[f"{name}_before"]
        assert (now.isna() | (now == before) | (now.isna() & before.isna())).all(), name
    assert said(survey, first) > 0
