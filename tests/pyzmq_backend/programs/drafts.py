"""Draft socket types, which pyzmq's own wheels leave out: routing ids and groups."""

import zmq

assert zmq.DRAFT_API
context = zmq.Context()

with context.socket(zmq.SERVER) as server, context.socket(zmq.CLIENT) as client:
    client.connect(f"tcp://127.0.0.1:{server.bind_to_random_port('tcp://127.0.0.1')}")
    client.send(b"question")
    frame = server.recv(copy=False)
    assert frame.routing_id > 0
    server.send(b"answer", routing_id=frame.routing_id)
    assert client.recv() == b"answer"
    server.send(frame)  # goes back to where it came from
    assert client.recv() == b"question"

with context.socket(zmq.RADIO) as radio, context.socket(zmq.DISH) as dish:
    dish.rcvtimeo = 20
    dish.join("news")
    dish.bind("inproc://air")
    radio.connect("inproc://air")
    for _ in range(500):  # what is sent before the group is known is for nobody
        radio.send(b"now", group="news")
        if dish.poll(20):
            break
    frame = dish.recv(copy=False)
    assert (frame.bytes, frame.group) == (b"now", "news")
    dish.leave("news")
    try:
        dish.leave("news")
    except zmq.ZMQError as error:
        print("refused:", error.errno == zmq.EINVAL)

context.term()
print("done")
