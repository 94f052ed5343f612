"""What a run rested on and what came out of it, kept to be compared with the next."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.provenance import digest_of_files

Study = Mapping[str, Any]
# What only runs, shows or simulates moves no estimate.
_APART = {"__main__.py", "cli", "exhibits", "plugins.py", "runner", "simulate", "waves"}
# Words that are shown and nothing else.
_WORDS = ("label", "unit", "family", "decimals")
_SHOWN = ("label", "question")  # of a row of the codebook
# Where a file lies; its cells have a digest of their own.
_PLACE = ("label", "path", "series")


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


def entry_of_run(
    study: Study,
    *,
    quality: Mapping[str, Mapping[str, Any]],
    units: Mapping[str, pd.DataFrame],
    estimates: pd.DataFrame,
    code: str,
) -> dict[str, Any]:
    """Describe a run.

    Parameters
    ----------
    study : mapping
    quality : mapping
        Quality report of each source, with the digest of its raw cells.
    units : mapping of str to DataFrame
        By sample.
    estimates : DataFrame
        Contract ``estimates``.
    code : str
        See `code_digest`.

    Returns
    -------
    dict
        ``code``; ``sources`` (digest of each raw file's cells); ``samples`` (sources and identifiers of
        units); ``estimates`` by spec_id: ``estimate``, ``std_error``, ``sample`` and ``specification``, a
        digest of what was asked for.
    """
    return {
        "code": code,
        "sources": {
            name: str(report["content_sha256"]) for name, report in sorted(quality.items())
        },
        "samples": {
            name: {
                "sources": sources_behind(study, name),
                "units": sorted(table["unit_id"].tolist()),
            }
            for name, table in sorted(units.items())
        },
        "estimates": {
            row["spec_id"]: {
                "estimate": _number(row["estimate"]),
                "std_error": _number(row["std_error"]),
                "sample": row["sample"],
                "specification": specification_digest(study, row),
            }
            for row in estimates.sort_values("spec_id").to_dict("records")
        },
    }


def with_run(record: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with a run in it: the same record where nothing differs from its last.

    Parameters
    ----------
    record : mapping
        ``now`` and ``before``, two runs; empty where there is none yet.
    entry : mapping
        See `entry_of_run`.
    """
    if record.get("now") == entry:
        return dict(record)
    return {"now": entry, "before": record.get("now")}


def read_record(path: str | Path) -> dict[str, Any]:
    """Read the record of a study; empty where there is none yet."""
    try:
        return dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def specification_digest(study: Study, row: Mapping[Any, Any]) -> str:
    """Return a digest of everything in the configuration that an estimate may depend on."""
    analysis = next(item for item in study["analyses"] if item["name"] == row["analysis"])
    strategies = [item for item in study["strategies"] if item["name"] == row["strategy"]]
    sources = sources_behind(study, row["sample"])
    asked = {
        "analysis": {key: analysis[key] for key in analysis if key not in (*_WORDS, "outcomes")},
        "strategies": [_without_words(item) for item in strategies],
        "samples": _samples(study, row["sample"]),
        "outcomes": {
            name: _without_words(study["outcomes"][name])
            for name in sorted(_made_from(study, row["outcome"]))
        },
        "sources": {
            item["name"]: {key: item[key] for key in item if key not in _PLACE}
            for item in study["sources"]
            if item["name"] in sources
        },
        "codebook": [
            {key: item[key] for key in item if key not in _SHOWN}
            for item in study["codebook"]
            if item["source"] in ("*", *sources)
        ],
        "variables": {name: _without_words(item) for name, item in study["variables"].items()},
        "prices": study.get("prices", {}),
    }
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _made_from(study: Study, outcome: str) -> set[str]:
    """Return an outcome with those that it is made from."""
    result: set[str] = set()
    waiting = [outcome]
    while waiting:
        name = waiting.pop()
        result.add(name)
        named = set(_texts(study["outcomes"][name])) & set(study["outcomes"])
        waiting += sorted(named - result)
    return result


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a definition: what it may name."""
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, Mapping | list):
        for item in inner:
            yield from _texts(item)
    else:
        yield str(value)


def sources_behind(study: Study, sample: str) -> list[str]:
    """Return the sources of a sample, of those it refers to, and those with several rows a unit."""
    named: list[str] = []
    for spec in _samples(study, sample).values():
        named += spec["sources"]
    several = [source["name"] for source in study["sources"] if "item" in source]
    return sorted({*named, *several})


def _samples(study: Study, sample: str) -> dict[str, Any]:
    """Return a sample and those that it refers to."""
    result: dict[str, Any] = {}
    waiting: list[str] = [sample]
    while waiting:
        name = waiting.pop()
        result[name] = _without_words(study["samples"][name])
        others: Sequence[str] = [result[name].get(key) for key in ("baseline", "restrict_to")]
        waiting += [other for other in others if other and other not in result]
    return dict(sorted(result.items()))


def _without_words(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in _WORDS}


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
