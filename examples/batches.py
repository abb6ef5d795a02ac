"""The batch face: many messages in one call, for programs that move millions a second."""

import core as zmq

with (
    zmq.Context() as context,
    context.socket(zmq.PUSH) as source,
    context.socket(zmq.PULL) as sink,
):
    sink.bind("inproc://numbers")
    source.connect("inproc://numbers")

    accepted = source.send_many([b"%d" % number for number in range(1000)])
    print(f"{accepted} messages accepted in one call")

    received: list[object] = []
    calls = 0
    while len(received) < accepted:
        received += sink.recv_many(400)  # waits for the first, then takes what is there
        calls += 1
    print(f"{len(received)} messages received, first {received[0]!r}, last {received[-1]!r}")
