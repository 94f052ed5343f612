"""Spanish counts in words: nouns have a gender, which numbers and determiners follow."""

from typing import NamedTuple


class Noun(NamedTuple):
    """A noun with its plural; feminine or masculine."""

    singular: str
    plural: str
    feminine: bool


NOUNS = {
    "alarm": Noun("alarma", "alarmas", True),
    "cell": Noun("celda", "celdas", True),
    "coefficient": Noun("coeficiente", "coeficientes", False),
    "difference": Noun("diferencia", "diferencias", True),
    "estimate": Noun("estimación", "estimaciones", True),
    "interval": Noun("intervalo", "intervalos", False),
    "headline interval": Noun("intervalo principal", "intervalos principales", False),
    "name": Noun("nombre", "nombres", False),
    "number": Noun("número", "números", False),
    "outcome": Noun("resultado", "resultados", False),
    "period": Noun("período", "períodos", False),
    "project": Noun("proyecto", "proyectos", False),
    "question": Noun("pregunta", "preguntas", True),
    "raw file": Noun("archivo original", "archivos originales", False),
    "row": Noun("fila", "filas", True),
    "strategy": Noun("estrategia", "estrategias", True),
    "total": Noun("total", "totales", False),
    "value": Noun("valor", "valores", False),
    "variable": Noun("variable", "variables", True),
}
_WORDS = (
    "ninguna",
    "una",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
)


def word(value: int, *, feminine: bool = True) -> str:
    """Return a count up to ten in words; by default of estimates or strategies, which are feminine."""
    if value == 0:
        return "ninguna" if feminine else "ningún"
    if value == 1:
        return "una" if feminine else "un"
    return _WORDS[value]


def has_word(value: int) -> bool:
    """Whether a count is said in a word."""
    return 0 <= value < len(_WORDS)


def plural(value: int, shown: str, noun: str) -> str:
    """Return ``una estrategia``, ``dos estrategias``.

    Parameters
    ----------
    value : int
    shown : str
        The count in figures, for those that have no word.
    noun : str
        In English, of `NOUNS`.
    """
    known = NOUNS[noun]
    number = word(value, feminine=known.feminine) if has_word(value) else shown
    return f"{number} {known.singular if value in (0, 1) else known.plural}"


def share_of(part: int, total: int, shown: tuple[str, str], noun: str = "") -> str:
    """Return ``ninguna de las cuatro``, ``una de las cuatro estrategias`` or ``las cuatro``.

    Parameters
    ----------
    part, total : int
    shown : tuple of str
        Both in figures, for those that have no word.
    noun : str
        In English, of `NOUNS`; feminine where there is none.
    """
    known = NOUNS[noun] if noun else None
    feminine = known.feminine if known else True
    all_of = word(total, feminine=feminine) if has_word(total) else shown[1]
    if total == 1:
        named = f" {known.singular}" if known else ""
        article = "la única" if feminine else "el único"
        return f"{article}{named}" if part else f"{word(0, feminine=feminine)}{named}"
    whole = f"{'las' if feminine else 'los'} {all_of}{f' {known.plural}' if known else ''}"
    if part == total:
        return whole
    if part == 0:
        return f"{'ninguna' if feminine else 'ninguno'} de {whole}"
    if part == 1:
        return f"{'una' if feminine else 'uno'} de {whole}"
    some = word(part, feminine=feminine) if has_word(part) else shown[0]
    return f"{some} de {whole}"
