"""Studies of the documentation, up to their samples."""

from pathlib import Path

import pandas as pd

from ruralimpact.config import load_study
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

Frames = dict[str, pd.DataFrame]


def example_samples(folder: Path) -> tuple[Study, Frames, Frames]:
    """Return the study of a folder, with units and outcomes by sample; its raw files lie beside it."""
    study = load_study(folder)
    codebook = parse_codebook(study.codebook, [source.name for source in study.sources])
    surveys: Frames = {}
    for source in study.sources:
        file = Path(source.path).name
        raw = read_source(source, folder / file)
        surveys[source.name] = harmonise(
            raw, source, entries_of(codebook, source.name), file=file
        ).table
    samples = {name: build_sample(name, surveys, study) for name in study.samples}
    units = {name: sample.units for name, sample in samples.items()}
    return study, units, {name: sample.outcomes for name, sample in samples.items()}
