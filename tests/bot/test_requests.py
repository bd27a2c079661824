"""The grammar of chat and console: what is a lookup, and what stays a question."""

from __future__ import annotations

import pytest

from bot.requests import Ask, Help, Request, Search, Show, parse_request

CODE = "K7Q2M9XA4B"


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        ("search old bridge", Search("old bridge")),
        ("search old bridge page:2", Search("old bridge", 2)),
        ('search: "page:2" bridge', Search('"page:2" bridge')),
        ("search page:2", Search("page:2")),
        ("search http://x.example/page:2", Search("http://x.example/page:2")),
        (f"show {CODE}", Show(CODE)),
        (f"show {CODE.lower()}.2-4", Show(f"{CODE.lower()}.2-4")),
        (f"show {CODE}.4-2", Show(f"{CODE}.4-2")),
        (f"show {CODE} around:2", Show(CODE, 2)),
        (f"show {CODE}.2 AROUND:9", Show(f"{CODE}.2", 3)),
        (f"see [[{CODE}]] around:1", Show(CODE, 1)),
        (f"[[{CODE}]]", Show(CODE)),
        ("Show me the ships", Ask("Show me the ships")),
        ("Show me the ships around:2", Ask("Show me the ships around:2")),
        (f"show {CODE}A", Ask(f"show {CODE}A")),
        (f"show {CODE} and more", Ask(f"show {CODE} and more")),
        ("show", Help()),
        ("", Help()),
    ],
)
def test_a_line_of_text_asks_for(words: str, request_: Request) -> None:
    assert parse_request(words) == request_
