"""Makes a pair of CURVE keys and prints it: ``python -m core.curve_keygen``."""

from __future__ import annotations

import argparse
import json

from core.curve import curve_keypair, curve_public

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command.

    :param arguments: of the command line; None: the process's own
    """
    parser = argparse.ArgumentParser(
        prog="python3 -m core.curve_keygen",
        description="Make a pair of CURVE keys. Give the public key to whom you talk to; keep the "
        "secret key.",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.add_argument(
        "--secret", metavar="KEY", help="print the public key of this secret key, 40 characters"
    )
    options = parser.parse_args(arguments)
    if options.secret:
        try:
            public, secret = curve_public(options.secret), options.secret.encode()
        except ValueError as error:
            parser.error(str(error))
    else:
        public, secret = curve_keypair()
    _print(public.decode(), secret.decode(), as_json=options.json)


def _print(public: str, secret: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"public": public, "secret": secret}))
    else:
        print(f"== CURVE PUBLIC KEY ==\n{public}\n\n== CURVE SECRET KEY ==\n{secret}")


if __name__ == "__main__":
    main()
