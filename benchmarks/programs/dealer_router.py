"""DEALER↔ROUTER: requests in flight up to a window, echoed by the ROUTER; round trips a second."""

from __future__ import annotations

from benchmarks.child import Settings, main, ready, result, wait_for_go
from benchmarks.implementations import ZmqLink
from benchmarks.window import Window


def route(settings: Settings) -> None:
    """Send every message back to the peer it came from."""
    link = ZmqLink(settings, "ROUTER", bind=True)
    ready(endpoint=link.endpoint)
    recv, send = link.socket.recv_multipart, link.socket.send_multipart
    while True:
        send(recv())


def deal(settings: Settings) -> None:
    """Keep `window` messages in flight and time the answers."""
    link = ZmqLink(settings, "DEALER", bind=False)
    payload = bytes(settings.size)
    ready()
    window = Window(settings, wait_for_go())
    send, recv = link.send, link.recv
    for _ in range(settings.window):
        send(payload)

    def exchange(count: int) -> None:
        for _ in range(count):
            recv()
            send(payload)

    result(window.measure(exchange, settings.window))


if __name__ == "__main__":
    main({"route": route, "deal": deal})
