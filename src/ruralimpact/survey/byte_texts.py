"""Texts of statistics packages, which keep bytes: decoded here, whatever their file says that they are."""

from codecs import lookup

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.suggestions import nearest

# Every byte is a character of this encoding, so that what a package wrote can be had back and decoded here.
BYTES = "ISO-8859-1"
_LONGEST_LABEL = 80  # bytes of a label, at which Stata cuts
_ENCODINGS = ("utf-8", "latin-1", "cp1252")


class ByteTexts:
    """Decodes texts read byte by byte, and counts those that are not valid.

    Parameters
    ----------
    stated : str, optional
        Encoding under the source's key; a cell or name that is not valid in it is refused.
    named : str, optional
        Encoding that the file names; UTF-8 where it names none that is known. What is not valid in it is
        taken for Windows-1252, or loses a last letter that was cut, and is noted.
    key : str
        Configuration key of the source, for messages.

    Raises
    ------
    ConfigError
        There is no encoding as stated.
    """

    def __init__(self, stated: str | None, *, named: str | None = None, key: str = "") -> None:
        self._stated = None if stated is None else _codec(stated, key)
        self._named = _known(named) or "utf-8"
        self._other: dict[str, int] = {}
        self._cut: dict[str, int] = {}

    def decoded(self, text: str, kind: str) -> str:
        """Return a text as it was meant.

        Parameters
        ----------
        text : str
            A character a byte.
        kind : str
            What it is, in the plural: ``cells``, ``labels``.

        Raises
        ------
        DataError
            It is not valid in the encoding stated; a label then keeps what is.
        """
        if text.isascii():
            return text
        content = text.encode("latin-1")
        if self._stated is not None:
            return self._as_stated(content, self._stated, kind)
        try:
            return content.decode(self._named)
        except UnicodeDecodeError as error:
            if _is_cut(content, error):
                self._cut[kind] = self._cut.get(kind, 0) + 1
                return content[: error.start].decode(self._named)
        self._other[kind] = self._other.get(kind, 0) + 1
        return content.decode("cp1252", errors="replace")

    def notes(self) -> tuple[str, ...]:
        """Say how many texts were not valid, by kind."""
        called = "UTF-8" if self._named == "utf-8" else self._named
        notes = [
            f"{kind} that are not {called}, read as Windows-1252: {count:,}"
            for kind, count in sorted(self._other.items())
        ]
        notes += [
            f"{kind} cut inside a letter, read without it: {count:,}"
            for kind, count in sorted(self._cut.items())
        ]
        return tuple(notes)

    def _as_stated(self, content: bytes, encoding: str, kind: str) -> str:
        try:
            return content.decode(encoding, "replace" if kind == "labels" else "strict")
        except UnicodeDecodeError:
            raise DataError(
                f"has {kind} that are no text in the encoding {encoding}.",
                hint="Leave `encoding` out, or state another one (often latin-1 or cp1252).",
            ) from None


def _is_cut(content: bytes, error: UnicodeDecodeError) -> bool:
    """Tell whether a text is UTF-8 but for a letter of which the end was cut off.

    The last letter of a text in another encoding looks the same, but then no letter before it is UTF-8.
    """
    whole = content[: error.start]
    return error.reason == "unexpected end of data" and (
        len(content) >= _LONGEST_LABEL - 1 or not whole.isascii()
    )


def _codec(encoding: str, key: str) -> str:
    known = _known(encoding)
    if known is None:
        problem = f"there is no encoding '{encoding}'. {nearest(encoding, _ENCODINGS)}"
        raise ConfigError(problem, key=f"{key}.encoding")
    return known


def _known(encoding: str | None) -> str | None:
    try:
        return lookup(encoding or "").name
    except (LookupError, ValueError):
        return None
