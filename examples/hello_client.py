"""The client of `hello_server.py`; any libzmq program at that address would do as well."""

import core as zmq

context = zmq.Context()
socket = context.socket(zmq.REQ)
socket.connect("tcp://localhost:5555")
for _ in range(3):
    socket.send(b"Hello")
    print(f"received {socket.recv()!r}")
context.destroy(linger=0)
