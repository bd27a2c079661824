"""Files that hang, explode or kill their reader: each is reported, in its own words, and the rest goes on."""

from __future__ import annotations

import os

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading import Limits, Workers, walk
from retrieval.reading.folder import FileStamp, stamp_of
from retrieval.reading.processes import given_back, started
from retrieval.reading.workers import ask_again
from retrieval.spans import Span
from tests.retrieval.reading.hostile_readers import read_all


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("spin", "takes more than 1 seconds to read"),
        ("sleep", "takes more than 1 seconds to read"),
        ("eat", "takes more than 200 MiB to read"),
        ("die", "its reader crashed (SIGSEGV)"),
        ("exit", "its reader crashed (status 3)"),
        ("raise", "its reader failed (KeyError)"),
        ("deep", "its reader failed (RecursionError)"),
        ("write", "its reader failed (OSError)"),
        ("chatter", None),
    ],
)
def test_whatever_a_file_does_to_its_reader_the_others_are_read(folder, put, hostile, behaviour, reason):
    for number in range(4):
        put(f"{number}.txt", f"Page {number}")
    put("1.bad", behaviour)
    found = read_all(folder, Limits(1, 200, 2))
    assert found.pop("1.bad")[1] == reason
    assert found == {f"{number}.txt": ([f"Page {number}"], None) for number in range(4)}


def test_files_that_hang_end_one_after_another(folder, put, hostile):
    for number in range(4):
        put(f"{number}.bad", "sleep")
    found = read_all(folder, Limits(1, 200, 4))
    assert {reason for _, reason in found.values()} == {"takes more than 1 seconds to read"}


def test_a_worker_knows_no_setting_and_no_token(folder, put, monkeypatch):
    monkeypatch.setenv("ARCHIVIST_DISCORD_TOKEN", "a secret")
    program = """
import os
from retrieval.reading import formats, worker
from retrieval.reading.text import plain_text
def tell(content, declared):
    return plain_text.read(repr([name for name in os.environ if "ARCHIVIST" in name]).encode(), None)
formats.FORMATS[".env"] = formats.Format("env/1", tell)
worker.main()
"""
    monkeypatch.setattr("retrieval.reading.processes.PROGRAM", ("-c", program))
    put("a.env", "x")
    assert read_all(folder, Limits())["a.env"] == (["[]"], None)


def test_texts_come_through_as_they_are(folder, put):
    texts = {
        "surrogate.txt": "\ufeff\u202eabc\u2066 \x0b\x0c\u2028\u2029 \u200b e\u0301 שלום 漢字 \U0001f600\r\n\r\nb",
        "tabs.txt": 'a\tb "quoted" \\n \\u0041\n\nsecond',
        "long.txt": "x" * 3_000_000,
    }
    for name, text in texts.items():
        put(name, text.encode())
    found = read_all(folder, Limits())
    texts["surrogate.txt"] = texts["surrogate.txt"].removeprefix("\ufeff")  # the mark is none of the text
    assert found == {name: ([text], None) for name, text in texts.items()}


def test_a_pipe_a_socket_a_device_and_links_are_no_files_to_be_read(folder, put, tmp_path):
    put("a.txt", "Page")
    (tmp_path / "outside.txt").write_text("outside")
    os.mkfifo(folder / "pipe.txt")
    (folder / "out.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "broken.txt").symlink_to("nowhere")
    asked = [FileStamp(name, "") for name in ("pipe.txt", "out.txt", "broken.txt", "none.txt", "../outside.txt")]
    with Workers(folder, Limits()) as workers:
        reasons = {answer.path: answer.header["reason"] for answer in workers.read(asked)}
    assert reasons["pipe.txt"] == "not a regular file"
    assert reasons["out.txt"] == reasons["broken.txt"] == "a link, and links are not followed"
    assert "No such file" in reasons["none.txt"]
    assert reasons["../outside.txt"] == "its path leads out of the archive folder"


def test_one_document_is_read_again_with_its_places_in_bytes(folder, put):
    put("a.txt", "Grüße\n\nvom Hafen".encode())
    said = ask_again(folder, stamp_of(folder, "a.txt"), None, [Span(0, 5), Span(11, 16)], Limits())
    assert said["bytes"] == {"encoding": "utf-8", "mark": 0, "pieces": [[0, 7], [13, 18]], "marked_up": False}
    with pytest.raises(UnreadableFile, match="no longer holds “b”"):
        ask_again(folder, stamp_of(folder, "a.txt"), "b", [], Limits())


def test_a_reading_that_is_given_up_leaves_no_process_at_its_file(folder, put, hostile):
    put("a.txt", "Page")
    put("b.bad", "sleep")
    with Workers(folder, Limits(1000, 200, 2)) as workers:
        next(workers.read(walk(folder)))
        [busy] = [worker._process.pid for worker in workers._held if worker.file.path == "b.bad"]
    with pytest.raises(ProcessLookupError):
        os.kill(busy, 0)


def test_a_file_of_many_documents_has_a_limit_of_its_own(folder, put, monkeypatch):
    monkeypatch.setattr("retrieval.reading.workers.PATIENCE_WITH_A_FILE", 2)
    program = """
import io, time
from retrieval.reading import extracted, formats, worker
def members(file, name):
    for number in range(1000):
        time.sleep(0.1)
        yield extracted.Member(f"{number}.txt", io.BytesIO(b"Page"))
formats.FORMATS[".slow"] = formats.Container("slow/1", members)
worker.main()
"""
    monkeypatch.setattr("retrieval.reading.processes.PROGRAM", ("-c", program))
    put("a.slow", "x")
    texts, reason = read_all(folder, Limits(1))["a.slow"]
    assert reason == "takes more than 2 seconds to read"
    assert set(texts) == {"Page"}


def test_a_process_is_used_again_and_one_that_is_gone_is_replaced(folder, put):
    put("a.txt", "Page")
    limits = Limits(61, 256, 1)
    assert read_all(folder, limits) == {"a.txt": (["Page"], None)}
    first = started(limits)
    given_back(first, limits)
    again = started(limits)
    assert again is first and again.poll() is None
    given_back(again, limits)
    again.kill()
    again.wait()
    assert read_all(folder, limits) == {"a.txt": (["Page"], None)}


def test_a_process_that_went_just_as_it_was_asked_is_not_the_files_fault(folder, put, monkeypatch):
    """As one does that has waited for a minute: it ends well, and without a word."""
    put("a.txt", "Page")
    marker = folder.parent / "gone"
    program = f"""
import os, sys
if not os.path.exists({str(marker)!r}):
    open({str(marker)!r}, "w").close()
    sys.stdin.readline()
    sys.exit(0)
from retrieval.reading import worker
worker.main()
"""
    monkeypatch.setattr("retrieval.reading.processes.PROGRAM", ("-c", program))
    assert read_all(folder, Limits(processes=1)) == {"a.txt": (["Page"], None)}
    assert marker.exists()
