"""Gather the sentences of the package and its templates, and the forms of its messages, into catalogues.

Run by `make messages`. What is new stands in a catalogue without a translation; what is gone is taken out.
"""

import ast
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import message_forms
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from ruralimpact.language import Language
from ruralimpact.language.catalogue import DOMAIN, MESSAGES, catalogue_path

ROOT = Path(__file__).parent.parent
LANGUAGES: tuple[Language, ...] = ("es",)
FORMS = {"gettext": 1, "marked": 1, "ngettext": 2}
"""Functions that take messages, with the number of forms of each."""
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


def sentences() -> Catalog:
    """Return the sentences of the source, without translations."""
    report, package = (ROOT / "workflow" / name for name in ("report", "package"))
    return _gathered([ROOT / "src" / "ruralimpact"], [report, package])


def plugin_sentences(plugin: Path) -> Catalog:
    """Return the sentences of a plug-in, without translations: those that the package does not have."""
    template, known = _gathered([plugin], [plugin]), sentences()
    for message in [own for own in template if own.id and own.id in known]:
        template.delete(message.id)
    return template


def _gathered(modules: Iterable[Path], pages: Iterable[Path]) -> Catalog:
    template = Catalog(charset="utf-8")
    for path in (path for folder in modules for path in sorted(folder.rglob("*.py"))):
        for forms in messages_of_module(path.read_text(encoding="utf-8")):
            template.add(forms if len(forms) > 1 else forms[0], None, [(_shown(path), 0)])
    options = {"silent": "false", "newstyle_gettext": "true"}
    for path in (path for folder in pages for path in sorted(folder.rglob("*.j*"))):
        for _, message, _, _ in extract_from_file(
            "jinja2.ext:babel_extract", path, options=options
        ):
            template.add(message, None, [(_shown(path), 0)])
    return template


def messages_of_module(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the forms of each message of a module, in their order, those inside f-strings, too."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        wanted = FORMS.get(getattr(call.func, "id", ""), 0)
        given = [part.value for part in call.args[:wanted] if isinstance(part, ast.Constant)]
        forms = tuple(str(value) for value in given)
        if forms and len(forms) == wanted:
            yield forms


def message_catalogue() -> Catalog:
    """Return the forms of messages, without translations."""
    template = Catalog(charset="utf-8")
    for path, form in message_forms.forms():
        template.add(form, None, [(_shown(path), 0)])
    return template


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def updated(path: Path, language: Language, template: Catalog) -> Catalog:
    """Return a catalogue of a language with the sentences of the source."""
    known = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    known.update(template, no_fuzzy_matching=True, update_creation_date=False)
    known.obsolete.clear()
    return known


def write_catalogue(path: Path, language: Language, catalogue: Catalog) -> None:
    """Write a catalogue of a language, and say how much of it has no translation."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, omit_header=True, include_lineno=False)
    head = _HEAD.format(language=language, plurals=catalogue.plural_forms)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(head.encode() + buffer.getvalue())
    missing = sum(1 for message in catalogue if message.id and not message.string)
    print(f"{_shown(path)}: {len(catalogue)} messages, {missing} without a translation")


def plugins() -> list[Path]:
    """Return the plug-ins of the project."""
    return sorted(path.parent for path in (ROOT / "plugins").glob("*/__init__.py"))


def main() -> None:
    """Write the catalogues."""
    gathered = {DOMAIN: sentences(), MESSAGES: message_catalogue()}
    for language in LANGUAGES:
        for domain, template in gathered.items():
            path = catalogue_path(language, domain)
            write_catalogue(path, language, updated(path, language, template))
        for plugin in plugins():
            path = plugin / "locale" / f"{language}.po"
            write_catalogue(path, language, updated(path, language, plugin_sentences(plugin)))


if __name__ == "__main__":
    main()
