"""What pyzmq has on top: devices, the monitored queue, decorators, the log handler."""

import logging

import zmq
from zmq import devices
from zmq.decorators import context as with_context
from zmq.decorators import socket as with_socket
from zmq.log.handlers import PUBHandler

LOCAL = "tcp://127.0.0.1"

# A queue in a thread of its own.
queue = devices.ThreadDevice(zmq.QUEUE, zmq.ROUTER, zmq.DEALER)
queue.context_factory = zmq.Context
front, back = queue.bind_in_to_random_port(LOCAL), queue.bind_out_to_random_port(LOCAL)
queue.start()


@with_context()
@with_socket(zmq.REQ)
@with_socket(zmq.REP)
def exchange(context: zmq.Context, request: zmq.Socket, reply: zmq.Socket) -> None:
    request.connect(f"{LOCAL}:{front}")
    reply.connect(f"{LOCAL}:{back}")
    request.send(b"question")
    assert reply.recv() == b"question"
    reply.send(b"answer")
    assert request.recv() == b"answer"


exchange()

# A steerable proxy, which libzmq 4.3.5 no longer has.
proxy = devices.ThreadProxySteerable(zmq.PULL, zmq.PUSH, zmq.PUB, zmq.PAIR)
proxy.context_factory = zmq.Context
control = zmq.Context.instance().socket(zmq.PAIR)
control.connect(f"{LOCAL}:{proxy.bind_ctrl_to_random_port(LOCAL)}")
proxy.start()
control.send(b"TERMINATE")
proxy.join(10)
assert proxy.done
control.close()

# A monitored queue.
context = zmq.Context.instance()
alice, bob, witness = (context.socket(kind) for kind in (zmq.PAIR, zmq.PAIR, zmq.PULL))
monitored = devices.ThreadMonitoredQueue(zmq.PAIR, zmq.PAIR, zmq.PUSH, b"in", b"out")
monitored.context_factory = zmq.Context
monitored.connect_in(f"{LOCAL}:{alice.bind_to_random_port(LOCAL)}")
monitored.connect_out(f"{LOCAL}:{bob.bind_to_random_port(LOCAL)}")
monitored.connect_mon(f"{LOCAL}:{witness.bind_to_random_port(LOCAL)}")
monitored.start()
alice.send(b"hello")
assert bob.recv() == b"hello"
assert witness.recv_multipart() == [b"in", b"hello"]

# The log handler.
reader = context.socket(zmq.SUB)
reader.subscribe("app")
handler = PUBHandler("inproc://log", context)
handler.root_topic = "app"
reader.connect("inproc://log")
logging.getLogger().addHandler(handler)
logging.getLogger().warning("look here")
topic, line = reader.recv_multipart()
assert topic == b"app.WARNING"
assert b"look here" in line
logging.getLogger().removeHandler(handler)
handler.close()
handler.socket.close()

for socket in (alice, bob, witness, reader):
    socket.close(0)
context.term()
print("done")
