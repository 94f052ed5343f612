"""Read one raw file, apply the codebook, and write the survey table with its quality report."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ruralimpact import stage
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.file_digest import file_digest, require_stated, require_unchanged
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.quality import content_digest
from ruralimpact.survey.readers import read_joined, read_source


def ingest_source(
    *,
    raw: str,
    codebook: str,
    survey: str,
    quality: str,
    study: str,
    source: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    digests: Mapping[str, str],
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
    rows : sequence of mapping
        Rows of the codebook that describe the source.
    digests : mapping of str to str
        SHA-256 of the raw file, if the run does not make it itself, and of each file that it is read with
        (joined ones, and tables of edits), when the run began.

    Raises
    ------
    DataError
        A file has changed since, or is not the one that its SOURCE.md states; see also
        `readers.read_source` and `harmonise`.
    """
    entries = parse_codebook(rows, [source["name"]], file=codebook)
    table = read_source(source, raw)
    others = {path: digest for path, digest in digests.items() if path != raw}
    require_stated([raw, *others])
    mine = entries_of(entries, source["name"])
    result = harmonise(table, source, mine, file=raw, others=read_joined(source))
    require_unchanged(digests)
    report = {
        "study": study,
        "source": source["name"],
        **({"wave": str(source["wave"])} if "wave" in source else {}),
        "file": raw,
        "content_sha256": content_digest(table.cells, others),
        "file_sha256": file_digest(raw),
        **({"other_files": others} if others else {}),
        "file_labels": table.file_labels,
        **result.quality,
    }
    with stage.replacing(survey) as partial:
        result.table.to_parquet(partial, index=False)
    with stage.replacing(quality) as partial:
        text = json.dumps(report, indent=2, ensure_ascii=False)
        partial.write_text(f"{text}\n", encoding="utf-8")


if "snakemake" in globals():
    stage.run(ingest_source, **stage.keywords(snakemake))
