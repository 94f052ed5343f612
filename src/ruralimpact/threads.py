"""Linear algebra in one thread."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Asked = ParamSpec("_Asked")
_Returned = TypeVar("_Returned")


def one_thread(function: Callable[_Asked, _Returned]) -> Callable[_Asked, _Returned]:
    """Let a function compute in one thread, so that sums are taken in the same order on any machine.

    The products here are of a few columns: further threads wait for each other longer than they compute.
    """

    @wraps(function)
    def alone(*args: _Asked.args, **named: _Asked.kwargs) -> _Returned:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1, user_api="blas"):
            return function(*args, **named)

    return alone
