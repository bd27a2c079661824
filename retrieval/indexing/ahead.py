"""Work that goes on in a thread while what it made before is used: stages of a pipeline, each an iterator."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


def ahead(items: Generator[Item], most: int) -> Generator[Item]:
    """The same items in the same order, made in a thread of its own, at most `most` before they are asked for: the next
    one is begun when there is room for it.

    What `items` raises is raised here, behind what came before it. Closing this closes `items`, in its thread, as soon
    as it has made what it is at, and waits for that; so does an error of whoever uses it, if it is used with `closing`.
    """
    shelf = _Shelf[Item](most)
    maker = threading.Thread(target=_make, args=(items, shelf), name="ahead", daemon=True)
    maker.start()
    try:
        yield from shelf.taken()
    finally:
        shelf.close()
        maker.join()


def _make(items: Generator[Item], shelf: _Shelf[Item]) -> None:
    try:
        while shelf.has_room():
            shelf.put(next(items))
        items.close()
    except StopIteration:
        shelf.end(None)
    except BaseException as error:
        shelf.end(error)
    else:
        shelf.end(None)


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


class _Shelf(Generic[Item]):
    """A queue with a bound that can be closed from the side of the taker."""

    def __init__(self, most: int) -> None:
        self._held: deque[Item] = deque()
        self._most = most
        self._end: _End | None = None
        self._closed = False
        self._changed = threading.Condition()

    def has_room(self) -> bool:
        """Waits for it; False where nobody wants any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._held) < self._most)
            return not self._closed

    def put(self, item: Item) -> None:
        with self._changed:
            self._held.append(item)
            self._changed.notify_all()

    def end(self, error: BaseException | None) -> None:
        with self._changed:
            self._end = _End(error)
            self._changed.notify_all()

    def taken(self) -> Iterator[Item]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held or self._end is not None)
                if not self._held:
                    break
                item = self._held.popleft()
                self._changed.notify_all()
            yield item
        if self._end is not None and self._end.error is not None:
            raise self._end.error

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
