"""A server that runs out of descriptors: it must wait without burning time, and recover.

Prints "rested" when accepting stopped without using the processor, "recovered" when the clients
that had to wait were served after others left. A process of its own, for the limit is its own.
"""

from __future__ import annotations

import resource
import socket
import time

import core as zmq

LIMIT = 60


def occupy(port: int) -> list[socket.socket]:
    """Connect until nothing more is accepted or the limit is reached on our side as well."""
    clients = []
    try:
        while True:
            client = socket.create_connection(("127.0.0.1", port), timeout=2)
            clients.append(client)
    except OSError:
        return clients


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
    with zmq.Context() as context, context.socket(zmq.REP) as reply:
        reply.rcvtimeo = 10_000
        reply.bind("tcp://127.0.0.1:*")
        port = int(reply.last_endpoint.decode().rpartition(":")[2])
        strangers = occupy(port)
        assert len(strangers) > 10
        # Two clients' own descriptors, and no room for the server's.
        before = time.process_time()
        assert not reply.poll(1000)
        assert time.process_time() - before < 0.3, "accepting spins"
        print("rested")
        for stranger in strangers:
            stranger.close()
        with context.socket(zmq.REQ) as request:
            request.linger, request.rcvtimeo = 0, 10_000
            request.connect(f"tcp://127.0.0.1:{port}")
            request.send(b"q")
            assert reply.recv() == b"q"
        print("recovered")


if __name__ == "__main__":
    main()
