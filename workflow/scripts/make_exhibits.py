"""Make every table and figure of a study, and the numbers that its report may cite."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pandas as pd

import ruralimpact
from ruralimpact import progress, stage
from ruralimpact.exhibits.build import ExhibitFile, exhibit_files
from ruralimpact.exhibits.load import load_results, study_of_exhibits
from ruralimpact.exhibits.methods_pages import methods_of, methods_page
from ruralimpact.exhibits.plugin_inputs import with_plugin_inputs
from ruralimpact.exhibits.registry import Kinds, kinds_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import SOURCE, speaking
from ruralimpact.locations import shipped, shipped_page
from ruralimpact.plugins import load_plugins
from ruralimpact.schema.document import Contents
from ruralimpact.waves.record import Run, code_digest, read_record, run_of


def make_exhibits(
    *,
    quality: Sequence[str],
    findings: str,
    exhibits: Sequence[str],
    documents: Sequence[str],
    study: Contents,
    samples: Sequence[str],
    units: Sequence[str],
    record: str,
    outcomes: Sequence[str] = (),
    truth: Sequence[str] = (),
    plugins: Sequence[str] = (),
    plugin_inputs: Sequence[str] = (),
    **tables: Sequence[str],
) -> None:
    """Write the files of all exhibits beside `findings`.

    Parameters
    ----------
    quality : sequence of path
        Quality reports by source.
    findings : path
        Output; the other files go into its folder.
    exhibits, documents : sequence of path
        The other outputs, for progress: files of one exhibit each, and what holds all of them.
    study : mapping
        The study's configuration.
    samples : sequence of str
        Samples in the order of the rounds.
    units : sequence of path
        Units of each sample, in the order of `samples`.
    record : path
        Output: what this run and the last that differed from it rested on.
    outcomes : sequence of path
        Outcomes by unit of each sample, in the order of `samples`.
    truth : sequence of path
        What synthetic data were planted with; none for real data.
    plugins, plugin_inputs : sequence of path
        Folders of the plug-ins that the study uses, and the files that they read for its exhibits.
    **tables : sequence of path
        Result tables, by name; one file a round and stage.
    """
    loaded = load_plugins(".", plugins)
    kinds = kinds_of(loaded)
    results = load_results(
        study_of_exhibits(study, kinds),
        tables=tables,
        quality=quality,
        outcomes=dict(zip(samples, outcomes, strict=True)),
        truth=truth,
    )
    results = with_plugin_inputs(results, loaded, plugin_inputs)
    run = _run(results, dict(zip(samples, units, strict=True)))
    runs = read_record(record).followed_by(run)
    with stage.replacing(record) as partial:
        partial.write_text(json.dumps(runs.model_dump()) + "\n", encoding="utf-8")
    results = replace(results, record=runs)
    progress.begin(results.study.name, "make_exhibits")
    folder = Path(findings).parent
    total = len(exhibits) + len(documents) + 1
    with speaking(results.study.language):
        files = chain(exhibit_files(results, kinds), _methods_files(results, kinds))
        for done, file in enumerate(files, start=1):
            with stage.replacing(
                (folder.parent if file.beside_report else folder) / file.name
            ) as partial:
                partial.write_bytes(file.content)
            progress.step(done, total, file.name)


def _methods_files(results: StudyResults, kinds: Kinds) -> Iterator[ExhibitFile]:
    """Yield the pages on the methods behind the exhibits."""
    pages, language = methods_of(results.study.exhibits, kinds), results.study.language
    for page in pages:
        path = shipped_page(language, "methods", f"{page}.md")
        own = language if path.is_relative_to(shipped("docs", language)) else SOURCE
        content = methods_page(path.read_text(encoding="utf-8"), pages, own).encode()
        yield ExhibitFile(f"methods/{page}.html", content, beside_report=True)


def _run(results: StudyResults, units: Mapping[str, str]) -> Run:
    """Describe this run for the record."""
    package = Path(ruralimpact.__file__).parent
    return run_of(
        results.study,
        quality=results.quality,
        units={name: pd.read_parquet(path, columns=["unit_id"]) for name, path in units.items()},
        estimates=results["estimates"],
        code=code_digest(package),
    )


if "snakemake" in globals():
    stage.run(make_exhibits, **stage.keywords(snakemake))
