"""How the results of a study, its data and the software are cited."""

from collections.abc import Iterator
from hashlib import sha256

from ruralimpact import __author__, __title__, __version__
from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.exhibits.model import stamped
from ruralimpact.language import gettext

_DIGITS = 16  # of a digest of 64


def how_to_cite(document: FindingsDocument) -> tuple[str, ...]:
    """Return how to cite: the results, the data where the study says, and the software.

    Parameters
    ----------
    document : FindingsDocument

    Notes
    -----
    Results are told apart by the SHA-256 digest of findings.json: the same results have the same citation.
    """
    return tuple(_cited(document))


def _cited(document: FindingsDocument) -> Iterator[str]:
    study = document.study
    title = stamped(study.title) if study.synthetic else study.title
    yield gettext(
        "Results: {title}. Study {name}, results {digest} (first digits of the SHA-256 digest of "
        "exhibits/findings.json), computed by ruralimpact {version}."
    ).format(
        title=". ".join(filter(None, (title, study.subtitle))).removesuffix("."),
        name=study.name,
        digest=sha256(document.file()).hexdigest()[:_DIGITS],
        version=__version__,
    )
    if study.citation:
        yield gettext("Data: {citation}").format(citation=study.citation)
    yield gettext("Software: {authors}. {title}, version {version}.").format(
        authors=__author__, title=__title__, version=__version__
    )
