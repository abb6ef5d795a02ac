"""From a socket's options to the security of its connections."""

from __future__ import annotations

import os
from collections.abc import Callable
from errno import EINVAL, ENOTSUP
from functools import partial
from typing import TYPE_CHECKING

from core.enums import SecurityMechanism
from core.errors import ZMQError
from core.zmtp import ConnectionConfig
from core.zmtp.mechanism import Mechanism
from core.zmtp.zap import ZapPolicy

if TYPE_CHECKING:
    from core.options import OptionValues
    from core.runtime.engine import Engine
    from core.runtime.link import Link, LinkOwner
    from core.transport import Stream

MechanismFactory = Callable[[ConnectionConfig], Mechanism]


def new_secure_link(engine: Engine, stream: Stream, owner: LinkOwner) -> Link:
    from core.runtime.secure_link import SecureLink  # few sockets need it

    return SecureLink(engine, stream, owner)


def encrypts(options: OptionValues) -> bool:
    return options.mechanism == SecurityMechanism.CURVE


def zap_policy(options: OptionValues) -> ZapPolicy:
    return ZapPolicy(options.zap_domain, options.zap_enforce_domain)


def mechanism_factory(options: OptionValues) -> MechanismFactory | None:
    """What makes the mechanism of each connection; None: plain NULL."""
    if options.mechanism == SecurityMechanism.PLAIN:
        return _plain(options)
    if options.mechanism == SecurityMechanism.CURVE:
        return _curve(options)
    if not options.zap_domain:
        return None
    from core.zmtp.null import NullMechanism

    return partial(NullMechanism, policy=zap_policy(options))


def _plain(options: OptionValues) -> MechanismFactory:
    from core.zmtp.plain import PlainClient, PlainServer

    if options.as_server:
        return partial(PlainServer, policy=zap_policy(options))
    username, password = options.plain_username, options.plain_password
    return partial(PlainClient, username=username, password=password)


def _curve(options: OptionValues) -> MechanismFactory:
    from core.zmtp.curve_client import CurveClient
    from core.zmtp.curve_keys import CurveKeys
    from core.zmtp.curve_server import CurveServer

    keys = CurveKeys(options.curve_secretkey, options.curve_publickey, options.curve_serverkey)
    if options.as_server:
        policy = zap_policy(options)
        return partial(CurveServer, policy=policy, keys=keys, entropy=os.urandom)
    return partial(CurveClient, keys=keys, entropy=os.urandom)


def check_security(options: OptionValues) -> None:
    """Refuse a bind or connect whose handshakes can only fail.

    libzmq lets them fail, one after the other and without a word.
    """
    if options.mechanism != SecurityMechanism.CURVE:
        return
    check_curve_available()
    wanted = {"CURVE_SECRETKEY": options.curve_secretkey}
    if not options.as_server:
        wanted["CURVE_SERVERKEY"] = options.curve_serverkey
    missing = [name for name, key in wanted.items() if not key]
    if missing:
        role = "server" if options.as_server else "client"
        raise ZMQError(
            EINVAL,
            f"a CURVE {role} needs the option {' and '.join(missing)}: zmq.curve_keypair() makes "
            "a pair of keys, and the server's public key is the client's CURVE_SERVERKEY",
        )


def check_curve_available() -> None:
    from core.zmtp.sodium import SodiumMissing, check

    try:
        check()
    except SodiumMissing as missing:
        raise ZMQError(ENOTSUP, str(missing)) from None
