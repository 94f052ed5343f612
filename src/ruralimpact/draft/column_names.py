"""What the name of a column, or its question, says that it is about, in several languages."""

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_WORDS = {
    "id": "id hhid uid folio key index codigo cod code clave identificador identificacion matricule "
    "boleta ficha cuestionario questionnaire formulario",
    "group": (
        "village community comunidad comunidade communaute group grupo groupe alliance alianza cooperative "
        "cooperativa association asociacion cluster psu upm localidad aldea desa kelompok school "
        "escuela colegio organization organizacion organisation organizacao associacao comunidade aldeia "
        "assentamento org gie groupement ecole escola"
    ),
    "arm": (
        "treat treated treatment trat tratamiento tratamento traitement arm brazo supported beneficiary "
        "beneficiario beneficiaria beneficiaire assigned assignment intervention participa participant "
        "participante apoyado apoyada intervencion intervenido intervenida program programa programme "
        "project proyecto projet projeto appui appuye appuyee soutien soutenu apoio apoiado apoiada atendido "
        "atendida traite traitee"
    ),
    "wave": "wave round ronda ola vague year anio ano annee periodo period season temporada survey",
    "adoption": "start_year inicio entry_year first_treated year_treated ano_inicio adoption",
    "price": "price precio preco prix harga",
    "quantity": "qty quantity cantidad quantidade quantite kg quintales qq cargas litros harvest cosecha",
    "amount": (
        "income ingreso ingresos renda revenu sales venta ventas vendas ventes value valor valeur monto "
        "amount cost costs costo costos custo cout gasto gastos depense expenditure profit ganancia "
        "utilidad salary salario wage jornal credit credito debt deuda savings ahorro consumption consumo"
    ),
    "fixed": (
        "age edad idade sex sexo sexe gender genero woman mujer female education educ educacion schooling "
        "escolaridad hhsize household_size miembros members region departamento province provincia "
        "district distrito municipio canton state estado ethnicity etnia indigenous indigena"
    ),
    "identifying": (
        "name nombre nome nom apellido surname phone telefono telephone celular mobile carnet dni ci cedula "
        "curp passport gps latitude longitude lat lon altitude accuracy address direccion email correo"
    ),
    "interviewer": (
        "enum encuestador encuestadora entrevistador entrevistadora enumerator interviewer enqueteur "
        "enqueteuse username"
    ),
    "paradata": (
        "start end starttime endtime today deviceid subscriberid simid instanceid instancename uuid "
        "submissiondate submission_time formdef_version version caseid comments comentarios "
        "observaciones notes notas _id _parent_table_name _validation_status _status _submitted_by _tags "
        "xform"
    ),
    "weight": "weight peso ponderador factor_expansion expansion fexp poids pond",
}
# What a question says as well as the name of its column does.
_ASKED_FOR = ("amount", "price", "quantity", "group", "interviewer")
_LENGTHS = frozenset(
    {
        *("duration", "interview_duration", "duration_interview", "interview_length"),
        *("duracion", "duracion_entrevista", "duracion_de_la_entrevista", "tiempo_entrevista"),
        *("duracao", "duracao_entrevista", "duree", "duree_entretien"),
    }
)
_UNITS_OF_LENGTH = {
    **dict.fromkeys(("s", "sec", "secs", "seconds", "seg", "segundos", "secondes"), "seconds"),
    **dict.fromkeys(("min", "mins", "minutes", "minutos"), "minutes"),
    **dict.fromkeys(("h", "hours", "horas", "heures"), "hours"),
}
_OF_SURVEYCTO = frozenset(("formdef_version", "key"))
_BEGINNINGS = frozenset(
    [
        "start",
        "started",
        "begin",
        "began",
        "inicio",
        "comienzo",
        "entrada",
        "ingreso",
        "debut",
        "entree",
        "entry",
        "joined",
    ]
)
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_BOTH_GENDERS = re.compile(r"[^\W\d_]/(o|a|os|as)$")


def plain_words(text: str) -> list[str]:
    """Return the words of a name without case and accents; digits apart from letters."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", folded).lower()
    return [word for word in _SEPARATORS.split(re.sub(r"(?<=[a-z])(?=\d)", "_", apart)) if word]


def slug(text: str) -> str:
    """Return a text as small letters, digits and underscores."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", folded).lower()
    return _SEPARATORS.sub("_", apart).strip("_")


def last_part(name: str) -> str:
    """Return a name without the groups of questions before it: ``hh/age`` and ``hh-age`` are ``age``.

    A name of several words is a heading: its strokes and hyphens are no groups. Nor is that of ``Dueña/o``.
    """
    if " " in name.strip() or _BOTH_GENDERS.search(name):
        return name
    return re.split(r"[/:]|(?<=\w)-(?=[A-Za-z_])|(?<=[A-Za-z])\.(?=[A-Za-z_])", name)[-1]


def subjects(name: str, question: str = "") -> frozenset[str]:
    """Return what a column seems to be about: ``id``, ``group``, ``arm``, ``amount`` ...

    Parameters
    ----------
    name : str
        Raw name.
    question : str
        What the file or form says that it is.
    """
    own = last_part(name)
    words = set(plain_words(own))
    whole = "_".join(plain_words(own))
    asked = set(plain_words(question)) if question else set()
    subjects = set()
    for subject, listed in _WORDS.items():
        known = listed.split()
        said = asked & set(known) if subject in _ASKED_FOR else ()
        if words & set(known) or whole in known or own.lower() in known or said:
            subjects.add(subject)
    if own.startswith("_") and own.lstrip("_").isalpha() and own not in ("_index",):
        subjects.add("paradata")
    return frozenset(subjects)


def called_a_beginning(name: str) -> bool:
    """Tell whether a column is called as if it said when something began."""
    return bool(set(plain_words(last_part(name))) & _BEGINNINGS)


def interview_length(name: str, others: Iterable[str]) -> str | None:
    """Return the unit of a column of how long interviews took; empty where nothing says it, None of others.

    Parameters
    ----------
    name : str
    others : iterable of str
        Columns of the same file: SurveyCTO writes ``duration`` in seconds.
    """
    words = plain_words(last_part(name))
    unit = _UNITS_OF_LENGTH.get(words[-1]) if len(words) > 1 else None
    if "_".join(words[:-1] if unit else words) not in _LENGTHS:
        return None
    if unit is None and words == ["duration"] and {*map(str.lower, others)} >= _OF_SURVEYCTO:
        return "seconds"
    return unit or ""


def currency_in(text: str) -> str:
    """Return the currency that a name or question states, or nothing."""
    plain = text.replace("_", " ").lower()
    return next((name for pattern, name in _currencies() if re.search(pattern, plain)), "")


@cache
def _currencies() -> tuple[tuple[str, str], ...]:
    """Return how names state currencies, as patterns, from currencies.csv."""
    path = Path(__file__).with_name("currencies.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple((row["pattern"], row["currency"]) for row in csv.DictReader(file))


def variable_name(name: str, taken: set[str]) -> str:
    """Return a name for a variable: small letters, digits, underscores, none twice."""
    base = slug(last_part(name)) or slug(name) or "column"
    base = base if base[0].isalpha() else f"v_{base}"
    if base in taken:
        longer = slug(name) or base
        base = longer if longer[0].isalpha() else f"v_{longer}"
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}_{number}", number + 1
    taken.add(candidate)
    return candidate
