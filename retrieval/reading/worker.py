"""The process that reads files: whatever a file does to its reader, it does it here, under limits, and alone.

    python -m retrieval.reading.worker SECONDS MEGABYTES

Takes a request a line on standard input (`wire.py`) and answers each with a line for every document, then one that ends
the file. It writes to no file, and the limits are the kernel's (setrlimit(2)): processor seconds for each document, and
megabytes of memory beyond what the bare process has.
"""

from __future__ import annotations

import os
import resource
import select
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from retrieval.errors import UnreadableFile
from retrieval.reading.extracted import Broken
from retrieval.reading.files import Reading, read_file
from retrieval.reading.wire import Json, again_json, header_json, line_of, message_of, reading_json, request_of
from retrieval.spans import Span

MIB = 1024 * 1024
IDLE = 60
"""Seconds without a file after which it ends itself."""
MOST_TRACE = 10_000
"""Characters of a traceback, which goes to the log of the process that asked."""


def main() -> None:
    seconds, megabytes = int(sys.argv[1]), int(sys.argv[2])
    # A reader's library that prints must not print among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit_memory(megabytes)
    while select.select([sys.stdin], [], [], IDLE)[0] and (line := sys.stdin.buffer.readline()):
        request = message_of(line)
        answering = _places(request, seconds) if "places" in request else _documents(request)
        try:
            _renew(seconds)
            for answer in answering:
                answers.write(answer)
                answers.flush()  # the next document may be the end of this process, and must not take this one along
                _renew(seconds)
        except MemoryError:
            del answering
            answers.write(line_of({"end": True, "reason": f"takes more than {megabytes} MiB to read", "last": True}))
            answers.flush()
            return  # what it holds on to is not worth finding out
        answers.flush()


def _documents(request: Json) -> Iterator[bytes]:
    folder, file = request_of(request)
    count = 0
    broken: list[Broken] = []
    try:
        for found in read_file(Path(folder), file):
            if isinstance(found, Broken):
                broken.append(found)
                yield line_of(header_json(found))
                continue
            count += 1
            yield line_of(header_json(found), reading_json(found))
    except UnreadableFile as error:
        yield _end(str(error))
    except MemoryError:
        raise
    except Exception as error:  # a defect of the reader's: one file never stops the rest
        yield _failed(error)
    else:
        nothing = f"none of its {len(broken)} parts can be read; the first: {broken[0].reason}" if broken else "empty"
        yield _end(None if count else nothing)


def _places(request: Json, seconds: int) -> Iterator[bytes]:
    """One document of a file, as it is now, and where in the file's bytes some of its slices stand. Those before it in
    the file have their own seconds each.
    """
    folder, file = request_of(request)
    wanted = request["member"]
    try:
        for found in read_file(Path(folder), file):
            _renew(seconds)
            if isinstance(found, Reading) and found.member == wanted:
                places = found.extracted.in_bytes([Span(*pair) for pair in request["places"]])
                yield line_of(header_json(found), again_json(found, places))
                yield _end(None)
                return
    except UnreadableFile as error:
        yield _end(str(error))
    except MemoryError:
        raise
    except Exception as error:
        yield _failed(error)
    else:
        yield _end(f"no longer holds “{wanted}”" if wanted else "holds no text")


def _failed(error: Exception) -> bytes:
    trace = "".join(traceback.format_exception(error))
    return line_of({"end": True, "reason": f"its reader failed ({type(error).__name__})", "trace": trace[-MOST_TRACE:]})


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
