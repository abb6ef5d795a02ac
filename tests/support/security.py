"""Sockets with the options of each mechanism, for either library."""

from __future__ import annotations

from typing import Any

# RFC 32's and the man pages' example keys.
SERVER_PUBLIC = b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
SERVER_SECRET = b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
CLIENT_PUBLIC = b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
CLIENT_SECRET = b"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
OTHER_PUBLIC = b"o&#KPV6O&4Chmu8spM}R[6Hni1ig{ZuGb[[i#m#y"

SERVER: dict[str, dict[str, Any]] = {
    "null": {"zap_domain": b"global"},
    "plain": {"plain_server": 1, "zap_domain": b"global"},
    "curve": {"curve_server": 1, "curve_secretkey": SERVER_SECRET, "zap_domain": b"global"},
}
CLIENT: dict[str, dict[str, Any]] = {
    "null": {},
    "plain": {"plain_username": b"anna", "plain_password": b"secret"},
    "curve": {
        "curve_serverkey": SERVER_PUBLIC,
        "curve_publickey": CLIENT_PUBLIC,
        "curve_secretkey": CLIENT_SECRET,
    },
}
CREDENTIALS: dict[str, list[bytes]] = {
    "null": [],
    "plain": [b"anna", b"secret"],
    "curve": [bytes.fromhex("bb88471d65e2659b30c55a5321cebb5aab2b70a398645c26dca2b2fcb43fc518")],
}
MECHANISMS = list(SERVER)
