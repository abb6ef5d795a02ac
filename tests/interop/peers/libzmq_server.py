"""A libzmq program of one socket, run as a process that a test can kill and start again.

python libzmq_server.py KIND ENDPOINT: binds a REP that echoes, a PULL that prints what it gets, a
PUB that publishes a counter for ever, a ROUTER that echoes, or a PAIR that echoes.
"""

from __future__ import annotations

import sys
from itertools import count

import zmq


def main(kind: str, endpoint: str) -> None:
    with zmq.Context() as context, context.socket(getattr(zmq, kind)) as socket:
        socket.bind(endpoint)
        print("ready", flush=True)
        if kind == "PUB":
            publish(socket)
        while True:
            message = socket.recv_multipart()
            if kind == "PULL":
                print(message[0].decode(), flush=True)
            else:
                socket.send_multipart(message)


def publish(socket: zmq.Socket[bytes]) -> None:
    for number in count():
        socket.send(b"news %d" % number)
        socket.poll(5, zmq.POLLERR)  # a pause of 5 ms


if __name__ == "__main__":
    main(*sys.argv[1:])
