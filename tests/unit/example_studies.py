"""Studies of the documentation, and those whose files are drawn, up to their samples."""

from pathlib import Path

import pandas as pd

from ruralimpact.config import load_study
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.schema.source import SourceEntry
from ruralimpact.schema.stages import stage_view, study_of_stage
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_joined, read_source

Frames = dict[str, pd.DataFrame]


def example_samples(folder: Path) -> tuple[Study, Frames, Frames]:
    """Return the study of a folder, with units and outcomes by sample; its raw files lie beside it."""
    study = load_study(folder)
    return study, *samples_of(study, folder)


def samples_of(study: Study, raw: Path) -> tuple[Frames, Frames]:
    """Return units and outcomes of every sample of a study whose raw files lie in a folder."""
    codebook = parse_codebook(study.codebook, [source.name for source in study.sources])
    surveys: Frames = {}
    for source in study.sources:
        here = _in_folder(source, raw)
        surveys[source.name] = harmonise(
            read_source(here, here.path),
            here,
            entries_of(codebook, source.name),
            file=Path(here.path).name,
            others=read_joined(here),
        ).table
    asked = study_of_stage(stage_view(study, "construct"))
    samples = {name: build_sample(name, surveys, asked) for name in asked.samples}
    units = {name: sample.units for name, sample in samples.items()}
    return units, {name: sample.outcomes for name, sample in samples.items()}


def _in_folder(source: SourceEntry, raw: Path) -> SourceEntry:
    joined = tuple(
        file.model_copy(update={"path": str(raw / Path(file.path).name)}) for file in source.join
    )
    return source.model_copy(update={"path": str(raw / Path(source.path).name), "join": joined})
