"""What libzmq 4.3.5 itself puts on the wire, recorded once.

How it was recorded: a pyzmq 27 socket of the type named was bound to 127.0.0.1, and a plain TCP
socket connected to it, sent a 64-byte greeting (3.1, or 3.0 where the name says so, mechanism NULL)
and a READY of a fitting socket type, and kept everything that came back. Each constant is one
stretch of that, unchanged.
"""

from __future__ import annotations

#: libzmq greets in three pieces: the signature at once, the rest as it learns whom it talks to.
#: The padding holds the length of its identity + 1, for the sake of ZMTP 1.0 peers.
GREETING = (
    b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f"
    b"\x03\x01NULL\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
)

#: The same from a socket with ROUTING_ID = b"id-7".
GREETING_WITH_IDENTITY = b"\xff\x00\x00\x00\x00\x00\x00\x00\x05\x7f" + GREETING[10:]

READY_PUSH = b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PUSH"
READY_PULL = b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PULL"
READY_SUB = b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB"
READY_XPUB = b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04XPUB"
#: The types that a libzmq with drafts (4.3.6) has, recorded in the same way.
READY_CLIENT = b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06CLIENT"
READY_SERVER = b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06SERVER"
READY_RADIO = b"\x04\x1b\x05READY\x0bSocket-Type\x00\x00\x00\x05RADIO"
READY_DISH = b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04DISH"
READY_SCATTER = b"\x04\x1d\x05READY\x0bSocket-Type\x00\x00\x00\x07SCATTER"
READY_GATHER = b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06GATHER"
READY_PEER = b"\x04\x1a\x05READY\x0bSocket-Type\x00\x00\x00\x04PEER"
READY_CHANNEL = b"\x04\x1d\x05READY\x0bSocket-Type\x00\x00\x00\x07CHANNEL"
READY_REQ = b"\x04&\x05READY\x0bSocket-Type\x00\x00\x00\x03REQ\x08Identity\x00\x00\x00\x00"
READY_ROUTER = b"\x04)\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER\x08Identity\x00\x00\x00\x00"
#: A DEALER with ROUTING_ID = b"id-7".
READY_DEALER = (
    b"\x04-\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x04id-7"
)

#: A PUSH that sent b"", b"hello", 255 times x, 256 times y and [b"a", b"", 300 times b].
TRAFFIC = (
    b"\x00\x00"
    b"\x00\x05hello"
    b"\x00\xff" + b"x" * 255 + b"\x02\x00\x00\x00\x00\x00\x00\x01\x00" + b"y" * 256 + b"\x01\x01a"
    b"\x01\x00"
    b"\x02\x00\x00\x00\x00\x00\x00\x01\x2c" + b"b" * 300
)

#: A REQ that sent b"hi".
REQUEST = b"\x01\x00\x00\x02hi"

#: A SUB that subscribed to b"topic", unsubscribed from it, subscribed to 250 times t and to b"".
SUBSCRIPTIONS = (
    b"\x04\x0f\x09SUBSCRIBEtopic"
    b"\x04\x0c\x06CANCELtopic"
    b"\x06\x00\x00\x00\x00\x00\x00\x01\x04\x09SUBSCRIBE" + b"t" * 250 + b"\x04\x0a\x09SUBSCRIBE"
)

#: The same to a 3.0 peer.
SUBSCRIPTIONS_3_0 = b"\x00\x06\x01topic\x00\x06\x00topic\x00\xfb\x01" + b"t" * 250 + b"\x00\x01\x01"

#: HEARTBEAT_TTL = 2500 (milliseconds).
PING = b"\x04\x07\x04PING\x00\x19"
#: HEARTBEAT_TTL not set; the peer had announced 3.0.
PING_3_0 = b"\x04\x07\x04PING\x00\x00"

#: Answers to a PING with no context, with b"abc", and with 19 bytes of context.
PONG = b"\x04\x05\x04PONG"
PONG_ABC = b"\x04\x08\x04PONGabc"
PONG_CUT = b"\x04\x15\x04PONG0123456789abcdef"

#: A DISH that joined b"A" and 250 times t, then left b"A".
GROUPS = b"\x04\x06\x04JOINA\x04\xff\x04JOIN" + b"t" * 250 + b"\x04\x07\x05LEAVEA"

#: A RADIO that sent b"hello" and 256 times y to the group TV, and nothing to the group without a
#: name, to a peer that had joined both.
BROADCAST = (
    b"\x01\x02TV\x00\x05hello"
    b"\x01\x02TV\x02\x00\x00\x00\x00\x00\x00\x01\x00" + b"y" * 256 + b"\x01\x00\x00\x00"
)
