"""Gather the sentences of the package and its templates into the catalogues of its languages.

Run by `make messages`. What is new stands in a catalogue without a translation; what is gone is taken out.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

from ruralimpact.language import Language
from ruralimpact.language.catalogue import DOMAIN, catalogue_path

ROOT = Path(__file__).parent.parent
LANGUAGES: tuple[Language, ...] = ("es",)
KEYWORDS = {**DEFAULT_KEYWORDS, "marked": None}
SOURCES = (
    ("src/ruralimpact", "*.py", "python"),
    ("workflow/report", "*.j2", "jinja2.ext:babel_extract"),
)
# Without the date and the names that catalogues otherwise have: the same sentences make the same file.
_HEAD = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
_TRANSLATES = re.compile(r"\b(?:marked|[np]?gettext)\(|{% trans|_\(")


def sentences() -> Catalog:
    """Return the sentences of the source, without translations."""
    template = Catalog(charset="utf-8")
    for path, method in sources():
        shown = str(path.relative_to(ROOT))
        options = {"silent": "false", "newstyle_gettext": "true"} if path.suffix == ".j2" else {}
        for _, message, _, context in extract_from_file(method, path, KEYWORDS, (), options):
            template.add(message, None, [(shown, 0)], context=context)
    return template


def sources() -> Iterator[tuple[Path, str]]:
    """Yield the files that hold sentences, with the method that gathers them."""
    for folder, pattern, method in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            if _TRANSLATES.search(path.read_text(encoding="utf-8")):
                yield path, method


def updated(language: Language, template: Catalog) -> Catalog:
    """Return the catalogue of a language with the sentences of the source."""
    path = catalogue_path(language)
    known = Catalog(locale=language, domain=DOMAIN)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language, domain=DOMAIN)
    known.update(template, no_fuzzy_matching=True, update_creation_date=False)
    known.obsolete.clear()
    return known


def main() -> None:
    """Write the catalogues, and say how much of each has no translation."""
    template = sentences()
    for language in LANGUAGES:
        catalogue = updated(language, template)
        buffer = io.BytesIO()
        write_po(buffer, catalogue, width=100, omit_header=True, include_lineno=False)
        head = _HEAD.format(language=language, plurals=catalogue.plural_forms)
        catalogue_path(language).write_bytes(head.encode() + buffer.getvalue())
        missing = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{language}: {len(catalogue)} messages, {missing} without a translation")


if __name__ == "__main__":
    main()
