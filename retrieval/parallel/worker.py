"""The program of a process that answers, `python -m retrieval.parallel.worker DESCRIPTOR`. It ends with its socket.

It has the index open and no model: what has to be encoded is encoded by the process that started it, together with what
the others ask for meanwhile. So it takes a fraction of the memory, and the model is loaded once.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from retrieval.answers import Answer
from retrieval.archive import Archive
from retrieval.parallel.messages import Begin, Encode, Question, attempted, outcome_of
from retrieval.spans import Span
from retrieval.store.protocol import PassageVectors, Vectors


class EncoderElsewhere:
    """The model of the process at the other end."""

    def __init__(self, connection: Connection, begin: Begin) -> None:
        self._connection = connection
        self.name, self.fingerprint, self.dimensions = begin.model, begin.fingerprint, begin.dimensions
        self.known: Mapping[str, Vectors] = {}
        """Of these texts the vectors came along."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        if texts and all(text in self.known for text in texts):
            return np.stack([self.known[text] for text in texts])
        vectors: Vectors = self._asked("encode", texts)
        return vectors

    def encode_passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> PassageVectors:
        vectors: PassageVectors = self._asked("encode_passages", texts, sentences)
        return vectors

    def _asked(self, method: str, *arguments: Any) -> Any:
        self._connection.send(Encode(method, arguments))
        return outcome_of(self._connection.recv())


def main() -> None:
    with Connection(int(sys.argv[1])) as connection, contextlib.suppress(EOFError, ConnectionError):
        begin: Begin = connection.recv()
        encoder = EncoderElsewhere(connection, begin)
        with contextlib.closing(Archive(begin.settings, encoder=encoder, checks=False)) as archive:
            connection.send(attempted(archive.warm))
            while True:
                asked: Question = connection.recv()
                encoder.known = asked.known
                connection.send(attempted(partial(_answered, archive, asked)))


def _answered(archive: Archive, asked: Question) -> Answer:
    answer = archive.ask(asked.question, asked.where, today=asked.today, as_written=asked.as_written)
    return replace(answer, ranking=())  # which nobody is shown, and which takes longer to send than all the rest


if __name__ == "__main__":
    main()
