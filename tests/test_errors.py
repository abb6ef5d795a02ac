"""The exceptions: errno, text, subclass by number, and pyzmq's shapes."""

import errno
import pickle

import pytest

from core import constants, errors

SUBCLASSES = [
    (constants.EAGAIN, errors.Again),
    (constants.ETERM, errors.ContextTerminated),
    (errno.EINTR, errors.InterruptedSystemCall),
]


def test_number_gives_generic_class_with_system_text() -> None:
    error = errors.ZMQError(errno.EADDRINUSE)
    assert type(error) is errors.ZMQError
    assert error.errno == errno.EADDRINUSE
    assert error.strerror == str(error) == "Address already in use"
    assert repr(error) == "ZMQError('Address already in use')"


def test_message_replaces_the_standard_text() -> None:
    error = errors.ZMQError(errno.EINVAL, "port is missing")
    assert (error.errno, str(error)) == (errno.EINVAL, "port is missing")


def test_text_can_be_extended_in_place() -> None:
    error = errors.ZMQError(errno.EINVAL)
    error.strerror += " (addr='tcp://x')"
    assert str(error) == "Invalid argument (addr='tcp://x')"


def test_plain_message_has_no_number() -> None:
    error = errors.ZMQError("just text")
    assert (error.errno, str(error)) == (None, "just text")
    assert errors.ZMQError().errno is None


@pytest.mark.parametrize(("number", "subclass"), SUBCLASSES)
def test_factory_picks_the_subclass(number: int, subclass: type[errors.ZMQError]) -> None:
    error = errors.error_from_errno(number, "try later")
    assert type(error) is subclass
    assert error.errno == number
    assert str(error) == f"{errors.strerror(number)}: try later"


@pytest.mark.parametrize(("number", "subclass"), SUBCLASSES)
def test_subclass_knows_its_number(number: int, subclass: type[errors.ZMQError]) -> None:
    assert subclass().errno == number
    assert str(subclass()) == errors.strerror(number)


def test_factory_falls_back_to_the_generic_class() -> None:
    error = errors.error_from_errno(constants.EFSM)
    assert type(error) is errors.ZMQError
    assert "REQ sends, then receives" in str(error)


@pytest.mark.parametrize("name", ["EFSM", "ENOCOMPATPROTO", "ETERM", "EMTHREAD"])
def test_invented_numbers_have_texts(name: str) -> None:
    assert "Unknown error" not in errors.strerror(constants.Errno[name])


@pytest.mark.parametrize("error", [errors.ZMQError(22, "x"), errors.Again(), errors.NotDone()])
def test_errors_survive_pickling(error: Exception) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (type(error), str(error))


def test_interrupted_call_is_both_kinds() -> None:
    assert isinstance(errors.InterruptedSystemCall(), InterruptedError)
    assert isinstance(errors.InterruptedSystemCall(), errors.ZMQError)


def test_family_has_one_base() -> None:
    for kind in (errors.ZMQError, errors.ZMQBindError, errors.NotDone):
        assert issubclass(kind, errors.ZMQBaseError)


def test_version_error_names_both_versions() -> None:
    error = errors.ZMQVersionError("4.9", "teleport")
    assert isinstance(error, NotImplementedError)
    assert str(error) == "teleport needs libzmq 4.9 behaviour, this is 4.3.5"
    assert repr(error) == f"ZMQVersionError({str(error)!r})"
    assert (error.min_version, error.version, error.msg) == ("4.9", "4.3.5", "teleport")
