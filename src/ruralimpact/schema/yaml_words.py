"""What the reader of YAML says of a file, in words that need no knowledge of YAML."""

_SPACES = "Lines that belong together begin in the same column, by spaces and not by tabs."
_QUOTES = "put a text that begins with it in quotes"
# A part of what the reader says, to what is told in its place; the first that fits.
_TOLD = (
    (
        "mapping values are not allowed",
        "a second ': ' in a line, or a line too far to the right; put a text that has ': ' in quotes. "
        f"{_SPACES}",
    ),
    ("expected ',' or ']'", "a list in [ ] lacks a comma or its ']'"),
    ("expected ',' or '}'", "keys in { } lack a comma or their '}'"),
    ("expected '-' indicator", f"this line does not fit the list above it. {_SPACES}"),
    (
        "block sequence entries are not allowed",
        f"'- ' stands where no list can begin. {_SPACES}",
    ),
    (
        "expected key",
        f"this line does not fit those above it, or text follows behind a quote that ended. {_SPACES}",
    ),
    ("expected ':'", f"a line without ': '. {_SPACES}"),
    ("undefined alias", f"'*' has a meaning of its own here; {_QUOTES}"),
    ("alphabetic or numeric", f"'*' and '&' have a meaning of their own here; {_QUOTES}"),
    ("second occurrence", f"'&' has a meaning of its own here; {_QUOTES}"),
    ("unexpected end of stream", "a quote is not closed"),
    (
        "cannot start any token",
        "a tab, or one of @ ` %, stands where a text begins: indent by spaces, and put such a text in quotes",
    ),
    ("tab character", f"a tab stands in the place of spaces. {_SPACES}"),
    ("escape character", "a backslash has a meaning of its own in double quotes; use single ones"),
    ("constructor for the tag", f"'!' has a meaning of its own here; {_QUOTES}"),
    ("tag", f"'!' has a meaning of its own here; {_QUOTES}"),
    (
        "comment or line break",
        "'|' and '>' have a meaning of their own here; put a text that begins with one in quotes",
    ),
    ("for merging", "'<<' takes over the keys of another place, and here there are none"),
    ("another document", "'---' begins a second file in this one; there can be only one"),
    ("document start", "something follows behind the end, such as a bracket too many"),
    ("node content", "a value is missing, or a bracket stands where one is expected"),
)


def in_plain_words(problem: str) -> str:
    """Return what is wrong with a YAML file, without the words of its grammar.

    Parameters
    ----------
    problem : str
        As PyYAML or libyaml says it; what neither says stays.
    """
    return next((told for part, told in _TOLD if part in problem), problem)
