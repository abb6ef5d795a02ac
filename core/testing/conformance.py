"""Runs a list of checks and reports every one that failed, with what to do about it."""

from __future__ import annotations

import contextlib
import os
import selectors
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from core.endpoint import EndpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from core.transport import Transport


class ConformanceError(AssertionError):
    """A transport does not keep its contract. The text lists each failed check and its remedy."""

    def __init__(self, title: str, failures: Mapping[str, str], count: int) -> None:
        lines = [f"  {name}: {advice}" for name, advice in failures.items()]
        super().__init__(f"{title} fails {len(failures)} of {count} checks:\n" + "\n".join(lines))
        self.failures = dict(failures)
        """Name of each failed check, and what to do about it."""


class HasFileno(Protocol):
    """Something that a selector can watch."""

    def fileno(self) -> int:
        """Return the descriptor."""


def run_checks(
    title: str, basics: Sequence[Callable[[], None]], checks: Sequence[Callable[[], None]]
) -> None:
    """Run every check, also after one has failed.

    :param basics: run first; a failure among them ends the run, because nothing else can work
    :raises ConformanceError: at least one failed
    """
    failed = dict(filter(None, map(_failure, basics)))
    if not failed:
        failed = dict(filter(None, map(_failure, checks)))
    if failed:
        advice = {name: _advice(name, error) for name, error in failed.items()}
        raise ConformanceError(title, advice, len(basics) + len(checks)) from next(
            iter(failed.values())
        )


def require(condition: object, advice: str) -> None:
    """Fail the check unless the condition holds; `advice` tells a plugin's author what to do."""
    if not condition:
        fail(advice)


def fail(advice: str) -> NoReturn:
    """Fail the check."""
    raise AssertionError(advice)


@contextlib.contextmanager
def expect(kind: type[BaseException], advice: str) -> Iterator[None]:
    """Fail the check unless the block raises `kind`; other exceptions count as failure too."""
    try:
        yield
    except kind:
        return
    except Exception as error:
        fail(f"{advice}; it raised {_tell(error)}")
    fail(advice)


def wait_until(condition: Callable[[], object], timeout: float, advice: str) -> None:
    """Poll until the condition holds.

    :param timeout: seconds
    """
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() >= deadline:
            fail(f"{advice} (waited {timeout:g} s)")
        time.sleep(0.001)


def wait_for_descriptor(item: HasFileno, event: int, timeout: float, advice: str) -> None:
    """Wait until a selector finds the descriptor ready.

    :param event: selectors.EVENT_READ or EVENT_WRITE
    """
    with selectors.DefaultSelector() as selector:
        selector.register(item.fileno(), event)
        require(selector.select(timeout), f"{advice} (waited {timeout:g} s)")


def is_ready(item: HasFileno, event: int) -> bool:
    """Say whether a selector finds the descriptor ready now."""
    with selectors.DefaultSelector() as selector:
        selector.register(item.fileno(), event)
        return bool(selector.select(0))


def open_descriptors() -> int | None:
    """Count this process's descriptors; None where the system does not tell."""
    for directory in (Path("/proc/self/fd"), Path("/dev/fd")):
        if directory.is_dir():
            return len(os.listdir(directory))
    return None


def check_leaks(cycle: Callable[[], object], what: str, rounds: int = 8) -> None:
    """Fail when each round of `cycle` leaves a descriptor behind."""
    cycle()  # what opens once and stays (resolvers, random devices) is not a leak
    before = open_descriptors()
    for _ in range(rounds):
        cycle()
    after = open_descriptors()
    if before is not None and after is not None:
        require(
            after - before < rounds,
            f"{after - before} descriptors stayed open after {rounds} rounds of {what}:"
            " close() must close all that was opened, also when an operation fails midway",
        )


def check_parse(transport: Transport, address: str, invalid: Iterable[str]) -> None:
    """`parse` keeps good addresses and refuses bad ones with EndpointError."""
    first = transport.parse(address, bind=True)
    require(isinstance(first, str), f"parse({address!r}, bind=True) must return a string")
    require(
        transport.parse(first, bind=True) == first,
        f"parse must be stable: parse(parse({address!r})) differs from parse({address!r})",
    )
    for wrong in ("", *invalid):
        check_refused(transport, wrong)


def check_refused(transport: Transport, wrong: str) -> None:
    """`parse` refuses one bad address with an error that shows it."""
    for bind in (True, False):
        advice = (
            f"parse({wrong!r}, bind={bind}) must raise core.endpoint.EndpointError, naming the"
            " part that is wrong"
        )
        try:
            transport.parse(wrong, bind=bind)
        except EndpointError as error:
            require(
                f"{transport.scheme}://" in str(error),
                f"{advice}; its text must contain the whole endpoint with '{transport.scheme}://'",
            )
        except Exception as error:
            fail(f"{advice}; it raised {_tell(error)}")
        else:
            fail(advice)


def check_attributes(transport: Any, kind: str, methods: Iterable[str]) -> None:
    """`scheme` and `kind` are as announced, and no method is missing."""
    scheme = getattr(transport, "scheme", None)
    require(isinstance(scheme, str) and scheme, "scheme must be a string such as 'tcp'")
    found = getattr(transport, "kind", None)
    require(found == kind, f"kind must be {kind!r}, not {found!r}")
    for name in methods:
        require(callable(getattr(transport, name, None)), f"the method {name} is missing")


def _failure(check: Callable[[], None]) -> tuple[str, Exception] | None:
    try:
        check()
    except Exception as error:
        return str(getattr(check, "__name__", check)), error
    return None


def _advice(name: str, error: Exception) -> str:
    if isinstance(error, AssertionError):
        return str(error)
    return f"the rule '{name.replace('_', ' ')}' met an error: {_tell(error)}"


def _tell(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


__all__ = [
    "ConformanceError",
    "HasFileno",
    "check_attributes",
    "check_leaks",
    "check_parse",
    "check_refused",
    "expect",
    "fail",
    "is_ready",
    "open_descriptors",
    "require",
    "run_checks",
    "wait_for_descriptor",
    "wait_until",
]
