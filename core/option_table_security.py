"""The socket options of PLAIN, CURVE and ZAP."""

from core.enums import SocketOption
from core.option_row import INT_MAX, Access, Kind, Option, supported

_O = SocketOption
_BOOL, _INT, _BYTES = Kind.BOOL, Kind.INT, Kind.BYTES


def _key(number: SocketOption, doc: str) -> Option:
    # 32 bytes, or 40 characters of Z85 (RFC 32), which C programs end with a NUL.
    return supported(number, _BYTES, b"", doc, minimum=32, maximum=41)


SECURITY_OPTIONS: tuple[Option, ...] = (
    supported(
        _O.MECHANISM,
        _INT,
        0,
        "Security mechanism in use: 0 NULL, 1 PLAIN, 2 CURVE. Follows from the options below.",
        access=Access.READ_ONLY,
        maximum=3,
    ),
    supported(
        _O.PLAIN_SERVER,
        _BOOL,
        0,
        "Have a ZAP handler check user names and passwords of clients.",
        attribute="as_server",
    ),
    supported(
        _O.PLAIN_USERNAME,
        _BYTES,
        b"",
        "User name to show to a PLAIN server.",
        minimum=1,
        maximum=255,
    ),
    supported(
        _O.PLAIN_PASSWORD,
        _BYTES,
        b"",
        "Password to show to a PLAIN server, in clear text.",
        minimum=1,
        maximum=255,
    ),
    supported(
        _O.CURVE_SERVER,
        _BOOL,
        0,
        "Play the server's part in CURVE handshakes.",
        attribute="as_server",
    ),
    _key(_O.CURVE_PUBLICKEY, "Own public key; computed from the secret key if not set."),
    _key(_O.CURVE_SECRETKEY, "Own secret key."),
    _key(
        _O.CURVE_SERVERKEY,
        "Public key of the server to connect to; makes this socket a client.",
    ),
    supported(
        _O.ZAP_DOMAIN,
        _BYTES,
        b"",
        "Domain that ZAP requests carry; makes NULL connections ask the handler too.",
        maximum=255,
    ),
    supported(
        _O.ZAP_ENFORCE_DOMAIN,
        _BOOL,
        0,
        "Let nobody in while there is a ZAP domain and no ZAP handler.",
        minimum=-INT_MAX - 1,
        maximum=INT_MAX,
    ),
)
