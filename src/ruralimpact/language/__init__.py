"""The language in which a study is printed: its sentences, its grammar and the marks of its numbers.

Sentences stand in the source in English, as arguments of `gettext` or `ngettext`, or of `marked` where they
are declared before the language is known. Their translations are catalogues under ``locale/``.
"""

from ruralimpact.language.catalogue import (
    SOURCE,
    add_catalogues,
    current,
    gettext,
    language_of,
    marked,
    ngettext,
    number_marks,
    speaking,
)
from ruralimpact.schema.language import Language

__all__ = (
    "SOURCE",
    "Language",
    "add_catalogues",
    "current",
    "gettext",
    "language_of",
    "marked",
    "ngettext",
    "number_marks",
    "speaking",
)
