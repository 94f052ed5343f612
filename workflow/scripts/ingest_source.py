"""Read one raw file, apply the codebook, and write the survey table with its quality report."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ruralimpact import stage
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.file_digest import file_digest, stated_digest
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.quality import content_digest
from ruralimpact.survey.readers import read_source


def ingest_source(
    *,
    raw: str,
    codebook: str,
    survey: str,
    quality: str,
    study: str,
    source: Mapping[str, Any],
    others: Sequence[str] = (),
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Write `survey` (Parquet) and `quality` (JSON) from the file `raw`.

    Parameters
    ----------
    raw, codebook : path
        The raw file and, for messages, the codebook that `rows` came from.
    survey, quality : path
        Outputs.
    study : str
    source : mapping
        Item of ``sources:`` in study.yaml.
    others : sequence of path
        Files that the source is read with: joined ones, and tables of edits.
    rows : sequence of mapping
        Rows of the codebook that describe the source.
    """
    digests = {path: file_digest(path) for path in others}
    entries = parse_codebook(rows, [source["name"]], file=codebook)
    table = read_source(source, raw)
    joined = {one["name"]: read_source(one) for one in source.get("join", ())}
    mine = entries_of(entries, source["name"])
    result = harmonise(table, source, mine, file=raw, others=joined)
    report = {
        "study": study,
        "source": source["name"],
        **({"wave": str(source["wave"])} if "wave" in source else {}),
        "file": raw,
        "content_sha256": content_digest(table.cells, digests),
        **_file(raw),
        **({"other_files": digests} if digests else {}),
        "file_labels": table.file_labels,
        **result.quality,
    }
    with stage.replacing(survey) as partial:
        result.table.to_parquet(partial, index=False)
    with stage.replacing(quality) as partial:
        text = json.dumps(report, indent=2, ensure_ascii=False)
        partial.write_text(f"{text}\n", encoding="utf-8")


def _file(raw: str) -> dict[str, Any]:
    """Return the digest of the raw file, and whether it is the one that its SOURCE.md states."""
    found, stated = file_digest(raw), stated_digest(raw)
    return {
        "file_sha256": found,
        **({} if stated is None else {"as_source_md_states": stated == found}),
    }


if "snakemake" in globals():
    stage.run(ingest_source, **stage.keywords(snakemake))
