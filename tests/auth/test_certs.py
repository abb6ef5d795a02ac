"""Certificates on disk: the format, who may read them, and pyzmq's reader and writer as judges."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import zmq.auth as theirs

import core as zmq
import core.auth as ours


def mode(path: str) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def test_each_reads_what_the_other_wrote(tmp_path: Path) -> None:
    for writer, reader in ((ours, theirs), (theirs, ours)):
        public_file, secret_file = writer.create_certificates(tmp_path, "anna", {"mail": "a@b.c"})
        public, secret = reader.load_certificate(secret_file)
        assert secret is not None
        assert zmq.curve_public(secret) == public
        assert reader.load_certificate(public_file) == (public, None)
        assert reader.load_certificates(tmp_path) == {public: True}


def test_secret_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    (tmp_path / "anna.key_secret").write_text("old, and open to all")
    (tmp_path / "anna.key_secret").chmod(0o644)
    public_file, secret_file = ours.create_certificates(tmp_path, "anna")
    assert mode(secret_file) == 0o600
    assert mode(public_file) & 0o444 == 0o444
    secret = Path(secret_file).read_text()
    assert "SECRET" in secret
    assert "old" not in secret
    assert "secret-key" not in Path(public_file).read_text()


def test_facts_stand_in_the_secret_certificate(tmp_path: Path) -> None:
    _, secret_file = ours.create_certificates(tmp_path, "anna", {"name": "Anna", "mail": "a@b.c"})
    assert "metadata\n    name = Anna\n    mail = a@b.c\ncurve\n" in Path(secret_file).read_text()
    with pytest.raises(ValueError, match="one line"):
        ours.create_certificates(tmp_path, "eve", {"name": 'x\n    secret-key = "mine"'})


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('curve\n    public-key = "abc"\n', (b"abc", None)),
        ("public-key=abc\nsecret-key = 'def'", (b"abc", b"def")),
        ('# public-key = "no"\n  public-key   =   "a=b"  \n', (b"a=b", None)),
    ],
)
def test_files_written_by_hand(tmp_path: Path, text: str, keys: tuple[bytes, bytes | None]) -> None:
    path = tmp_path / "by-hand.key"
    path.write_text(text)
    assert ours.load_certificate(path) == keys == theirs.load_certificate(path)


def test_what_is_no_certificate(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        ours.load_certificate(tmp_path / "nowhere")
    with pytest.raises(OSError, match="nowhere"):
        ours.load_certificates(tmp_path / "nowhere")
    empty = tmp_path / "empty.key"
    empty.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="No public key"):
        ours.load_certificate(empty)


def test_a_directory_without_certificates(tmp_path: Path) -> None:
    assert ours.load_certificates(tmp_path) == {}
