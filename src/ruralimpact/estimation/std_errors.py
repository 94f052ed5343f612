"""Standard errors by kind, none of which is computed before it is read."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial


class LazyStdErrors(Mapping[str, float]):
    """Standard errors by kind, each computed when it is first read.

    Parameters
    ----------
    kinds : mapping of str to callable
        From the kind to the function, without arguments, that computes it.
    """

    def __init__(self, kinds: Mapping[str, Callable[[], float]]) -> None:
        self._kinds = dict(kinds)
        self._known: dict[str, float] = {}

    @classmethod
    def beside(cls, known: Mapping[str, float], others: Mapping[str, float]) -> "LazyStdErrors":
        """Standard errors that are known, first, and others that still wait to be read."""
        together = {kind: source for source in (others, known) for kind in source}
        first = dict.fromkeys([*known, *others])
        return cls({kind: partial(together[kind].__getitem__, kind) for kind in first})

    def __getitem__(self, kind: str) -> float:
        if kind not in self._known:
            self._known[kind] = self._kinds[kind]()
        return self._known[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def __repr__(self) -> str:
        shown = [f"{kind!r}: {self._known.get(kind, '...')}" for kind in self]
        return "{" + ", ".join(shown) + "}"

    def __reduce__(self) -> tuple[type[dict[str, float]], tuple[dict[str, float]]]:
        """Store the numbers: what they are computed from may be a million rows."""
        return dict, (dict(self),)
