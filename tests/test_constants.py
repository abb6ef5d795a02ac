"""The constants carry pyzmq's names and libzmq's numbers, one by one."""

import enum
from typing import Any

import pytest

from core import constants, enums

theirs = pytest.importorskip("zmq.constants")

# Names that zmq.constants exports besides its constants: what it imported for its own use.
NOT_CONSTANTS = {"Enum", "IntEnum", "IntFlag"}
NAMES = sorted(set(theirs.__all__) - NOT_CONSTANTS)
CLASSES = [name for name in NAMES if isinstance(getattr(theirs, name), type)]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in CLASSES])
def test_plain_name_has_their_number_and_class(name: str) -> None:
    own, reference = getattr(constants, name), getattr(theirs, name)
    assert int(own) == int(reference)
    assert type(own).__name__ == type(reference).__name__
    assert own.name == reference.name


@pytest.mark.parametrize("name", CLASSES)
def test_enumeration_has_their_members(name: str) -> None:
    own: Any = getattr(constants, name)
    reference: Any = getattr(theirs, name)
    assert own is getattr(enums, name)
    assert own.__members__.keys() == reference.__members__.keys()
    assert {k: int(v) for k, v in own.__members__.items()} == {
        k: int(v) for k, v in reference.__members__.items()
    }
    assert issubclass(own, enum.IntFlag) == issubclass(reference, enum.IntFlag)


def test_star_import_brings_every_name_and_nothing_else() -> None:
    public = {name for name in vars(constants) if not name.startswith("_")}
    assert public == set(NAMES)


def test_libzmq_errors_lie_above_the_system_ones() -> None:
    own = {constants.EFSM, constants.ENOCOMPATPROTO, constants.ETERM, constants.EMTHREAD}
    assert sorted(own) == [156384712 + n for n in (51, 52, 53, 54)]


def test_flags_combine() -> None:
    assert constants.DONTWAIT | constants.SNDMORE == 3
    assert constants.Flag["NOBLOCK"] is constants.DONTWAIT
    assert str(constants.PUSH) == "8"
