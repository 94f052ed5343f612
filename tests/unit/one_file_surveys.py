"""A survey of one file, written, read and harmonised."""

import pandas as pd
from study_models import codebook_of, source_of

from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

X = {"variable": "x", "raw_name": "x", "type": "number", "role": "outcome"}
PLACE = {"variable": "place", "raw_name": "prov + muni", "type": "category", "role": "group"}


def survey(folder, text, *rows, others=None, **options):
    path = folder / "s.csv"
    path.write_text(text, encoding="utf-8")
    entries = parse_codebook(codebook_of(*rows), ["s"])
    given = source_of(path=str(path), **options)
    tables = {}
    for joined in given.join:
        other = folder / joined.path
        other.write_text(others[joined.name], encoding="utf-8")
        tables[joined.name] = read_source(joined, other)
    return harmonise(read_source(given), given, entries, file="s.csv", others=tables)


def table(**columns):
    frame = pd.DataFrame(columns, dtype="str")
    return frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row"), axis=0)
