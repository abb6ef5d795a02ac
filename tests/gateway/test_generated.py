"""The committed protobuf code is what the proto file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import generate

pytest.importorskip("grpc_tools", reason="grpcio-tools is in the extra `dev`")


def test_the_generated_code_is_fresh() -> None:
    assert generate.stale() == []


def test_a_changed_proto_file_makes_it_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "babelmq" / "v1" / "gateway.proto"
    changed.parent.mkdir(parents=True)
    changed.write_text(generate._PROTO.read_text().replace("uint64 nonce", "uint64 number"))
    monkeypatch.setattr(generate, "_PROTO", changed)
    assert len(generate.stale()) == 2


def test_code_edited_by_hand_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gateway_pb2.py", "gateway_pb2.pyi"):
        text = generate._TARGET.joinpath(name).read_text()
        tmp_path.joinpath(name).write_text(text.replace("nonce", "n0nce"))
    monkeypatch.setattr(generate, "_TARGET", tmp_path)
    assert len(generate.stale()) >= 1
    tmp_path.joinpath("gateway_pb2.pyi").unlink()
    assert any("missing" in problem for problem in generate.stale())
