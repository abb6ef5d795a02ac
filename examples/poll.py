"""Poller: wait for several sockets, and plain descriptors too, at the same time."""

import os

import core as zmq

with (
    zmq.Context() as context,
    context.socket(zmq.PAIR) as near,
    context.socket(zmq.PAIR) as far,
):
    near.bind("inproc://pair")
    far.connect("inproc://pair")
    reading, writing = os.pipe()

    poller = zmq.Poller()
    poller.register(near, zmq.POLLIN)
    poller.register(reading, zmq.POLLIN)
    print("nothing yet:", poller.poll(timeout=10))

    far.send(b"a message")
    os.write(writing, b"some bytes")
    for what, events in poller.poll(timeout=1000):
        if what is near:
            print("the socket has", near.recv())
        else:
            print("the pipe has", os.read(what, 100), "events", events)
    os.close(reading)
    os.close(writing)
