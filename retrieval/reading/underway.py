"""One file from its first request to its end, through as many processes as that takes.

A part that hangs its reader, eats its memory or kills it takes the process along. It is told as broken, and a fresh
process goes on behind it: what was answered before stays, and is not read again.
"""

from __future__ import annotations

from retrieval.reading.folder import FileStamp
from retrieval.reading.members import Course, Place
from retrieval.reading.wire import Json, request_json

MOST_RESTARTS = 20
"""Of one file: at the usual limit, 20 minutes of hanging. A file with more such parts was made for it."""


class Underway:
    def __init__(self, folder: str, file: FileStamp, more: Json | None = None) -> None:
        """`more` is what is asked beyond reading it, and is one document: there is nothing to go on to."""
        self.path = file.path
        self._folder, self._file, self._more = folder, file, more
        self._begin(())
        self._unpacked = self._documents = self._broken = self._restarts = 0
        self._first: str | None = None

    def _begin(self, after: Place) -> None:
        self._after = after
        self._place: Place = ()
        self._names: list[str] = []
        self._holds = True
        self._is_in_midst = False

    @property
    def request(self) -> Json:
        course = Course(self._after, self._documents + self._broken, self._unpacked)
        return request_json(self._folder, self._file, course) | (self._more or {})

    def heard(self, said: Json) -> Json | None:
        """What is to be passed on of an answer's header; None for what only says where the reading is."""
        if "at" in said:
            place = tuple(said["at"])
            self._is_in_midst = len(place) < len(self._place)  # back from a part to what holds it
            self._place, self._names, self._holds = place, said["names"], said["holds"]
            self._unpacked = said["unpacked"]
            return None
        if "end" in said:
            return said if said["reason"] or self._more else said | {"reason": self._nothing()}
        self._is_in_midst = True
        if not self._holds:  # it is answered for, and its container goes on
            self._place, self._names, self._holds = self._place[:-1], self._names[:-1], True
        if "broken" in said:
            self._count(said["reason"])
        else:
            self._documents += 1
        return said

    def stopped(self, reason: str, *, is_over: bool = False) -> Json:
        """The process is gone: a header that tells the part which did it, or the file's end where that is none of its
        parts, or there were too many, or its time `is_over`.
        """
        name = "/".join(self._names)
        if is_over or self._more or not self._place or self._has_passed():
            return {"end": True, "reason": reason}
        if self._restarts == MOST_RESTARTS:
            told = f"{name}: {reason}, as {MOST_RESTARTS} parts before it did; the rest of it is left out"
            return {"end": True, "reason": told}
        told = f"{reason}; the rest of it is left out" if self._is_in_midst else reason
        self._restarts += 1
        self._count(told)
        self._begin(self._place)
        return {"broken": name, "reason": told}

    def _has_passed(self) -> bool:
        """It went wrong on its way to where it was to go on."""
        return Course(self._after).passes(self._place, ())

    def _count(self, reason: str) -> None:
        self._broken += 1
        self._first = self._first or reason

    def _nothing(self) -> str | None:
        if self._documents:
            return None
        return f"none of its {self._broken} parts can be read; the first: {self._first}" if self._broken else "empty"
