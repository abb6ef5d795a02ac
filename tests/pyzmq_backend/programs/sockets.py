"""Blocking sockets: patterns, options, frames, polling, shadows, errors, the end of a context."""

import copy
import threading

import zmq


def error_of(call, *arguments):
    """The error that a call raises."""
    try:
        call(*arguments)
    except zmq.ZMQError as error:
        return error
    raise AssertionError("no error was raised")


context = zmq.Context()
context.linger = 0

# Request and reply between threads.
with context.socket(zmq.REP) as reply, context.socket(zmq.REQ) as request:
    reply.bind("inproc://service")
    server = threading.Thread(target=lambda: reply.send(b"re " + reply.recv()))
    server.start()
    request.connect("inproc://service")
    request.send_string("question")
    assert request.recv_string() == "re question"
    server.join()

# Options and errors are pyzmq's.
with context.socket(zmq.SUB) as sub:
    sub.rcvtimeo = 10
    assert (sub.rcvtimeo, sub.get(zmq.TYPE), sub.linger) == (10, zmq.SUB, 0)
    sub.subscribe("topic")
    error = error_of(sub.recv)
    assert isinstance(error, zmq.Again)
    assert (error.errno, zmq.zmq_errno()) == (zmq.EAGAIN, zmq.EAGAIN)
    error = error_of(sub.bind, "tcp://127.0.0.1:99999")
    assert error.errno == zmq.EINVAL
    assert "99999" in str(error)
    assert not hasattr(sub, "no_such_option")
    assert not hasattr(sub, "blocky")

# Frames, trackers, polling, shadows.
push, pull = context.socket(zmq.PUSH), context.socket(zmq.PULL)
with push, pull, pull.bind("tcp://127.0.0.1:*"), push.connect(pull.last_endpoint):
    twin = copy.copy(push)
    assert twin.underlying == push.underlying
    twin.send_multipart([b"head", bytearray(b"body")], copy=False)
    assert dict(zmq.Poller().poll(0)) == {}
    ready, _, _ = zmq.select([pull], [], [], 5)
    assert ready == [pull]
    head, body = pull.recv_multipart(copy=False)
    assert (head.bytes, bytes(body.buffer), head.more, body.more) == (
        b"head",
        b"body",
        True,
        False,
    )
    assert head["Socket-Type"] == "PUSH"

    push.copy_threshold = 0
    tracker = push.send(b"tracked", copy=False, track=True)
    frame = zmq.Frame(b"mine", copy=False, track=True)
    push.send(frame)
    assert not frame.tracker.done
    assert pull.recv() == b"tracked"
    tracker.wait(5)
    mine = frame.tracker
    del frame
    assert pull.recv() == b"mine"
    mine.wait(5)

    memory = bytearray(3)
    push.send(b"12345")
    assert pull.recv_into(memory) == 5
    assert memory == b"123"

# A context that ends wakes those who wait.
waiting = context.socket(zmq.PULL)
seen = []


def wait():
    seen.append(error_of(waiting.recv).errno)
    waiting.close()


thread = threading.Thread(target=wait)
thread.start()
while not waiting.underlying:
    pass
context.term()
thread.join()
assert seen == [zmq.ETERM]
assert context.closed
print("done")
