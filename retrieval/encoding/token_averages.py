"""Models whose vector of a text is the average over its tokens, as the default's is: a passage and its sentences in one
pass.

A sentence's vector is the average over its own tokens, which have read the whole passage ("late chunking", Günther et
al. 2024). It costs no second pass, and on squad2_a the sentence that answers and the passage that holds it were found
within half a point of what encoding every sentence by itself gave.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.encoding.compiled import TOKENS, States
from retrieval.encoding.sample import least_cosine
from retrieval.encoding.sentences import directions_of
from retrieval.encoding.together import Together
from retrieval.encoding.tokens import Read, Tensors, Tokens
from retrieval.encoding.traits import Traited, Traits
from retrieval.spans import Span
from retrieval.store.protocol import PassageVectors, Vectors

MANY = 32
"""Texts for which it is worth while to prepare for many."""


class Transformer(Protocol):
    """What runs it. Not for several threads at once."""

    def states(self, batches: Iterable[Tensors], *, many: bool) -> Iterator[States]:
        """(texts, tokens, dimensions) of each batch. Not to be kept."""
        ...


def averages_tokens(model: Any) -> bool:
    """Whether a SentenceTransformer does only that, as far as it says, and tells where in the text a token stands."""
    kinds = [type(module).__name__ for module in model]
    plain = kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    return plain and model[1].pooling_mode == "mean" and bool(getattr(model.tokenizer, "is_fast", False))


class TokenAverages(Traited):
    """Runs the transformer itself, with nothing around it: one tokenisation, batches of one length, no padding kept."""

    def __init__(self, traits: Traits, tokens: Tokens, transformer: Transformer) -> None:
        super().__init__(traits)
        self._tokens, self._transformer = tokens, transformer
        self._one_at_a_time = threading.Lock()  # two batches on the same cores only slow each other down
        self._questions = Together(self._of_questions)

    def likeness(self, texts: Sequence[str], expected: Vectors) -> float:
        """The least cosine of these texts' vectors with those that are expected: it has no words before them then."""
        return least_cosine(expected, self._of_questions(texts))

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._questions([self.traits.before_question + text for text in texts])

    def encode_passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> PassageVectors:
        before = self.traits.before_passage
        whole = np.zeros((len(texts), self.dimensions), np.float32)
        parts: dict[int, Vectors] = {}
        with self._one_at_a_time:
            read = self._tokens.read([before + text for text in texts])
            for at, states in self._states(read, many=len(texts) >= MANY):
                whole[at] = states.mean(axis=0)
                parts[at] = averages(states, read[at].starts - len(before), sentences[at])
            unseen = [(at, row) for at, rows in parts.items() for row in np.flatnonzero(~rows.any(axis=1)).tolist()]
            alone = self._each([before + sentences[at][row].of(texts[at]) for at, row in unseen])
        for (at, row), vector in zip(unseen, alone, strict=True):  # those that the model did not get to see
            parts[at][row] = vector
        return PassageVectors(_of_unit_length(whole), tuple(directions_of(parts[at]) for at in range(len(texts))))

    def _of_questions(self, texts: Sequence[str]) -> Vectors:
        with self._one_at_a_time:
            return self._each(texts)

    def _each(self, texts: Sequence[str]) -> Vectors:
        """(n, dimensions): of the whole of each."""
        whole = np.zeros((len(texts), self.dimensions), np.float32)
        for at, states in self._states(self._tokens.read(texts), many=len(texts) >= MANY):
            whole[at] = states.mean(axis=0)
        return _of_unit_length(whole)

    def _states(self, read: Sequence[Read], *, many: bool) -> Iterator[tuple[int, States]]:
        """Index and (tokens, dimensions) of each text, in the order of their lengths. Not to be kept."""
        batches = list(_of_like_length([len(each.starts) for each in read]))
        tensors = (self._tokens.padded([read[at] for at in places]) for places in batches)
        for places, states in zip(batches, self._transformer.states(tensors, many=many), strict=True):
            for row, at in enumerate(places):
                yield at, states[row, : len(read[at].starts)]


def _of_like_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes in batches of at most TOKENS, longest first, so that memory is taken once."""
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda at: (-lengths[at], at)):
        if batch and (len(batch) + 1) * lengths[batch[0]] > TOKENS:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def averages(tokens: States, starts: npt.NDArray[np.int64], sentences: Sequence[Span]) -> Vectors:
    """(sentences, dimensions): over the tokens that begin in each; zeros where there are none.

    `tokens` is (tokens, dimensions), `starts` (tokens,): where each begins, negative for those that stand nowhere.
    """
    ends = np.array([(span.start, span.end) for span in sentences], np.int64).reshape(-1, 2)
    inside = ((starts >= ends[:, :1]) & (starts < ends[:, 1:])).astype(np.float32)
    return np.asarray(inside @ tokens / np.maximum(inside.sum(axis=1, keepdims=True), 1), np.float32)


def _of_unit_length(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0), np.float32)
