"""The checker can say no: controls for what every other test here relies on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord.openapi import DiscordApi, limit_faults
from tests.discord.simcord.conftest import OPENAPI


@pytest.fixture
def api(discord_api: DiscordApi | None) -> DiscordApi:
    if discord_api is None:
        pytest.skip(f"{OPENAPI} is not there: no request was held against Discord's own description")
    return discord_api


def text(words: str) -> dict[str, Any]:
    return {"type": 10, "content": words}


def message(*components: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"components": list(components), "flags": 32768, "allowed_mentions": {"parse": []}, **others}


GOOD = [
    ("POST", "/channels/1/messages", message(text("hello"))),
    ("POST", "/channels/1/messages", message(text("hello"), message_reference={"message_id": 5, "channel_id": 6})),
    ("PATCH", "/webhooks/1/token/messages/@original", message({"type": 17, "components": [text("hello")]})),
    ("POST", "/interactions/1/token/callback", {"type": 5, "data": {"flags": 64}}),
    ("PUT", "/applications/1/commands", [{"name": "ask", "description": "Ask", "type": 1}]),
    ("POST", "/channels/1/typing", None),
    ("DELETE", "/webhooks/1/token/messages/@original", None),
    ("PATCH", "/webhooks/1/token/messages/2", message(text("x"), attachments=[{"id": 0, "filename": "a.txt"}])),
]
BAD = [
    ("POST", "/channels/1/massages", message(text("hello")), "no such operation"),
    ("PATCH", "/channels/1/typing", None, "no such operation"),
    ("POST", "/channels/1/typing", {"now": True}, "takes no body"),
    ("POST", "/channels/1/messages", None, "a body is required"),
    ("POST", "/channels/1/messages", message(text("hello"), allowed_mentions={"parse": ["all"]}), "allowed_mentions"),
    ("POST", "/channels/1/messages", message({"type": 99}), "components"),
    ("POST", "/channels/1/messages", message(text("")), "components"),
    ("POST", "/channels/1/messages", message(*[text("x")] * 41), "components"),
    ("POST", "/channels/1/messages", {"content": 7}, "content"),
    ("POST", "/interactions/1/token/callback", {"type": 77}, "$"),
    ("PUT", "/applications/1/commands", [{"name": "ask", "description": "x" * 101}], "description"),
    ("PUT", "/applications/1/commands", [{"description": "no name"}], "name"),
]


@pytest.mark.parametrize(("method", "path", "body"), GOOD)
def test_what_discord_takes_has_no_fault(api: DiscordApi, method: str, path: str, body: Any) -> None:
    assert api.faults(method, path, body) == []


@pytest.mark.parametrize(("method", "path", "body", "said"), BAD)
def test_what_discord_refuses_has_one(api: DiscordApi, method: str, path: str, body: Any, said: str) -> None:
    (fault, *_) = api.faults(method, path, body)
    assert said in fault


def test_an_unknown_parameter_is_a_fault(api: DiscordApi) -> None:
    path = "/webhooks/1/token"
    assert api.faults("POST", path, message(text("x")), {"wait": "true", "with_components": True}) == []
    assert api.faults("POST", path, message(text("x")), {"silent": True})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (message({"type": 17, "components": [text("x" * 2500), text("y" * 1501)]}), "4001 characters"),
        (message(text("\U0001f469" * 2001)), "4002 characters"),
        (message(*({"type": 17, "components": [text("x")] * 9} for _ in range(5))), "50 components"),
        ({"content": "x" * 2001}, "longer than 2000"),
        (message(text("x"), attachments=[{"id": n} for n in range(11)]), "more than 10 files"),
        ({"type": 4, "data": message(text("x" * 4001))}, "4001 characters"),
    ],
)
def test_the_limits_that_the_file_does_not_know(body: dict[str, Any], said: str) -> None:
    (fault,) = limit_faults(body)
    assert said in fault


def test_text_and_components_at_the_limits_are_no_fault() -> None:
    assert list(limit_faults(message(text("x" * 4000)))) == []
    assert list(limit_faults(message(*[text("x")] * 40))) == []
