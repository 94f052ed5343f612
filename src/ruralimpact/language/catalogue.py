"""Catalogues of messages by language, and the language that is spoken at the moment."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Self, get_args

from ruralimpact.schema.language import Language

SOURCE: Language = "en"
"""The language in which sentences stand in the source."""
DOMAIN = "ruralimpact"
"""Sentences of exhibits and pages."""
MESSAGES = "messages"
"""Forms of what the command line says; see `ruralimpact.language.told`."""
_FOLDER = Path(__file__).parent / "locale"
_further: dict[str, Path] = {}


@dataclass(frozen=True)
class NumberMarks:
    """Marks of printed numbers.

    Attributes
    ----------
    decimal, group : str
        Between units and tenths, and between thousands.
    """

    decimal: str
    group: str


@dataclass(frozen=True)
class _Spoken:
    language: Language
    messages: NullTranslations
    marks: NumberMarks


_ENGLISH = _Spoken(SOURCE, NullTranslations(), NumberMarks(".", ","))
_spoken: ContextVar[_Spoken] = ContextVar("spoken", default=_ENGLISH)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Translate what is said inside the context into a language.

    Parameters
    ----------
    language : {"en", "es"}
    """
    token = _spoken.set(_spoken_in(language, tuple(_further.values())))
    try:
        yield
    finally:
        _spoken.reset(token)


def language_of(written: object) -> Language:
    """Return the language that a study names; that of the source where it names none that there is."""
    return next((known for known in get_args(Language) if known == written), SOURCE)


def current() -> Language:
    """Return the language that is spoken."""
    return _spoken.get().language


def number_marks() -> NumberMarks:
    """Return the marks of numbers in the language that is spoken."""
    return _spoken.get().marks


class Declared(str):
    """A message with values in it, declared before the language is known: in English, until it is printed."""

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        declared = super().__new__(cls, template.format(**values))
        declared.template, declared.values = template, values
        return declared


def gettext(message: str) -> str:
    """Return a message in the language that is spoken; the message itself where it has no translation."""
    translate = _spoken.get().messages.gettext
    if isinstance(message, Declared):
        values = {
            name: gettext(value) if isinstance(value, str) else value
            for name, value in message.values.items()
        }
        return translate(message.template).format(**values)
    return translate(message) if message else message


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form of a message that goes with a number of things."""
    return _spoken.get().messages.ngettext(singular, plural, number)


def marked(message: str, **values: object) -> str:
    """Return a message in English, marked for the catalogues; `gettext` translates it when it is printed.

    Parameters
    ----------
    message : str
        With a name in braces for each of `values`.
    **values
    """
    return Declared(message, values) if values else message


def add_catalogues(name: str, folder: Path) -> None:
    """Speak the sentences of a plug-in, too, of which its folder has a catalogue a language.

    Parameters
    ----------
    name : str
        Of the plug-in; it has one folder at a time.
    folder : path
        Holds ``es.po`` and so on; what has none stays as it is.
    """
    _further[name] = folder


def catalogue_path(language: Language, domain: str = DOMAIN) -> Path:
    """Return a catalogue of a language."""
    return _FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


@cache
def message_forms(language: Language) -> Mapping[str, str]:
    """Return the forms of messages with their translations."""
    from babel.messages.pofile import read_po

    with catalogue_path(language, MESSAGES).open("rb") as file:
        catalogue = read_po(file, locale=language, domain=MESSAGES)
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}


@cache
def _spoken_in(language: Language, further: tuple[Path, ...]) -> _Spoken:
    if language == SOURCE:
        return _ENGLISH
    from babel.core import Locale  # a run in English needs none of it

    messages = _compiled(catalogue_path(language), language)
    for path in (folder / f"{language}.po" for folder in further):
        if path.is_file():
            messages.add_fallback(_compiled(path, language))
    symbols = Locale.parse(language).number_symbols["latn"]
    marks = NumberMarks(symbols["decimal"], symbols["group"])
    return _Spoken(language, messages, marks)


def _compiled(path: Path, language: Language) -> GNUTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
