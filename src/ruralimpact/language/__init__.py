"""The language in which a study is printed: its sentences, its grammar and the marks of its numbers.

Sentences stand in the source in English, as arguments of `gettext` or `ngettext`, or of `marked` where they
are declared before the language is known. Their translations are catalogues under ``locale/``.
"""

from ruralimpact.language.catalogue import (
    SOURCE,
    Language,
    current,
    gettext,
    marked,
    ngettext,
    number_marks,
    pgettext,
    speaking,
)

__all__ = (
    "SOURCE",
    "Language",
    "current",
    "gettext",
    "marked",
    "ngettext",
    "number_marks",
    "pgettext",
    "speaking",
)
