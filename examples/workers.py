"""REQ-REP load balancing: one client, three servers, the requests go round."""

import threading
from collections import Counter

import core as zmq


def server(context: zmq.Context, name: str, endpoint: str) -> None:
    """Answer with our name until we are told to stop."""
    with context.socket(zmq.REP) as socket:
        socket.bind(endpoint)
        while socket.recv() != b"stop":
            socket.send_string(name)
        socket.send_string(name)


with zmq.Context() as context, context.socket(zmq.REQ) as client:
    names = ["red", "green", "blue"]
    servers = [
        threading.Thread(target=server, args=(context, name, f"inproc://{name}")) for name in names
    ]
    for thread in servers:
        thread.start()
    for name in names:
        client.connect(f"inproc://{name}")

    answers: Counter[str] = Counter()
    for _question in range(30):
        client.send(b"who are you?")
        answers[client.recv_string()] += 1
    print(", ".join(f"{name} answered {answers[name]} times" for name in names))

    for _server in servers:
        client.send(b"stop")
        client.recv()
    for thread in servers:
        thread.join()
