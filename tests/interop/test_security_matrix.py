"""Every pair of socket types under CURVE and PLAIN, ours against libzmq's.

Either side is the server, either side binds; a PLAIN server has a ZAP handler, a CURVE one none.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest

from tests.interop.test_matrix import CONVERSATIONS, options
from tests.support.endpoints import Endpoints
from tests.support.security import CLIENT, SERVER
from tests.support.sockets import SocketFactory, bind
from tests.support.zap import Handler, allow

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("mechanism", ["plain", "curve"])
@pytest.mark.parametrize("we_are", ["server", "client"])
@pytest.mark.parametrize("binder", ["ours", "theirs"])
@pytest.mark.parametrize("first_is", ["ours", "theirs"])
@pytest.mark.parametrize(("first", "second"), CONVERSATIONS)
def test_pair_of_socket_types(
    zmq: Any,
    libzmq: Any,
    new_socket: SocketFactory,
    new_peer: SocketFactory,
    endpoint: Endpoints,
    first: str,
    second: str,
    first_is: str,
    binder: str,
    we_are: str,
    mechanism: str,
) -> None:
    ours_secured, theirs_secured = (
        (SERVER[mechanism], CLIENT[mechanism])
        if we_are == "server"
        else (CLIENT[mechanism], SERVER[mechanism])
    )
    our_kind, their_kind = (first, second) if first_is == "ours" else (second, first)
    ours = new_socket(getattr(zmq, our_kind), **ours_secured, **options(our_kind))
    theirs = new_peer(getattr(libzmq, their_kind), **theirs_secured, **options(their_kind))
    judge = (zmq, new_socket) if we_are == "server" else (libzmq, new_peer)
    # A user id would make libzmq's REQ deaf: it takes it for a frame of the peer.
    answer = partial(allow, user=b"")
    asks = mechanism == "plain"
    with Handler(judge[0], judge[1].context, answer) if asks else nullcontext():
        if binder == "ours":
            theirs.connect(bind(ours, endpoint("tcp")))
        else:
            ours.connect(bind(theirs, endpoint("tcp")))
        pair = (ours, theirs) if first_is == "ours" else (theirs, ours)
        CONVERSATIONS[first, second](*pair)
