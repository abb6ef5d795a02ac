"""What pyzmq's Poller stands on: waiting for sockets of the engine and for plain descriptors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.poller import POLLERR, Poller
from core.pyzmq_backend.errors import translation
from core.pyzmq_backend.socket import Socket


def zmq_poll(sockets: Sequence[tuple[Any, int]], timeout: int = -1) -> list[tuple[Any, int]]:
    """Wait until one of the events holds.

    :param sockets: (socket, descriptor or object with ``fileno()``, events) each
    :param timeout: milliseconds; negative waits for ever
    :returns: (socket or descriptor, events) for each that is ready, empty when none was in time
    :raises TypeError: something else is to be waited for
    :raises ValueError: ``fileno()`` returns no descriptor
    :raises ZMQError: ENOTSOCK: a socket is closed
    """
    things = [(_waitable(thing), thing, events) for thing, events in sockets]
    if not things:
        return []
    poller = Poller()
    wanted: dict[Any, int] = {}
    for waitable, _, events in things:
        wanted[waitable] = wanted.get(waitable, 0) | events
    for waitable, events in wanted.items():
        poller.register(waitable, events)
    with translation:
        ready = dict(poller.poll(timeout))
    return [
        (thing if isinstance(thing, Socket) else waitable, found)
        for waitable, thing, events in things
        if (found := ready.get(waitable, 0) & (events | POLLERR))
    ]


def _waitable(thing: Any) -> Any:
    if isinstance(thing, Socket):
        return thing._open()
    if isinstance(thing, int):
        return thing
    if not hasattr(thing, "fileno"):
        raise TypeError(
            f"Socket must be a 0MQ socket, an integer fd or have a fileno() method: {thing!r}"
        )
    try:
        return int(thing.fileno())
    except Exception:
        raise ValueError("fileno() must return a valid integer fd") from None


__all__ = ["zmq_poll"]
