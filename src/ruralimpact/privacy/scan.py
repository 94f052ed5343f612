"""Columns that look as if they told who somebody is: by their name, their label, and the shape of values."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

# Words in the name or label of a column, without accents: English, Spanish, Portuguese, French.
_WORDS = {
    "e-mail": r"e_?mail|correo(_electronico)?|courriel",
    "phone": r"(tele)?phone|mobile|telefone?|tel|celular|whatsapp|movil|telemovel",
    "document number": r"dni|dpi|nit|rut|cuil|cuit|ci|cpf|curp|rfc|passport|pasaporte|passaporte|cedula|"
    r"carnet|ssn|nif|cni|"
    r"(national|document)_?(id|number)|(nro|num|numero)_(de_)?(documento|cedula|carnet|identidad)",
    "coordinate": r"gps|lat(itude?|itud)?|lon(gitude?|gitud)?|lng|coord(s|enadas?|inates?)?|geopoint|utm",
    "address": r"address|direccion|domicilio|endereco|adresse|street|calle|rua",
    "name": r"(full|first|last|sur|family|given)_?name|nombres?(_completo)?|apellidos?|nome|sobrenome|prenom|"
    r"name|name_of_\w+|nombre_(del?_)?\w+|respondent|encuestado|informante",
    "date of birth": r"(date_of_)?birth(_?date)?|dob|fecha_(de_)?nac(imiento)?|nascimento|naissance",
    "free text": r"comments?|comentarios?|observ(ations?|aciones?)|remarks?|notes?|notas?|obs",
}
_NAMED = {kind: re.compile(rf"(^|_)({words})\d*(_|$)") for kind, words in _WORDS.items()}
# Of exports: the table that repeated rows belong to.
_OF_TABLES = re.compile(r"_*parent_table_name")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w{2,}")
_PHONE = re.compile(r"\+?\d[\d ().-]{5,}\d")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?|\d\d?-\d\d?-\d{4}")
_POINT = re.compile(r"[-+]?\d{1,3}\.\d{3,}[ ,;]+[-+]?\d{1,3}\.\d{3,}( .*)?")
_PERSON = re.compile(
    r"[^\W\d_][^\W\d_'.-]+( (de|del|la|da|dos|van|von|y|e))*( [^\W\d_][^\W\d_'.-]*){1,4}"
)
_PARTICLES = ("de", "del", "la", "da", "dos", "van", "von", "y", "e")
_COUNT = r"-?\d{1,5}([.,]\d+)?"
_FINE_DECIMAL = re.compile(r"[-+]?\d{1,3}\.\d{4,}")
_FEWEST_PLACES, _REGION, _FROM_ZERO, _DEGREES = 10, 5.0, 12.0, 180.0
_MOST, _DISTINCT, _LONG, _FEWEST, _MANY_NAMES = 0.8, 0.6, 40, 5, 30
_FEWEST_LABELS = 3


@dataclass(frozen=True)
class LikelyIdentifier:
    """A column that may tell who somebody is.

    Attributes
    ----------
    column : str
    kind : str
        What it looks like: ``name``, ``phone``, ``document number``, ``coordinate`` ...
    why : str
        ``its name``, ``its label``, ``its values`` or ``the labels of its codes``; no cell is quoted.
    """

    column: str
    kind: str
    why: str


def likely_identifiers(
    cells: pd.DataFrame,
    labels: Mapping[str, str],
    known: Iterable[str],
    value_labels: Mapping[str, Mapping[str, str]] | None = None,
) -> list[LikelyIdentifier]:
    """Propose columns to mark as identifiers.

    Parameters
    ----------
    cells : DataFrame of str
        Cells of a raw file; the empty string is missing.
    labels : mapping of str to str
        What the file says of its columns.
    known : iterable of str
        Columns that are passed over: those that the codebook marks, and those that identify units.
    value_labels : mapping of str to mapping, optional
        Labels that the file gives to codes, by column.

    Returns
    -------
    list of LikelyIdentifier
        In the order of the file. The order of rows does not matter.
    """
    passed = set(known)
    identifiers = []
    for position, column in enumerate(map(str, cells.columns)):
        if column in passed:
            continue
        values = cells.iloc[:, position]
        reasons = {
            "its name": _kind_of(kind_by_words(column), values),
            "its label": _kind_of(kind_by_words(labels.get(column, "")), values),
            "its values": _by_values(values),
            "the labels of its codes": _by_labels((value_labels or {}).get(column, {})),
        }
        told = next(((why, kind) for why, kind in reasons.items() if kind), None)
        if told is not None:
            identifiers.append(LikelyIdentifier(column, told[1], told[0]))
    return identifiers


def kind_by_words(text: str) -> str:
    """Return the kind of identifier that a name or label stands for; nothing where it is none.

    A group's prefix (``household/phone``) is passed over.
    """
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    words = re.sub(r"[^a-z0-9]+", "_", plain)
    if _OF_TABLES.fullmatch(words):
        return ""
    return next((kind for kind, named in _NAMED.items() if named.search(words)), "")


def _by_labels(labels: Mapping[str, str]) -> str:
    several = [label for code, label in labels.items() if not code.startswith(".")]
    return "name" if len(several) >= _FEWEST_LABELS and are_names(several) else ""


def _kind_of(kind: str, column: pd.Series) -> str:
    """Return the kind that words say; nothing where they say a name and all values are short numbers.

    *Nombre* is a name in Spanish and a number in French.
    """
    filled = column[column != ""]
    counts = kind == "name" and len(filled) > 0 and filled.str.fullmatch(_COUNT).all()
    return "" if counts else kind


def are_names(texts: Sequence[str]) -> bool:
    """Tell whether texts mostly look like names of people: several words, each with a capital.

    Parameters
    ----------
    texts : sequence of str
    """
    return bool(texts) and _mostly(_is_name, texts)


def tells_units_apart(column: pd.Series) -> bool:
    """Tell whether the values of a column mostly differ and are no dates, as identifiers do.

    Parameters
    ----------
    column : Series of str
        The empty string is missing.
    """
    filled = column[column != ""]
    distinct = filled.unique().tolist()
    differ = len(filled) >= _FEWEST and len(distinct) >= _DISTINCT * len(filled)
    return differ and not _mostly(_matches(_DATE), distinct)


def shape_of(text: str) -> str:
    """Return the kind of identifier that one cell has the shape of, names apart; nothing where it has none.

    Parameters
    ----------
    text : str
    """
    if _DATE.fullmatch(text):
        return ""
    shapes = {kind: fits for kind, (fits, _) in _SHAPES.items() if kind != "name"}
    return next((kind for kind, fits in shapes.items() if fits(text)), "")


def _is_name(text: str) -> bool:
    words = [word for word in text.split() if word not in _PARTICLES]
    return _PERSON.fullmatch(text) is not None and all(word[0].isupper() for word in words)


def _by_values(column: pd.Series) -> str:
    """Return the kind that most values have the shape of, where they mostly differ."""
    filled = column[column != ""]
    if len(filled) < _FEWEST:
        return ""
    distinct = filled.unique().tolist()
    if _mostly(_matches(_DATE), distinct):
        return ""
    differ = len(distinct) >= _DISTINCT * len(filled)
    for kind, (fits, must_differ) in _SHAPES.items():
        many = kind == "name" and len(distinct) >= _MANY_NAMES  # names of people repeat
        if (differ or many or not must_differ) and _mostly(fits, distinct):
            return kind
    return "coordinate" if differ and _are_degrees(distinct) else ""


def _are_degrees(texts: Sequence[str]) -> bool:
    """Tell whether texts are decimals as fine as a place needs, all within a region.

    Those within twelve degrees of 0, where logarithms and scores lie, are taken for none.
    """
    if len(texts) < _FEWEST_PLACES or not _mostly(_matches(_FINE_DECIMAL), texts):
        return False
    numbers = sorted(float(text) for text in texts if _FINE_DECIMAL.fullmatch(text))
    middle = abs(numbers[len(numbers) // 2])
    return numbers[-1] - numbers[0] <= _REGION and _FROM_ZERO <= middle <= _DEGREES


def _mostly(fits: Callable[[str], bool], values: Sequence[str]) -> bool:
    """Tell whether enough of the values fit, without looking at all of them where too few do."""
    missed, enough = 0, _MOST * len(values)
    for value in values:
        missed += not fits(value)
        if len(values) - missed < enough:
            return False
    return True


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    marked = not text.isdigit()
    return _PHONE.fullmatch(text) is not None and 7 <= digits <= 15 and marked and "." not in text


def _is_document(text: str) -> bool:
    """Five digits and more with letters or a dash, or seven to thirteen digits."""
    digits = sum(map(str.isdigit, text))
    plain = text.replace("-", "").replace(".", "")
    if text.isdigit():
        return 7 <= digits <= 13
    return 5 <= digits <= 13 and plain.isalnum() and " " not in text and text.count(".") != 1


def _is_long(text: str) -> bool:
    return len(text) >= _LONG and text.count(" ") >= 4


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


# By kind: the shape of a value, and whether values must mostly differ.
_SHAPES: dict[str, tuple[Callable[[str], bool], bool]] = {
    "e-mail": (_matches(_EMAIL), False),
    "coordinate": (_matches(_POINT), False),
    "phone": (_is_phone, True),
    "document number": (_is_document, True),
    "free text": (_is_long, True),
    "name": (_matches(_PERSON), True),
}
