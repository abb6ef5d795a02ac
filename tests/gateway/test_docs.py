"""What docs/gateway.md and the help text tell people to type does what they say."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from google.protobuf import json_format

from gateway.cli import _SERVE_EPILOG
from gateway.errors import _STATUS
from gateway.settings import Settings
from gateway.v1 import gateway_pb2 as pb
from tests.gateway.client import running_gateway

PAGE = Path(__file__).parents[2] / "docs" / "gateway.md"
GRPCURL = re.compile(
    r"grpcurl -plaintext -d '(.*?)' *\\?\s+\S+ babelmq\.v1\.SocketService/(\w+)", re.S
)


def calls(text: str) -> list[tuple[str, str]]:
    """Method and JSON of every grpcurl line."""
    return [(found[2], found[1]) for found in GRPCURL.finditer(text)]


def request(method: str, text: str) -> object:
    return json_format.Parse(text, getattr(pb, f"{method}Request")())


async def test_the_pipeline_in_the_docs_runs() -> None:
    answers = {}
    async with running_gateway() as world:
        for method, text in calls(PAGE.read_text()):
            if method != "Request":
                answers[method] = await world.send_request(method, request(method, text))
    assert list(answers) == ["CreateSocket", "Send", "Receive", "Control", "CloseSocket"]
    assert answers["Send"].accepted == 1
    assert answers["Receive"].messages[0].text_frames == ["Hello", "world"]
    assert answers["Control"].results[0].option.int_value == 1000


@pytest.mark.parametrize("text", [PAGE.read_text(), _SERVE_EPILOG], ids=["docs", "help"])
def test_the_request_example_is_a_request(text: str) -> None:
    [found] = [json for method, json in calls(text) if method == "Request"]
    parsed = request("Request", found)
    assert isinstance(parsed, pb.RequestRequest)
    assert parsed.endpoint == "tcp://localhost:5555"


def test_every_error_name_and_its_status_are_documented() -> None:
    page = PAGE.read_text()
    rows = re.findall(r"^\| ([A-Z, ]+) \| ([A-Z_]+) \|", page, re.M)
    documented = {name: status for names, status in rows for name in names.split(", ")}
    assert documented == {name: status.name for name, status in _STATUS.items()}


def test_the_defaults_in_the_docs_are_the_defaults() -> None:
    page, default = PAGE.read_text(), Settings()
    for line in (
        f"| largest message | {default.max_message_bytes >> 20} MiB |",
        f"| sockets of all clients | {default.max_sockets} |",
        f"| the end of LINGER -1 | {default.max_linger:g} s |",
        f"| grace after SIGTERM | {default.grace:g} s |",
        f"| named socket without a call | {default.idle_timeout / 60:g} min |",
        f"| batch | {default.max_batch_messages} messages, {default.max_batch_bytes >> 10} KiB |",
        f"at most {default.window_messages} messages; {default.window_bytes >> 20} MiB |",
        f"| first frame of a stream | within {default.open_timeout:g} s |",
        f"| acknowledgement without company | after {default.ack_delay * 1000:g} ms |",
    ):
        assert line in page, line
    assert len(fields(Settings)) == 11, "a new setting belongs into docs/gateway.md"
