"""Forms of the messages of the package, read from its source: sentences with {0}, {1} for what is put in.

Modules make their messages in English, as values of errors, notes and questions, and know no other language.
A form is a line as it stands in the source: an f-string, a text that is formatted, or both ends of a choice.
What is declared for other readers (descriptions of keys, result tables, sentences of exhibits) is no message.
"""

import ast
import re
from collections.abc import Iterator
from itertools import count, product
from pathlib import Path

from ruralimpact.cli import COMMANDS
from ruralimpact.language.told import LEAD, PLACEHOLDER, is_form, paragraphs

PACKAGE = Path(__file__).parent.parent / "src" / "ruralimpact"
# Parts whose words have catalogues of their own, are no messages, or are said by nobody but Python.
_OTHERS = {"contracts", "exhibits", "language", "draft", "across_studies"}
_PYTHON = re.compile(r"(impact(_\w+)?|randomisation|tables|__init__)\.py")
_NO_MESSAGES_IN = {
    "difference/event_estimates.py": "options of a function of Python",
    "package/exported.py": "a codebook of result tables, which are described in English",
    "package/wheel.py": "metadata of a wheel",
    "power/detectable.py": "options of a function of Python",
    "runner/index_page.py": "a page, whose sentences are in the other catalogue",
    "survey/missing_codes.py": "words of questionnaires",
}
# What a call holds that is no message.
_NO_MESSAGES = {
    *("Field", "ResultTable", "marked", "gettext", "ngettext", "Words", "Outcome", "Column"),
    *("compile", "sub", "match", "search", "fullmatch", "findall", "finditer", "split", "query"),
    *(
        "NotImplementedError",
        "TypeError",
        "RuntimeError",
        "AssertionError",
        "KeyError",
        "TextColumn",
    ),
}
# Names that hold something else: words for a missing value in surveys, what documentation says of a kind.
_NO_MESSAGES_UNDER = re.compile(
    r"summary|shows|about|heading|title|prog|_?[A-Z_]*(WORDS|FORMS|STEPS|DESCRIPTION|ABOUT|COLUMNS|ENTITIES|NAMES|COMMAND)[A-Z_]*"
)
_MOST_VARIANTS = 24
# What a reader of YAML says, which modules look for and tell in other words.
_NEVER_SAID = {
    *("mapping values are not allowed", "expected ',' or ']'", "expected ',' or '}'"),
    *("expected '-' indicator", "block sequence entries are not allowed", "expected key"),
    *("undefined alias", "alphabetic or numeric", "second occurrence", "unexpected end of stream"),
    *("cannot start any token", "tab character", "escape character", "constructor for the tag"),
    *("comment or line break", "for merging", "another document", "document start", "node content"),
}
_FURTHER = {
    "cli/parsing.py": (
        "argument {0}: invalid choice: {1} (choose from {2})",
        "argument {0}: invalid {1} value: {2}",
        "argument {0}: expected one argument",
        "argument {0}: expected at least one argument",
        "argument {0}: not allowed with argument {1}",
        "ambiguous option: {0} could match {1}",
        "the following arguments are required: {0}",
        "unrecognized arguments: {0}",
    ),
    "package/check.py": (
        *(
            "rerun: {0}: only in the package",
            "rerun: {0}: only in the rerun",
            "rerun: {0}: differs",
        ),
    ),
    "package/number_check.py": ("{0}: no result table has it", "{0}: is missing"),
    "schema/explanation.py": ("{0} or {1}",),
    "survey/codebook.py": ("minimum {0}", "maximum {0}"),
    "survey/recode.py": ("{0} is {1} ({2}).", "{0} are {1} ({2}).", "treatment '{0}'"),
    "config/names.py": (
        *("analysis", "covariate", "exhibit", "figure", "outcome", "sample", "source", "strategy"),
        *("table", "variable"),
    ),
    "difference/arms.py": ("treated", "untreated", "controls", "units", "before", "after"),
}
"""Forms that modules put together from parts, or of a single word."""


def forms() -> Iterator[tuple[Path, str]]:
    """Yield every form, with the module in which it stands."""
    for name, further in _FURTHER.items():
        yield from ((PACKAGE / name, form) for form in further)
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE)
        part = module.parts[0]
        if part in _OTHERS or _PYTHON.fullmatch(part) or module.as_posix() in _NO_MESSAGES_IN:
            continue
        text = path.read_text(encoding="utf-8")
        is_command = part == "cli" and path.stem in COMMANDS
        helped = paragraphs(ast.get_docstring(ast.parse(text)) or "") if is_command else []
        yield from ((path, form) for form in (*forms_of_module(text), *helped))


def forms_of_module(text: str) -> Iterator[str]:
    """Yield the forms of a module, each once, in their order."""
    yield from dict.fromkeys(
        form
        for written in _texts(ast.parse(text))
        for said in _variants(written)
        for form in map(_numbered, said.split("\n"))
        if is_form(form) and form not in _NEVER_SAID
    )


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the outermost texts below a node, and those inside what is put into them."""
    if _is_no_message(node):
        return
    if isinstance(node, ast.expr) and _variants(node):
        yield node
        for part in ast.walk(node):
            if isinstance(part, ast.FormattedValue) and not isinstance(part.value, ast.IfExp):
                yield from _texts(part.value)
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _is_no_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(
        node.value, ast.Constant
    ):  # describes what is above
        return True
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", getattr(node.func, "attr", "")) in _NO_MESSAGES
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(_NO_MESSAGES_UNDER.fullmatch(getattr(own, "id", "")) for own in targets)
    return isinstance(node, ast.keyword) and bool(_NO_MESSAGES_UNDER.fullmatch(node.arg or ""))


def _variants(node: ast.expr) -> list[str]:
    """Return what an expression may say, with {} for what is put in; nothing where it is no text."""
    match node:
        case ast.Constant(value=str() as text):
            return [PLACEHOLDER.sub("{}", text)]
        case ast.JoinedStr(values=parts):
            return _joined([_part(part) for part in parts])
        case ast.IfExp(body=one, orelse=other):
            both = [*_variants(one), *_variants(other)]
            return both[:_MOST_VARIANTS]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _variants(left), _variants(right)
            return _joined([first or ["{}"], second or ["{}"]]) if first or second else []
    return []


def _part(part: ast.expr) -> list[str]:
    if isinstance(part, ast.FormattedValue):
        chosen = _variants(part.value) if isinstance(part.value, ast.IfExp) else []
        return chosen or ["{}"]
    return [str(part.value)] if isinstance(part, ast.Constant) else ["{}"]


def _joined(parts: list[list[str]]) -> list[str]:
    return ["".join(chosen) for chosen in product(*parts)][:_MOST_VARIANTS]


def _numbered(form: str) -> str:
    numbers = count()
    return PLACEHOLDER.sub(lambda _: f"{{{next(numbers)}}}", LEAD.sub("", form.strip()))
