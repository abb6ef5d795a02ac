"""PUB-SUB: a subscriber hears the topics it asked for, and only these.

XPUB is a PUB that also hands out who subscribes: so the publisher knows when to begin.
"""

import threading

import core as zmq


def subscriber(context: zmq.Context, endpoint: str) -> None:
    """Print what comes under the topic `weather` until the feed ends."""
    with context.socket(zmq.SUB) as socket:
        socket.subscribe(b"weather")
        socket.connect(endpoint)
        while (message := socket.recv_multipart()) != [b"weather", b"end"]:
            print(message[1].decode())


with zmq.Context() as context, context.socket(zmq.XPUB) as feed:
    feed.bind("inproc://feed")
    listener = threading.Thread(target=subscriber, args=(context, "inproc://feed"))
    listener.start()
    print(f"a subscription arrives: {feed.recv()!r}")
    for topic, text in [("weather", "sunny"), ("sports", "2:1"), ("weather", "rain at night")]:
        feed.send_multipart([topic.encode(), text.encode()])
    feed.send_multipart([b"weather", b"end"])
    listener.join()
