"""What a user sees when things go wrong: run it, and read.

The first scene needs CURVE (PyNaCl), and is left out without it. With `--log` it shows the log too.
"""

from __future__ import annotations

import logging
import re
import socket as system
import sys
from collections.abc import Callable

import core as zmq
from core.events import EventKind
from core.statistics import DropReason

HOST = "tcp://127.0.0.1:*"


def show(line: object) -> None:
    """Print one line, without the ports of this run and the lines of this file."""
    print("   ", re.sub(r"(127\.0\.0\.1|failures\.py):\d+", r"\1:…", str(line)))


def address(socket: zmq.Socket) -> str:
    """Where a socket is bound."""
    where = socket.getsockopt(zmq.LAST_ENDPOINT)
    assert isinstance(where, bytes)
    return where.decode()


def wrong_key(context: zmq.Context) -> None:
    """A client has the wrong key of its server."""
    if not zmq.has("curve"):
        show("(left out: this needs PyNaCl)")
        return
    with context.socket(zmq.REP) as server, context.socket(zmq.REQ) as client:
        _, server.curve_secretkey = zmq.curve_keypair()
        server.curve_server = True
        server.bind(HOST)
        client.curve_publickey, client.curve_secretkey = zmq.curve_keypair()
        client.curve_serverkey, _ = zmq.curve_keypair()  # not the server's
        try:
            client.connect(address(server), wait=500)
        except zmq.NotReady:
            (peer,) = client.peers()
            show(peer.last_error)


def port_taken(context: zmq.Context) -> None:
    """Somebody else has the port."""
    with context.socket(zmq.PULL) as first, context.socket(zmq.PULL) as second:
        first.bind(HOST)
        try:
            second.bind(address(first))
        except zmq.ZMQError as error:
            show(error)


def browser_comes(context: zmq.Context) -> None:
    """A peer speaks HTTP."""
    with context.socket(zmq.PULL) as server:
        events = server.monitor_events()
        server.bind(HOST)
        port = int(address(server).rpartition(":")[2])
        with system.create_connection(("127.0.0.1", port)) as browser:
            browser.sendall(b"GET / HTTP/1.1\r\n\r\n")
            for event in events:
                if event.kind is EventKind.HANDSHAKE_FAILED_PROTOCOL:
                    show(event.reason)
                    break


def nobody_there(context: zmq.Context) -> None:
    """A request to a server that is not running."""
    with context.socket(zmq.REQ) as client, system.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        client.reconnect_ivl = 60_000
        client.connect(f"tcp://127.0.0.1:{reserved.getsockname()[1]}")
        try:
            client.request(b"Are you there?", timeout=200)
        except zmq.NoReply as error:
            show(error)


def slow_subscriber(context: zmq.Context) -> None:
    """A subscriber that does not keep up."""
    with context.socket(zmq.PUB) as feed, context.socket(zmq.SUB) as reader:
        feed.sndhwm = reader.rcvhwm = 10
        feed.bind("inproc://feed")
        reader.connect("inproc://feed")
        reader.subscribe("")
        feed.wait_for(subscriptions=1, timeout=2000)
        for _ in range(25):
            feed.send(b"news")
        (peer,) = feed.peers()
        reason = DropReason.QUEUE_FULL
        show(f"{peer.sent} sent, {peer.dropped[reason]} dropped: {reason.value}")


def context_held(context: zmq.Context) -> None:
    """A context that cannot end."""
    mine = zmq.Context()
    sender = mine.socket(zmq.PUSH)
    sender.connect("ipc:///tmp/nobody-listens-here")
    sender.send(b"nobody will ever get this")
    try:
        mine.term(timeout=200)
    except zmq.StillInUse as error:
        show(error)
    show(f"{sender.close(wait=100)} message did not leave")
    mine.term()


SCENES: tuple[Callable[[zmq.Context], None], ...] = (
    wrong_key,
    port_taken,
    browser_comes,
    nobody_there,
    slow_subscriber,
    context_held,
)


def main() -> None:
    """Play all scenes."""
    # The log would tell the same; here the errors and events speak.
    logging.getLogger("babelmq").setLevel(logging.CRITICAL if "--log" not in sys.argv else "DEBUG")
    with zmq.Context() as context:
        context.linger = 0
        for scene in SCENES:
            print(scene.__doc__)
            scene(context)


if __name__ == "__main__":
    main()
