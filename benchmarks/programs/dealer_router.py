"""DEALER↔ROUTER: requests in flight up to a window, echoed by the ROUTER; round trips a second."""

from __future__ import annotations

from time import perf_counter

from benchmarks.child import Settings, main, ready, result, wait_for_go
from benchmarks.implementations import ZmqLink


def route(settings: Settings) -> None:
    """Send every message back to the peer it came from."""
    link = ZmqLink(settings, "ROUTER", bind=True)
    ready(endpoint=link.endpoint)
    recv, send = link.socket.recv_multipart, link.socket.send_multipart
    while True:
        send(recv())


def deal(settings: Settings) -> None:
    """Keep `window` messages in flight and time `count` answers."""
    link = ZmqLink(settings, "DEALER", bind=False)
    payload = bytes(settings.size)
    ready()
    wait_for_go()
    exchange(link, payload, settings.warmup, settings.window)
    start = perf_counter()
    exchange(link, payload, settings.count, settings.window)
    result(rate=settings.count / (perf_counter() - start))


def exchange(link: ZmqLink, payload: bytes, count: int, window: int) -> None:
    """Send `count` messages, receiving an answer for each one beyond the window."""
    send, recv = link.send, link.recv
    for _ in range(window):
        send(payload)
    for _ in range(count - window):
        recv()
        send(payload)
    for _ in range(window):
        recv()


if __name__ == "__main__":
    main({"route": route, "deal": deal})
