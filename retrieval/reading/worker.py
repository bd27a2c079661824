"""The process that reads files: whatever a file does to its reader, it does it here, under limits, and alone.

    python -m retrieval.reading.worker SECONDS MEGABYTES

Takes a request a line on standard input (`wire.py`) and answers each with a line for every document, then one that ends
the file. A line before what may be the end of this process says which part of the file it is at. It writes to no file,
and the limits are the kernel's (setrlimit(2)): processor seconds for each document, and megabytes of memory beyond what
the bare process has.
"""

from __future__ import annotations

import os
import resource
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken, Reading, failed
from retrieval.reading.files import read_file
from retrieval.reading.members import At
from retrieval.reading.sizes import MIB
from retrieval.reading.wire import Json, again_json, at_json, header_json, line_of, message_of, reading_json, request_of
from retrieval.spans import Span

IDLE = 60
"""Seconds without a file after which it ends itself."""


def main() -> None:
    seconds, megabytes = int(sys.argv[1]), int(sys.argv[2])
    # A reader's library that prints must not print among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit_memory(megabytes)

    def say(line: bytes) -> None:
        """At once: what is read next may be the end of this process, and must not take this along."""
        answers.write(line)
        answers.flush()
        _renew(seconds)

    while select.select([sys.stdin], [], [], IDLE)[0] and (line := sys.stdin.buffer.readline()):
        request = message_of(line)
        answering = (_places if "places" in request else _documents)(request, lambda at: say(line_of(at_json(at))))
        try:
            _renew(seconds)
            for answer in answering:
                say(answer)
        except MemoryError:
            del answering
            say(line_of({"last": True, "reason": f"takes more than {megabytes} MiB to read"}))
            return  # what it holds on to is not worth finding out


def _documents(request: Json, tell: Callable[[At], None]) -> Iterator[bytes]:
    folder, file, course = request_of(request, tell)
    try:
        for found in read_file(Path(folder), file, course):
            yield line_of(header_json(found), reading_json(found) if isinstance(found, Reading) else None)
    except UnreadableFile as error:
        yield _end(str(error))
    except MemoryError:
        raise
    except Exception as error:  # a defect of the reader's: one file never stops the rest
        yield _failed(error)
    else:
        yield _end(None)


def _places(request: Json, tell: Callable[[At], None]) -> Iterator[bytes]:
    """One document of a file, as it is now, and where in the file's bytes some of its slices stand."""
    folder, file, course = request_of(request, tell)
    reason = f"no longer holds “{course.only}”" if course.only else "holds no text"
    try:
        for found in read_file(Path(folder), file, course):
            if isinstance(found, Reading) and found.member == course.only:
                places = found.extracted.in_bytes([Span(*pair) for pair in request["places"]])
                yield line_of(header_json(found), again_json(found, places))
                yield _end(None)
                return
            if isinstance(found, Broken) and found.name == course.only:
                reason = found.reason
    except UnreadableFile as error:
        yield _end(str(error))
    except MemoryError:
        raise
    except Exception as error:
        yield _failed(error)
    else:
        yield _end(reason)


def _failed(error: Exception) -> bytes:
    told = failed("", error)
    return line_of({"end": True, "reason": told.reason, "trace": told.trace})


def _end(reason: str | None) -> bytes:
    return line_of({"end": True, "reason": reason})


def _renew(seconds: int) -> None:
    """From now on so many seconds of processor time. Beyond them the kernel ends the process with SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, resource.RLIM_INFINITY))


def _limit_memory(megabytes: int) -> None:
    """RLIMIT_DATA counts what a process writes to, so libraries and mapped files cost nothing."""
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * MIB, megabytes * MIB))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
