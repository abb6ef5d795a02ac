"""Every role of the demo in Python.

With `DEMO_ZMQ=zmq` in the environment the same program runs on pyzmq and so is a real libzmq
program: the import is all that differs.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

zmq: Any = importlib.import_module(os.environ.get("DEMO_ZMQ", "core"))


def count(source: str, sink: str, name: str) -> None:
    """Count the words of every line that is pushed to us, push the number on."""
    with zmq.Context() as context:
        lines, results = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        lines.connect(source)
        results.connect(sink)
        while True:
            words = lines.recv().split()
            results.send_multipart([name.encode(), b"%d" % len(words)])


def listen(feed: str, sink: str, name: str) -> None:
    """Say that we hear the feed, then report the digest of what it brought."""
    with zmq.Context() as context:
        news, results = context.socket(zmq.SUB), context.socket(zmq.PUSH)
        news.subscribe(b"greeting")
        news.subscribe(b"docs")
        news.connect(feed)
        results.connect(sink)
        digest = hashlib.sha256()
        while True:
            topic, text = news.recv_multipart()
            if topic == b"greeting":
                results.send_multipart([name.encode(), b"here"])
            elif text:
                digest.update(text)
            else:
                results.send_multipart([name.encode(), digest.hexdigest().encode()])


def answer() -> None:
    """Answer every request with the same text in capitals."""
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.bind("tcp://127.0.0.1:*")
        print(socket.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)
        while True:
            socket.send(socket.recv().upper())


def ask(endpoint: str, *questions: str) -> None:
    """Ask each question and print its answer."""
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.connect(endpoint)
        for question in questions:
            socket.send_string(question)
            print(socket.recv_string(), flush=True)


def chat(endpoint: str, name: str, rounds: str) -> None:
    """Talk to the other side of a PAIR. Whoever connects begins; an empty endpoint binds."""
    with zmq.Context() as context, context.socket(zmq.PAIR) as socket:
        if endpoint:
            socket.connect(endpoint)
            socket.send_string(f"hello, this is {name}")
        else:
            socket.bind("tcp://127.0.0.1:*")
            print(socket.getsockopt_string(zmq.LAST_ENDPOINT), flush=True)
        for number in range(int(rounds)):
            print(socket.recv_string(), flush=True)
            if not endpoint or number + 1 < int(rounds):  # the host has the last word
                socket.send_string(f"{name} has heard {number + 1}")


if __name__ == "__main__":
    roles: dict[str, Callable[..., None]] = {
        "count": count,
        "listen": listen,
        "answer": answer,
        "ask": ask,
        "chat": chat,
    }
    roles[sys.argv[1]](*sys.argv[2:])
