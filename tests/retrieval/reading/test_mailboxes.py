"""Mailboxes: where a message begins, what it is called, and what the mailbox put before its lines."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken
from retrieval.reading.mail import mailboxes
from retrieval.records import Landmark, LandmarkKind
from tests.retrieval.reading.made_archives import FERRY, MAILBOX


def members(content: str | bytes):
    held = content.encode() if isinstance(content, str) else content
    return [read(each) for each in mailboxes.members(io.BytesIO(held), "a.mbox")]


def read(each):
    """As a message is only read where it is asked for."""
    if isinstance(each, Broken):
        return each
    try:
        return replace(each, content=each.content())
    except UnreadableFile as error:
        return Broken(each.name, str(error))


def message(body: str, header: str = "Subject: x") -> str:
    return f"From ada Tue May 31 23:30:00 2022\n{header}\n\n{body}\n"


def test_messages_have_their_number_and_are_named_by_their_id():
    first, second = members(MAILBOX)
    assert (first.name, second.name) == ("one@ostrell.example", "one@ostrell.example")
    assert first.content.structure.landmarks == (Landmark(0, LandmarkKind.MESSAGE, 1),)
    assert second.content.structure.landmarks == (Landmark(0, LandmarkKind.MESSAGE, 2),)
    assert first.content.text.strip() == second.content.text.strip() == FERRY


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_message_without_a_good_id_is_named_by_its_number(ends):
    heads = ("Subject: x", "Message-ID: <../../etc/passwd>", "Message-Id:\n <folded@ostrell.example>", "Message-ID: <>")
    found = members("\n".join(message("Words.", head) for head in heads).replace("\n", ends))
    assert [member.name for member in found] == ["1", "2", "folded@ostrell.example", "4"]
    assert all(member.content.text.strip() == "Words." for member in found)


def test_an_id_in_the_body_names_nothing():
    assert [member.name for member in members(message("Message-ID: <body@x>"))] == ["1"]


def test_a_message_begins_below_a_blank_line_where_a_header_follows():
    text = "Dear all,\nFrom here on it rained.\n\nFrom noon it did not.\nAnd then it did."
    first, second = members(message(text) + "\n" + message("Second."))
    assert first.content.text == f"{text}\n\n"
    assert first.content.notes == ("a line that begins with “From ” is read as text, not as another message",)
    assert second.content.text == "Second.\n"


def test_what_the_mailbox_put_before_a_line_is_taken_off_and_told():
    (only,) = members(message("Dear all,\n>From here on it rained.\n>>From quoted\n> From Bo"))
    assert only.content.text == "Dear all,\nFrom here on it rained.\n>From quoted\n> From Bo\n"
    told = "each of 2 lines that begin with “>From ” lost its first “>”, which the mailbox had put there"
    assert only.content.notes == (told,)


def test_a_message_that_can_not_be_read_does_not_stop_the_rest():
    found = members(message("First.") + "\n" + message("") + "\n" + message("Third."))
    assert isinstance(found[1], Broken)
    assert (found[1].name, found[1].reason) == ("2", "message 2: has no body of text")
    assert [member.name for member in found if not isinstance(member, Broken)] == ["1", "3"]


def test_a_message_too_large_is_passed_over_without_being_held(monkeypatch):
    monkeypatch.setattr(mailboxes, "MOST_MESSAGE", 1000)
    found = members(message("long " * 1000) + "\n" + message("Second."))
    assert isinstance(found[0], Broken)
    assert found[0].reason.startswith("larger than")
    assert found[1].content.text == "Second.\n"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"Subject: x\n\nA message alone.\n", b"\0\xff" * 100])
def test_what_is_no_mailbox_is_told_in_a_line(content):
    with pytest.raises(UnreadableFile, match=r"as a mailbox does|holds no messages"):
        members(content)
