"""Generates gateway/v1 from proto/babelmq/v1: `python -m gateway.generate [--check]`.

Needs grpcio-tools (extra `dev`) and a checkout. `--check` writes nothing and fails when the
committed files are not what the proto file says.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PROTO = _ROOT / "proto" / "babelmq" / "v1" / "gateway.proto"
_TARGET = _ROOT / "gateway" / "v1"
_NAMES = ("gateway_pb2.py", "gateway_pb2.pyi")

# protoc writes its own version into the file and has it checked at import. What follows works
# with every protobuf that the package allows, and the output must not depend on the machine.
_VERSION_COMMENT = re.compile(
    r"^# (NO CHECKED-IN PROTOBUF GENCODE|Protobuf Python Version).*\n", re.M
)
_VERSION_CHECK = re.compile(r"^_runtime_version\.Validate\w+\(.*?^\)\n", re.M | re.S)
_VERSION_IMPORT = re.compile(r"^from google\.protobuf import runtime_version .*\n", re.M)
_DESCRIPTOR = re.compile(r"AddSerializedFile\((b'.*')\)")


def generate() -> dict[str, str]:
    """Run protoc and return the text of each generated file by its name."""
    # Not a dependency of the gateway: only who changes the proto needs it.
    from grpc_tools import protoc  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory() as folder:
        arguments = [f"-I{_PROTO.parents[2]}", f"--python_out={folder}", f"--pyi_out={folder}"]
        if protoc.main(["protoc", *arguments, str(_PROTO)]):
            raise SystemExit(f"protoc refused {_PROTO}")
        made = Path(folder, *_PROTO.parent.relative_to(_PROTO.parents[2]).parts)
        return {name: _stamp(_without_version(made.joinpath(name).read_text())) for name in _NAMES}


def stale() -> list[str]:
    """Return what is wrong with the committed files; empty when they are fresh."""
    problems = []
    for name, fresh in generate().items():
        path = _TARGET / name
        if not path.exists():
            problems.append(f"{path} is missing")
        elif _essence(path.read_text()) != _essence(fresh):
            problems.append(f"{path} does not come from {_PROTO.name} as it is now")
    return problems


def _without_version(text: str) -> str:
    for pattern in (_VERSION_COMMENT, _VERSION_CHECK, _VERSION_IMPORT):
        text = pattern.sub("", text)
    return text


def _stamp(text: str) -> str:
    return f"# Made by gateway.generate from gateway.proto {_digest()}.\n{text}"


def _digest() -> str:
    return hashlib.sha256(_PROTO.read_bytes()).hexdigest()


def _essence(text: str) -> tuple[str, list[str]]:
    """What must agree; the rest may differ between two releases of protoc."""
    return text.partition("\n")[0], _DESCRIPTOR.findall(text)


def main() -> int:
    """Write the files, or compare them; the exit code of the command."""
    parser = argparse.ArgumentParser(prog="python -m gateway.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if parser.parse_args().check:
        problems = stale()
        print(
            "\n".join(
                [*problems, "run: python -m gateway.generate"]
                if problems
                else ["gateway/v1 is fresh"]
            )
        )
        return bool(problems)
    for name, text in generate().items():
        _TARGET.joinpath(name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
