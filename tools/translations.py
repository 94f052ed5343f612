"""Hold the pages of docs/es beside the English ones: the same shape, and nothing said anew in English alone.

Run by `make translated` once a page is translated. A register has a digest of each block of a page in both
languages; what changed in English and not in Spanish is refused, with its words.
"""

import hashlib
import json
import posixpath
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

DOCS = Path(__file__).parent.parent / "docs"
SPANISH = "es"
REGISTER = Path(__file__).with_name("translated.json")
SAME = "--same"
"""Records blocks whose Spanish needed no change where their English changed."""
_ONLY_SPANISH = re.compile(r"<!-- only in Spanish -->.*?<!-- end -->\n*", re.DOTALL)
_CODE, _LINK = re.compile(r"(`+)(.+?)\1", re.DOTALL), re.compile(r"\]\(([^)\s]+)\)")
_BARE_POINT = re.compile(r"(?<![\w.,])\.(?=\d)")
"""Point of a number below one, `.5`, which has its zero in Spanish: `0,5`."""
_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, code block or row of a table."""

    kind: str
    text: str

    @property
    def digest(self) -> str:
        """Digest of the words, wherever their lines break."""
        return hashlib.sha256(" ".join(self.text.split()).encode()).hexdigest()[:10]

    @property
    def start(self) -> str:
        """First words."""
        return " ".join(self.text.split())[:60]


def translated_pages() -> list[str]:
    """Return the pages that are there in Spanish, by their path in docs/."""
    return sorted(str(path.relative_to(DOCS / SPANISH)) for path in (DOCS / SPANISH).rglob("*.md"))


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a page in their order, without what is there in Spanish only."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return list(_blocks(parser.parse(_ONLY_SPANISH.sub("", text))))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    cells: list[str] = []
    for opened, token in zip([None, *tokens], tokens, strict=False):
        if token.type in ("fence", "code_block"):
            yield Block("code", token.content)
        elif token.type == "tr_close":
            yield Block(f"row of {len(cells)} cells", " | ".join(cells))
            cells = []
        elif token.type == "inline" and opened is not None:
            if opened.tag in ("td", "th"):
                cells.append(token.content)
            else:
                yield Block(f"{opened.tag}, level {opened.level}", token.content)


def pairs_of(page: str) -> list[tuple[Block, Block]]:
    """Return each English block of a page with its Spanish one, by position."""
    english, spanish = (_read(page, folder) for folder in ("", SPANISH))
    return list(zip(english, spanish, strict=False))


def _read(page: str, folder: str) -> list[Block]:
    return blocks_of((DOCS / folder / page).read_text(encoding="utf-8"))


def differences(page: str) -> Iterator[str]:
    """Yield where the Spanish page has another shape, other code, names, numbers or links."""
    english, spanish = (_read(page, folder) for folder in ("", SPANISH))
    for block, translated in zip(english, spanish, strict=False):
        if block.kind != translated.kind:
            yield f"a {block.kind} in English, a {translated.kind} in Spanish: '{block.start}'"
            return
        for what, own, spanish_ones in _compared(page, block, translated):
            if sorted(own) != sorted(spanish_ones):
                yield f"{what} of '{block.start}': {sorted(own)}, in Spanish {sorted(spanish_ones)}"
    if len(english) != len(spanish):
        last = max(english, spanish, key=len)[min(len(english), len(spanish))]
        yield f"it has no counterpart: '{last.start}'"


def _compared(
    page: str, block: Block, translated: Block
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    if block.kind == "code":
        yield "code", [block.text], [translated.text]
        return
    yield "names", _names(block.text), _names(translated.text)
    numbers = _numbers(block.text)
    yield "numbers", numbers, [_in_english(number, numbers) for number in _numbers(translated.text)]
    yield (
        "links",
        [_address(page, link) for link in _LINK.findall(block.text)],
        [link.partition("#")[0] for link in _LINK.findall(translated.text)],
    )


def _names(text: str) -> list[str]:
    return [" ".join(code.split()) for _, code in _CODE.findall(text)]


def _numbers(text: str) -> list[str]:
    prose = _LINK.sub("]", _CODE.sub("", text))
    return _NUMBER.findall(_BARE_POINT.sub("0.", prose))


def _in_english(number: str, known: Sequence[str]) -> str:
    """Return a number with the English marks; versions of programs have them in Spanish, too."""
    is_version = number in known and "," not in number
    return number if is_version else number.translate(str.maketrans(",.", ".,"))


def _address(page: str, link: str) -> str:
    """Return where the Spanish page links to: to the Spanish page where there is one."""
    path = link.partition("#")[0]
    if not path or link.startswith(("http:", "https:")):
        return path
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    folder = SPANISH if (DOCS / SPANISH / target).exists() else "."
    return posixpath.relpath(
        posixpath.join(folder, target), posixpath.join(SPANISH, posixpath.dirname(page))
    )


def register() -> dict[str, list[str]]:
    """Return the digests of the blocks of each page, English and Spanish, as they were recorded."""
    recorded: dict[str, list[str]] = json.loads(REGISTER.read_text(encoding="utf-8"))
    return recorded


def digests(page: str) -> list[str]:
    """Return the digests of the blocks of a page as the register holds them."""
    return [f"{block.digest} {translated.digest}" for block, translated in pairs_of(page)]


def stale(page: str, recorded: Sequence[str]) -> list[str]:
    """Return the first words of blocks whose English changed since, and whose Spanish did not."""
    earlier = {column: {pair.split()[column] for pair in recorded} for column in (0, 1)}
    return [
        block.start
        for block, translated in pairs_of(page)
        if block.digest not in earlier[0] and translated.digest in earlier[1]
    ]


def main(arguments: Sequence[str]) -> None:
    """Record the pages as they are, or say what has no Spanish yet."""
    recorded = register() if REGISTER.exists() else {}
    faults = [
        f"docs/{SPANISH}/{page}: {fault}"
        for page in translated_pages()
        for fault in (
            *differences(page),
            *(
                f"its English changed: '{words}' (where the Spanish holds as it is: {SAME})"
                for words in stale(page, recorded.get(page, []))
                if SAME not in arguments
            ),
        )
    ]
    if faults:
        sys.exit("\n".join(faults))
    written = {page: digests(page) for page in translated_pages()}
    REGISTER.write_text(json.dumps(written, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
