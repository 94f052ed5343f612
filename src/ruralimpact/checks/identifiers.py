"""Columns that the codebook describes and that look as if they told who somebody is."""

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import INTERVIEWER, entries_of, marked_columns, parse_codebook
from ruralimpact.survey.prepare import id_columns
from ruralimpact.survey.private_columns import files_called_by, files_of, likely_columns
from ruralimpact.survey.readers import read_joined, read_source
from ruralimpact.survey.table_place import table_place

# Kinds of identifiers that a file may be called by.
_OF_PEOPLE = ("name", "document number", "phone")


def proposals(root: Path, study: Study) -> Iterator[str]:
    """Yield a sentence a column that may have to be marked as an identifier, or a file called by one.

    Columns that the codebook does not describe do not leave the raw file and are passed over.

    Parameters
    ----------
    root : path
        The project's folder.
    study : Study
        Without mistakes.
    """
    names = [source.name for source in study.sources]
    codebook = parse_codebook(study.codebook, names)
    for source in study.sources:
        described = {
            entry.raw_name
            for entry in entries_of(codebook, source.name)
            if entry.role != INTERVIEWER  # numbers stand for them
        }
        with chdir(root):
            if not all(Path(path).is_file() for path in (source.path, *source.other_files)):
                continue  # a simulation makes it
            raw, joined = read_source(source), read_joined(source)
        known = [*marked_columns(codebook, source.name), *id_columns(source)]
        likely = likely_columns(raw, source, joined, known)
        of_people = [identifier.column for identifier in likely if identifier.kind in _OF_PEOPLE]
        for file, column in files_called_by(
            files_of(raw, source, joined, table_place(source)), of_people
        ):
            yield (
                f"file {file}: is called by what the column '{column}' holds, and results name their files. "
                "If it tells who somebody is, rename the file."
            )
        for identifier in likely:
            if identifier.column in described:
                yield (
                    f"file {table_place(source)}, column '{identifier.column}': looks like a "
                    f"{identifier.kind} by {identifier.why}. "
                    "If it tells who somebody is, give it the role identifier in the codebook."
                )
