"""What a run rested on and what came out of it, kept to be compared with the next."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from ruralimpact.errors import DataError
from ruralimpact.provenance import digest_of_files
from ruralimpact.schema.base import plain
from ruralimpact.schema.quality import QualityReport
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.study import Study
from ruralimpact.schema.written import Written

# What only runs, shows or simulates moves no estimate.
_APART = {"__main__.py", "cli", "exhibits", "plugins.py", "runner", "simulate", "waves"}
# Words that are shown and nothing else.
_WORDS = ("label", "unit", "family", "decimals")
_SHOWN = ("label", "question")  # of a row of the codebook
# Where a file lies; its cells have a digest of their own.
_PLACE = ("label", "path", "series")


class SampleRecord(Written):
    """A sample: the sources that it is made from, and the identifiers of its units."""

    sources: tuple[str, ...]
    units: tuple[str, ...]


class EstimateRecord(Written):
    """An estimate: its values, None where there are none, its sample, and a digest of what was asked for."""

    estimate: float | None
    std_error: float | None
    sample: str
    specification: str


class Run(Written):
    """What a run rested on and what came out of it.

    Attributes
    ----------
    code : str
        See `code_digest`.
    sources : dict of str to str
        Digest of each raw file's cells.
    samples : dict of str to SampleRecord
    estimates : dict of str to EstimateRecord
        By spec_id.
    """

    code: str
    sources: dict[str, str]
    samples: dict[str, SampleRecord]
    estimates: dict[str, EstimateRecord]


class RunRecord(Written):
    """The run of now, and the last that differed from it; None where there was none yet."""

    now: Run | None = None
    before: Run | None = None

    def followed_by(self, run: Run) -> "RunRecord":
        """Return the record with a run in it: the same where nothing differs from its last."""
        return self if run == self.now else RunRecord(now=run, before=self.now)


def code_digest(package: Path) -> str:
    """Return a digest of the modules that numbers are computed with, and of the installed versions.

    Parameters
    ----------
    package : path
        Folder of the package.
    """
    paths = package.rglob("*.py")
    computing = [path for path in paths if path.relative_to(package).parts[0] not in _APART]
    return digest_of_files(sorted(computing))


def run_of(
    study: Study,
    *,
    quality: Mapping[str, QualityReport],
    units: Mapping[str, pd.DataFrame],
    estimates: pd.DataFrame,
    code: str,
) -> Run:
    """Describe a run.

    Parameters
    ----------
    study : Study
    quality : mapping of str to QualityReport
        By source, with the digest of its raw cells.
    units : mapping of str to DataFrame
        By sample.
    estimates : DataFrame
        Contract ``estimates``.
    code : str
        See `code_digest`.
    """
    return Run(
        code=code,
        sources={name: report.content_sha256 for name, report in sorted(quality.items())},
        samples={
            name: SampleRecord(
                sources=tuple(sources_behind(study, name)),
                units=tuple(sorted(table["unit_id"].tolist())),
            )
            for name, table in sorted(units.items())
        },
        estimates={
            row["spec_id"]: EstimateRecord(
                estimate=_number(row["estimate"]),
                std_error=_number(row["std_error"]),
                sample=row["sample"],
                specification=specification_digest(study, row),
            )
            for row in estimates.sort_values("spec_id").to_dict("records")
        },
    )


def read_record(path: str | Path) -> RunRecord:
    """Read the record of a study; empty where there is none yet.

    Raises
    ------
    DataError
        The file is no record of runs.
    """
    try:
        return RunRecord.model_validate_json(Path(path).read_bytes())
    except FileNotFoundError:
        return RunRecord()
    except ValidationError:
        hint = "Delete it: the next run then has nothing to be compared with."
        raise DataError("it is no record of runs.", file=str(path), hint=hint) from None


def specification_digest(study: Study, row: Mapping[Any, Any]) -> str:
    """Return a digest of everything in the configuration that an estimate may depend on."""
    analysis = next(entry for entry in study.analyses if entry.name == row["analysis"])
    sources = sources_behind(study, row["sample"])
    asked = {
        "analysis": plain(analysis, *_WORDS, "outcomes"),
        "strategies": [
            plain(entry, *_WORDS) for entry in study.strategies if entry.name == row["strategy"]
        ],
        "samples": plain(_samples(study, row["sample"]), *_WORDS),
        "outcomes": {
            name: plain(study.outcomes[name], *_WORDS)
            for name in sorted(_made_from(study, row["outcome"]))
        },
        "sources": {
            source.name: plain(source, *_PLACE)
            for source in study.sources
            if source.name in sources
        },
        "codebook": [
            plain(entry, *_SHOWN) for entry in study.codebook if entry.source in ("*", *sources)
        ],
        "variables": plain(study.variables, *_WORDS),
        "prices": {} if study.prices is None else plain(study.prices),
    }
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _made_from(study: Study, outcome: str) -> set[str]:
    """Return an outcome with those that it is made from."""
    names: set[str] = set()
    waiting = [outcome]
    while waiting:
        name = waiting.pop()
        names.add(name)
        named = set(_texts(plain(study.outcomes[name]))) & set(study.outcomes)
        waiting += sorted(named - names)
    return names


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a definition: what it may name."""
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, Mapping | list):
        for part in inner:
            yield from _texts(part)
    else:
        yield str(value)


def sources_behind(study: Study, sample: str) -> list[str]:
    """Return the sources of a sample, of those it refers to, and those with several rows a unit."""
    named = [name for own in _samples(study, sample).values() for name in own.sources]
    several = [source.name for source in study.sources if source.item is not None]
    return sorted({*named, *several})


def _samples(study: Study, sample: str) -> dict[str, Sample]:
    """Return a sample and those that it refers to."""
    samples: dict[str, Sample] = {}
    waiting: list[str] = [sample]
    while waiting:
        name = waiting.pop()
        samples[name] = study.samples[name]
        waiting += [other for other in samples[name].referred if other not in samples]
    return dict(sorted(samples.items()))


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
