"""Read one raw file, apply the codebook, and write the survey table with its quality report."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ruralimpact import stage
from ruralimpact.errors import DataError
from ruralimpact.privacy.keyed_ids import KEY_FILE, key_digest, project_key
from ruralimpact.privacy.messages import name_of_column
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.source import Source
from ruralimpact.schema.validation import validated
from ruralimpact.survey.codebook import entries_of, marked_columns, parse_codebook
from ruralimpact.survey.file_digest import file_digest, require_stated, require_unchanged
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.hidden_ids import labels_that_leave
from ruralimpact.survey.prepare import id_columns
from ruralimpact.survey.private_columns import files_of, likely_columns
from ruralimpact.survey.quality import content_digest
from ruralimpact.survey.readers import read_joined, read_source
from ruralimpact.survey.table_place import table_place
from ruralimpact.survey.units_elsewhere import (
    OtherSource,
    others_read,
    own_telling_ids,
    refuse_ids_elsewhere,
)


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
    keyed_by: str = "",
    earlier: Sequence[Mapping[str, Any]] = (),
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
        Entry of ``sources:`` in study.yaml, which becomes a `schema.source.Source`.
    rows : sequence of mapping
        Rows of the codebook that describe the source, which become `schema.codebook.CodebookRow`.
    digests : mapping of str to str
        SHA-256 of the raw file, if the run does not make it itself, and of each file that it is read with
        (joined ones, and tables of edits), when the run began.
    keyed_by : str
        What tells the project's key from others (`privacy.keyed_ids.key_digest`), where hashes stand for
        identifiers; empty where they stay as they are.
    earlier : sequence of mapping
        The sources before this one, each with its ``source`` and the ``rows`` that describe it.

    Raises
    ------
    DataError
        A file has changed since, or is not the one that its SOURCE.md states; see also
        `readers.read_source` and `harmonise`.
    """
    read_from = validated(Source, source)
    name = read_from.name
    entries = parse_codebook([CodebookRow(**row) for row in rows], [name], file=codebook)
    table = read_source(read_from, raw)
    others = {path: digest for path, digest in digests.items() if path != raw}
    require_stated([raw, *others])
    mine, marked = entries_of(entries, name, read_from.item), marked_columns(entries, name)
    joined, key = read_joined(read_from), _key(keyed_by) if keyed_by else None
    before, where = list(_before(earlier)), table_place(read_from, raw)
    harmonised = harmonise(
        table,
        read_from,
        mine,
        file=where,
        others=joined,
        marked=marked,
        key=key,
        elsewhere=frozenset[str]().union(*(other.telling for other in before)),
    )
    if before:
        own_ids = own_telling_ids(read_from, marked, files_of(table, read_from, joined, where))
        for other in before:
            refuse_ids_elsewhere(other, own_ids, where)
    require_unchanged(digests)
    proposed = likely_columns(table, read_from, joined, [*marked, *id_columns(read_from)])
    report = {
        "study": study,
        "source": name,
        **({} if read_from.wave is None else {"wave": read_from.wave}),
        **({"ids_keyed_by": keyed_by} if keyed_by else {}),
        "content_sha256": content_digest(table.cells, others),
        "file_sha256": file_digest(raw),
        **({"other_files": sorted(others.values())} if others else {}),
        "file_labels": {
            column: labels.model_dump() for column, labels in labels_that_leave(table, mine).items()
        },
        "likely_identifiers": [
            {**asdict(column), "described": True}
            if column.column in {entry.raw_name for entry in mine}
            else {**asdict(column), "column": name_of_column(column.column), "described": False}
            for column in proposed
        ],
        **harmonised.quality.model_dump(),
    }
    with stage.replacing(survey) as partial:
        harmonised.table.to_parquet(partial, index=False)
    with stage.replacing(quality) as partial:
        text = json.dumps(report, indent=2, ensure_ascii=False)
        partial.write_text(f"{text}\n", encoding="utf-8")


def _before(earlier: Sequence[Mapping[str, Any]]) -> Iterator[OtherSource]:
    """Read the sources before this one that there are: a simulation may not have made one yet."""
    for described in earlier:
        source = validated(Source, described["source"])
        rows = [CodebookRow(**row) for row in described["rows"]]
        entries = parse_codebook(rows, [source.name])
        mine = entries_of(entries, source.name, source.item)
        if all(Path(path).is_file() for path in (source.path, *source.other_files)):
            yield from others_read([(source, mine, marked_columns(entries, source.name))])


def _key(keyed_by: str) -> bytes:
    key = project_key()
    if key_digest(key) != keyed_by:
        raise DataError("changed while the run was under way.", file=KEY_FILE, hint="Run again.")
    return key


if "snakemake" in globals():
    stage.run(ingest_source, **stage.keywords(snakemake))
