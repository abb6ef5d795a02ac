"""Decorators that open a context or a socket for a function, and close it at the end.

They work on coroutine functions too, with ``core.asyncio`` contexts as arguments.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from core.context import BaseContext, Context

F = TypeVar("F", bound=Callable[..., Any])
# Makes what the function gets, when it is called, from the arguments that it is called with.
_Maker = Callable[[tuple[Any, ...], dict[str, Any]], AbstractContextManager[Any]]


def context(*args: Any, name: str | None = None, **kwargs: Any) -> Callable[[F], F]:
    """Give a function a new context, which is destroyed when the function returns.

    .. code-block:: python

        @context()
        @socket(zmq.PUSH)
        def work(context, push): ...

    :param name: pass it as this keyword argument, not as the last positional one. The first
        positional argument may be the name, too.
    :param kwargs: for the context, like ``args``
    :raises TypeError: on the call: the function was given the keyword argument already
    """
    name, args = _split_name(name, args)
    return _decorator(name, lambda called_with, keywords: Context(*args, **kwargs))


def socket(
    *args: Any, name: str | None = None, context_name: str = "context", **kwargs: Any
) -> Callable[[F], F]:
    """Give a function a new socket, which is closed when the function returns.

    It is made in the context that the function is called with: the keyword argument
    ``context_name``, else the first context among the positional arguments; without one, in
    `Context.instance`.

    :param args: the type of the socket; in front of it, the name, if it is not ``name``
    :param name: pass it as this keyword argument, not as the last positional one
    :param context_name: the keyword argument that is looked at for a context
    :param kwargs: for ``Context.socket``
    :raises TypeError: on the call: the function was given the keyword argument already
    """
    name, args = _split_name(name, args)

    def make(called_with: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        candidates = [keywords.get(context_name), *called_with]
        contexts = [item for item in candidates if isinstance(item, BaseContext)]
        owner = contexts[0] if contexts else Context.instance()
        return owner.socket(*args, **kwargs)

    return _decorator(name, make)


def _split_name(name: str | None, args: tuple[Any, ...]) -> tuple[str | None, tuple[Any, ...]]:
    if name is None and args and isinstance(args[0], str):
        return args[0], args[1:]
    return name, args


def _decorator(name: str | None, make: _Maker) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        def extended(
            opened: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
        ) -> tuple[tuple[Any, ...], dict[str, Any]]:
            if name is None:
                return (*args, opened), kwargs
            if name in kwargs:
                raise TypeError(f"{function.__name__}() got multiple values for argument {name!r}")
            return args, {**kwargs, name: opened}

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with make(args, kwargs) as opened:
                args, kwargs = extended(opened, args, kwargs)
                return function(*args, **kwargs)

        @functools.wraps(function)
        async def coroutine_wrapper(*args: Any, **kwargs: Any) -> Any:
            with make(args, kwargs) as opened:
                args, kwargs = extended(opened, args, kwargs)
                return await function(*args, **kwargs)

        chosen: Any = coroutine_wrapper if inspect.iscoroutinefunction(function) else wrapper
        return chosen  # type: ignore[no-any-return]

    return decorate


__all__ = ["context", "socket"]
