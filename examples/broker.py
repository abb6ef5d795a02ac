"""ROUTER and DEALER: a broker in one line, between clients and workers that do not know each other.

A ROUTER knows which client a request came from, a DEALER deals requests out to workers in turn,
and `proxy` carries messages between the two.
"""

import threading

import core as zmq

FRONTEND, BACKEND, CONTROL = "inproc://clients", "inproc://workers", "inproc://control"


def worker(context: zmq.Context) -> None:
    """Answer in capitals until the context ends."""
    with context.socket(zmq.REP) as socket:
        socket.connect(BACKEND)
        try:
            while True:
                socket.send(socket.recv().upper())
        except zmq.ContextTerminated:
            pass


def broker(context: zmq.Context) -> None:
    """Carry messages until the context ends."""
    with context.socket(zmq.ROUTER) as frontend, context.socket(zmq.DEALER) as backend:
        frontend.bind(FRONTEND)
        backend.bind(BACKEND)
        try:
            zmq.proxy(frontend, backend)
        except zmq.ContextTerminated:
            pass


context = zmq.Context()
threads = [threading.Thread(target=role, args=(context,)) for role in (broker, worker, worker)]
for thread in threads:
    thread.start()
with context.socket(zmq.REQ) as client:
    client.connect(FRONTEND)
    for word in ("one", "two", "three"):
        client.send_string(word)
        print(client.recv_string())
context.term()
for thread in threads:
    thread.join()
