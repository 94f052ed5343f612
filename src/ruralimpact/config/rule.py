"""Rules of the configuration: each yields all that is wrong, so that one look finds every mistake."""

from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import Generic, ParamSpec, TypeVar

from ruralimpact.errors import RuralImpactError

P = ParamSpec("P")
E = TypeVar("E", bound=RuralImpactError)


class Rule(Generic[P, E]):
    """A function that yields what is wrong; called, it raises the first of that.

    Parameters
    ----------
    problems : callable
        Yields an error for each mistake, in the order in which they are to be mended.
    """

    def __init__(self, problems: Callable[P, Iterator[E]]) -> None:
        self.problems = problems
        update_wrapper(self, problems)

    def __call__(self, *arguments: P.args, **options: P.kwargs) -> None:
        for problem in self.problems(*arguments, **options):
            raise problem
