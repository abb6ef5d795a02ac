"""A server in ten lines: answers every request. Run it beside `hello_client.py`."""

import core as zmq

context = zmq.Context()
socket = context.socket(zmq.REP)
socket.bind("tcp://*:5555")
while True:
    message = socket.recv()
    print(f"received {message!r}", flush=True)
    socket.send(b"World")
