"""Parts of a container that hang, eat or kill their reader: each is told by its name, and the rest of it is read."""

from __future__ import annotations

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading import Limits
from retrieval.reading.folder import stamp_of
from retrieval.reading.workers import ask_again
from tests.retrieval.reading.hostile_readers import parts_of
from tests.retrieval.reading.made_archives import taped, zipped

LIMITS = Limits(1, 200, 1)
ENDS = {
    "spin": "takes more than 1 seconds to read",
    "sleep": "takes more than 1 seconds to read",
    "eat": "takes more than 200 MiB to read",
    "die": "its reader crashed (SIGSEGV)",
    "exit": "its reader crashed (status 3)",
    "raise": "its reader failed (KeyError)",
    "deep": "its reader failed (RecursionError)",
}


def archive(*behaviours: str) -> bytes:
    """With one part for each, at the top and in a zip inside."""
    one, other = behaviours
    inner = {"i.txt": "Inner one", "i.bad": other, "j.txt": "Inner two", "k.jsonl": '{"text": "A line"}\n'}
    return zipped({
        "a.txt": "One", "b.bad": one, "c.txt": "Two", "d.zip": zipped(inner), "e.txt": "Three",
        "f.tgz": taped({"i.bad": other, "j.txt": "Four"}, "w:gz"), "g/e.txt": "Five",
    })  # fmt: skip


@pytest.mark.parametrize("behaviour", ENDS)
def test_the_parts_behind_one_that_ends_its_reader_are_read(put, folder, hostile, behaviour):
    put("a.zip", zipped({"a.txt": "One", "b.bad": behaviour, "c.txt": "Two"}))
    assert parts_of(folder, LIMITS) == ([("a.txt", "One"), ("b.bad", ENDS[behaviour]), ("c.txt", "Two")], None)


def test_several_such_parts_leave_the_others_their_order_and_their_names(put, folder, hostile):
    path = put("a.zip", archive("harmless", "harmless"))
    as_it_is, _ = parts_of(folder, LIMITS)
    assert len(as_it_is) == 11
    path.write_bytes(archive("spin", "eat"))
    found, end = parts_of(folder, LIMITS)
    assert end is None
    assert [name for name, _ in found] == [name for name, _ in as_it_is]
    ended = {"b.bad": ENDS["spin"], "d.zip/i.bad": ENDS["eat"], "f.tgz/i.bad": ENDS["eat"]}
    assert dict(found) == {**dict(as_it_is), **ended}


def test_names_that_several_parts_have_are_told_apart_as_without_a_bad_one(put, folder, hostile):
    def rows(behaviour: str) -> dict[str, bytes | str]:
        lines = "".join(f'{{"_id": "same", "text": "{number}"}}\n' for number in range(1200))
        return {"a.jsonl": lines, "b.bad": behaviour, "c.jsonl": lines}

    path = put("a.zip", zipped(rows("harmless")))
    as_it_is, _ = parts_of(folder, LIMITS)
    path.write_bytes(zipped(rows("die")))
    found, end = parts_of(folder, LIMITS)
    assert end is None
    assert found == [("b.bad", ENDS["die"]) if name == "b.bad" else (name, text) for name, text in as_it_is]
    assert len(dict(found)) == 2401


@pytest.mark.parametrize("behaviour", ["spin", "eat", "die"])
def test_a_message_that_ends_its_reader_is_told_and_the_mailbox_goes_on(put, folder, hostile, behaviour):
    heads = [
        f"From ada Tue May 31 23:30:00 2022\nSubject: x\nMessage-ID: <{number}@ostrell>\n\n" for number in range(3)
    ]
    put("a.mbox", "\n".join(f"{head}{body}\n" for head, body in zip(heads, ["One", behaviour, "Three"], strict=True)))
    found, end = parts_of(folder, LIMITS)
    assert end is None
    assert found == [("0@ostrell", "One\n\n"), ("1@ostrell", ENDS[behaviour]), ("2@ostrell", "Three\n")]


@pytest.mark.parametrize("behaviour", ["sleep", "die", "raise"])
def test_a_container_that_ends_its_reader_keeps_what_it_gave_and_the_rest_goes_on(put, folder, hostile, behaviour):
    put("a.zip", zipped({"a.row": f"One\nTwo\n{behaviour}\nFour", "b.txt": "Five"}))
    found, end = parts_of(folder, LIMITS)
    assert end is None
    assert found[:2] == [("a.row/0.txt", "One\n"), ("a.row/1.txt", "Two\n")]
    assert found[2][0] == "a.row"
    assert found[2][1].startswith(ENDS[behaviour])
    assert found[3:] == [("b.txt", "Five")]


def test_a_file_that_ends_its_reader_where_none_of_its_parts_does_keeps_what_it_gave(put, folder, hostile):
    put("a.row", "One\nTwo\ndie\nFour")
    assert parts_of(folder, LIMITS) == ([("0.txt", "One\n"), ("1.txt", "Two\n")], ENDS["die"])


def test_a_file_of_nothing_but_such_parts_is_given_up_at_last(put, folder, hostile, monkeypatch):
    monkeypatch.setattr("retrieval.reading.underway.MOST_RESTARTS", 2)
    put("a.zip", zipped({f"{number}.bad": "die" for number in range(9)} | {"z.txt": "Last"}))
    found, end = parts_of(folder, LIMITS)
    assert found == [("0.bad", ENDS["die"]), ("1.bad", ENDS["die"])]
    assert end == f"2.bad: {ENDS['die']}, as 2 parts before it did; the rest of it is left out"


def test_a_file_of_which_no_part_can_be_read_says_so(put, folder, hostile):
    put("a.zip", zipped({"0.bad": "die", "1.bad": "raise"}))
    _, end = parts_of(folder, LIMITS)
    assert end == f"none of its 2 parts can be read; the first: {ENDS['die']}"


def test_a_document_behind_such_a_part_is_read_again_without_it(put, folder, hostile):
    put("a.zip", archive("spin", "die"))
    for member, text in (("c.txt", "Two"), ("d.zip/j.txt", "Inner two"), ("d.zip/k.jsonl/1", "A line")):
        assert ask_again(folder, stamp_of(folder, "a.zip"), member, [], LIMITS)["text"] == text
    with pytest.raises(UnreadableFile, match=r"its reader crashed \(SIGSEGV\)"):
        ask_again(folder, stamp_of(folder, "a.zip"), "f.tgz/i.bad", [], LIMITS)


def test_a_line_that_takes_too_much_memory_does_not_stop_those_behind_it(put, folder):
    large = '{"text": "Large", "more": [' + "{}," * 4_000_000 + "{}]}"
    put("a.jsonl", f'{{"text": "One"}}\n{large}\n{{"text": "Three"}}\n')
    found, end = parts_of(folder, Limits(20, 128, 1))
    assert end is None
    assert found == [("1", "One"), ("line 2", "takes more memory to read than there is"), ("3", "Three")]
