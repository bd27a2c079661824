"""What passes between the bot's process and one that answers, over a pair of sockets, pickled.

Both ends are ours and nobody else holds either. First comes `Begin`, which is answered when the index is open; then
each `Question` by what came of it. Before that the process may ask for the model's work, as often as it likes: it need
not, where it finds the question to mean what the other end thought that it would mean.
"""

from __future__ import annotations

import datetime
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from retrieval.errors import ArchivistError
from retrieval.filters import Filter
from retrieval.settings import RetrievalSettings
from retrieval.store.protocol import Vectors


@dataclass(frozen=True, slots=True)
class Begin:
    """All that an answering process has to know: of settings it has no environment, of secrets the store's alone."""

    settings: RetrievalSettings
    model: str
    fingerprint: str
    dimensions: int


@dataclass(frozen=True, slots=True)
class Question:
    question: str
    where: Filter
    today: datetime.date | None
    as_written: bool
    known: Mapping[str, Vectors]
    """Vectors of texts that have been encoded for it: (dimensions,)."""


@dataclass(frozen=True, slots=True)
class Encode:
    """`Encoder`'s method of that name is to be called, in the process that has the model."""

    method: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Done:
    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    error: Exception


def attempted(call: Callable[[], Any]) -> Done | Failed:
    """What a person can fix is raised again at the other end as what it is; anything else as its details."""
    try:
        return Done(call())
    except (EOFError, ConnectionError):  # the other end is gone, so there is nobody to tell
        raise
    except ArchivistError as error:
        error.add_note(f"in another process:\n{traceback.format_exc()}")
        return Failed(error)
    except Exception:
        return Failed(RuntimeError(f"in another process:\n{traceback.format_exc()}"))


def outcome_of(received: Done | Failed) -> Any:
    """Raises what was raised there."""
    if isinstance(received, Failed):
        raise received.error
    return received.result
