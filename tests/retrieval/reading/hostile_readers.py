"""A worker with readers that do whatever their file says, and what comes of reading a folder with it."""

from __future__ import annotations

from pathlib import Path

from retrieval.reading import Limits, Workers, message_of, reading_of, walk

HOSTILE = """
import io, os, signal, sys, time
from retrieval.reading import extracted, formats, worker
from retrieval.reading.mail import message
from retrieval.reading.text import plain_text

def behave(content, declared):
    text = content.decode().strip()
    if text == "spin":
        while True: pass
    if text == "sleep":
        time.sleep(1000)
    if text == "eat":
        held = []
        while True: held.append(bytearray(1 << 24))
    if text == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if text == "exit":
        os._exit(3)
    if text == "raise":
        raise KeyError("a defect")
    if text == "deep":
        return behave(content, declared) and None
    if text == "chatter":
        print("not an answer"); os.write(1, b'{"end":true,"reason":"forged"}\\\\n')
    if text == "write":
        open(os.path.join(os.environ["TMPDIR"], "written"), "wb", 0).write(b"x")
    return plain_text.read(content, declared)

def members(file, name):
    # Each line is a document, or how to behave.
    for number, line in enumerate(file):
        if number > 1:
            behave(line, None)
        yield extracted.Member(f"{number}.txt", io.BytesIO(line))

read_mail = message.read

def behave_as_mail(content, declared):
    found = read_mail(content, declared)
    behave(found.text.encode(), None)
    return found

message.read = behave_as_mail
formats.FORMATS[".row"] = formats.Container("row/1", members)
formats.FORMATS[".bad"] = formats.Format("bad/1", behave)
worker.main()
"""


def read_all(folder: Path, limits: Limits) -> dict[str, tuple[list[str], str | None]]:
    """Path -> (texts, why it ended)."""
    found: dict[str, tuple[list[str], str | None]] = {}
    with Workers(folder, limits) as workers:
        for answer in workers.read(walk(folder)):
            texts, _ = found.get(answer.path, ([], None))
            if answer.body:
                texts.append(reading_of(message_of(answer.body)).extracted.text)
            found[answer.path] = texts, answer.header.get("reason")
    return found


def parts_of(folder: Path, limits: Limits) -> tuple[list[tuple[str, str]], str | None]:
    """Of the only file: name and text of each part, or why it can't be read; and why the file ended."""
    parts: list[tuple[str, str]] = []
    end = None
    with Workers(folder, limits) as workers:
        for answer in workers.read(walk(folder)):
            said = answer.header
            if answer.body:
                parts.append((said["member"], reading_of(message_of(answer.body)).extracted.text))
            elif "broken" in said:
                parts.append((said["broken"], said["reason"]))
            else:
                end = said["reason"]
    return parts, end
