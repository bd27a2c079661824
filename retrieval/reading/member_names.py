"""What the parts of a container call themselves, judged before it becomes a document's name."""

from __future__ import annotations

import re
from array import array
from hashlib import blake2b

from retrieval.errors import UnreadableFile

LONGEST_NAME = 1024
"""Characters."""
_SEPARATOR = re.compile(r"[/\\]")
_LEADS_AWAY = re.compile(r"[/\\]|[A-Za-z]:")


def place_inside(name: str) -> str | None:
    """A member's path as it is shown; None where it is hidden, or says nothing. Raises UnreadableFile.

    Nothing is ever unpacked to that path. It is judged because it becomes a document's name and its link to a person.
    """
    parts = [part for part in _SEPARATOR.split(name) if part not in ("", ".")]
    if _LEADS_AWAY.match(name) or ".." in parts:
        raise UnreadableFile("its name leads out of the archive")
    if len(name) > LONGEST_NAME:
        raise UnreadableFile(f"its name is longer than {LONGEST_NAME} characters")
    if not parts or "__MACOSX" in parts or any(part.startswith(".") for part in parts):
        return None
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def identifier(said: object) -> str | None:
    """What a row, a line or a message calls itself, where a document's path can end with it; else None."""
    if isinstance(said, bool) or not isinstance(said, str | int) or (isinstance(said, int) and abs(said) >= 10**18):
        return None
    name = str(said).strip()
    away = _LEADS_AWAY.match(name) or {".", ".."} & set(_SEPARATOR.split(name))
    if not name or len(name) > 200 or not name.isprintable() or away:
        return None
    return name


class TakenNames:
    """Names that members of one container have, told apart by 64 bits of a hash.

    A set takes a hundred bytes for each, this twelve to twenty-four: a corpus has millions of rows. That two of ten
    million share those bits has a chance of three in a million; the later one then has a number behind its name.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def take(self, name: str) -> bool:
        """Whether it was free."""
        bits = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if not self._put(int.from_bytes(bits, "little") or 1):
            return False
        self._count += 1
        if 3 * self._count > 2 * len(self._slots):
            before = self._slots
            self._slots = array("Q", bytes(8 * 2 * len(before)))
            for held in before:
                if held:
                    self._put(held)
        return True

    def _put(self, bits: int) -> bool:
        slots, mask = self._slots, len(self._slots) - 1
        at = bits & mask
        while slots[at]:
            if slots[at] == bits:
                return False
            at = (at + 1) & mask
        slots[at] = bits
        return True
