"""Endpoints as users write them: `scheme://address`, and the error that says what is wrong."""

from __future__ import annotations

from errno import EINVAL

from core.errors import ZMQError

# RFC 3986 section 3.1: a letter, then letters, digits and these.
_MARKS = str.maketrans("", "", "+.-")
_EXAMPLE = "tcp://127.0.0.1:5555"


class EndpointError(ZMQError):
    """An endpoint cannot be understood.

    :param endpoint: the whole endpoint as given
    :param problem: which part is wrong, and why
    :param example: an endpoint that would be right
    :param errno: EINVAL, or ENAMETOOLONG
    """

    def __init__(self, endpoint: str, problem: str, example: str, errno: int = EINVAL) -> None:
        super().__init__(errno, f"Invalid endpoint {endpoint!r}: {problem} (example: {example})")
        self.endpoint = endpoint
        self.problem = problem


def split_endpoint(endpoint: str) -> tuple[str, str]:
    """Split ``scheme://address`` into its two parts.

    :param endpoint: as a program gave it
    :returns: (scheme, address); the address is the transport's business, also when it is empty
    :raises EndpointError: EINVAL, there is no scheme
    """
    scheme, mark, address = endpoint.partition("://")
    if not mark:
        problem = "the scheme with '://', which names the transport, is missing"
        raise EndpointError(endpoint, problem, _EXAMPLE)
    if not _is_scheme(scheme):
        problem = f"the scheme {scheme!r} before '://' is not a name"
        raise EndpointError(endpoint, problem, _EXAMPLE)
    return scheme, address


def _is_scheme(text: str) -> bool:
    return text.isascii() and text[:1].isalpha() and text.translate(_MARKS).isalnum()


__all__ = ["EndpointError", "split_endpoint"]
