"""libzmq's socket options that this release does not have, each with the reason it is refused.

Setting one of them to the default is allowed, because that asks for what happens anyway; any other
value is refused with ENOTSUP, so that no program runs on with a setting that nobody obeys.
"""

from core.enums import SocketOption
from core.option_row import INT_MAX, Access, Kind, Option

_O = SocketOption
_BOOL, _INT, _INT64, _BYTES = Kind.BOOL, Kind.INT, Kind.INT64, Kind.BYTES

_Fact = tuple[SocketOption, Kind, int | bytes | None, str]


def _refused(reason: str, *facts: _Fact) -> tuple[Option, ...]:
    return tuple(
        Option(
            number=number,
            name=number.name,
            kind=kind,
            default=default,
            minimum=0 if kind is _BYTES else -INT_MAX - 1,
            access=Access.READ_WRITE,
            doc=doc,
            unsupported=reason,
        )
        for number, kind, default, doc in facts
    )


_SECURITY = (
    *_refused(
        "the GSSAPI mechanism (Kerberos) is not offered: use CURVE",
        (_O.GSSAPI_SERVER, _BOOL, 0, "Play the server's part in GSSAPI handshakes."),
        (_O.GSSAPI_PRINCIPAL, _BYTES, b"", "Own Kerberos principal."),
        (_O.GSSAPI_SERVICE_PRINCIPAL, _BYTES, b"", "Principal of the service to connect to."),
        (_O.GSSAPI_PLAINTEXT, _BOOL, 0, "Authenticate, but do not encrypt."),
        (_O.GSSAPI_PRINCIPAL_NAMETYPE, _INT, 0, "Name type of GSSAPI_PRINCIPAL."),
        (_O.GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, _INT, 0, "Name type of the service principal."),
    ),
)

_TRANSPORTS = (
    *_refused(
        "there is no multicast transport yet",
        (_O.RATE, _INT, 100, "Multicast rate in kbit/s."),
        (_O.RECOVERY_IVL, _INT, 10000, "How long lost multicast data can be asked for, in ms."),
        (_O.MULTICAST_HOPS, _INT, 1, "Time-to-live of multicast packets."),
        (_O.MULTICAST_MAXTPDU, _INT, 1500, "Largest multicast packet, in bytes."),
        (_O.MULTICAST_LOOP, _BOOL, 1, "Receive own multicast packets."),
    ),
    *_refused(
        "there is no NORM transport",
        (_O.NORM_MODE, _INT, 1, "Congestion control (see NormMode)."),
        (_O.NORM_UNICAST_NACK, _BOOL, 0, "Send repair requests by unicast."),
        (_O.NORM_BUFFER_SIZE, _INT, 2048, "Buffer of one stream, in kB."),
        (_O.NORM_SEGMENT_SIZE, _INT, 1400, "Payload of one packet, in bytes."),
        (_O.NORM_BLOCK_SIZE, _INT, 16, "Segments in one coding block."),
        (_O.NORM_NUM_PARITY, _INT, 4, "Parity segments computed for one block."),
        (_O.NORM_NUM_AUTOPARITY, _INT, 0, "Parity segments sent without being asked for."),
        (_O.NORM_PUSH, _BOOL, 0, "Prefer new data to old when buffers are full."),
    ),
    *_refused(
        "there is no VMCI transport",
        (_O.VMCI_BUFFER_SIZE, _INT64, None, "Buffer of a VMCI connection, in bytes."),
        (_O.VMCI_BUFFER_MIN_SIZE, _INT64, None, "Smallest buffer, in bytes."),
        (_O.VMCI_BUFFER_MAX_SIZE, _INT64, None, "Largest buffer, in bytes."),
        (_O.VMCI_CONNECT_TIMEOUT, _INT, -1, "How long one connect may take, in ms."),
    ),
    *_refused(
        "there is no WebSocket transport with TLS yet",
        (_O.WSS_KEY_PEM, _BYTES, b"", "Private key of the server."),
        (_O.WSS_CERT_PEM, _BYTES, b"", "Certificate of the server."),
        (_O.WSS_TRUST_PEM, _BYTES, b"", "Certificates that a client trusts."),
        (_O.WSS_HOSTNAME, _BYTES, b"", "Name that the server's certificate must carry."),
        (_O.WSS_TRUST_SYSTEM, _BOOL, 0, "Trust the system's certificates."),
    ),
    *_refused(
        "there is no Windows version",
        (_O.LOOPBACK_FASTPATH, _BOOL, 0, "Windows' shortcut for local TCP."),
    ),
)

_ENGINE = (
    *_refused(
        "it belongs to the context, use Context.set",
        (_O.BLOCKY, _BOOL, None, "Whether LINGER starts at -1."),
    ),
    *_refused(
        "set SNDHWM and RCVHWM, or the attribute hwm",
        (_O.HWM, _INT, None, "The single limit of libzmq 2."),
    ),
)

UNSUPPORTED_OPTIONS: tuple[Option, ...] = _SECURITY + _TRANSPORTS + _ENGINE
