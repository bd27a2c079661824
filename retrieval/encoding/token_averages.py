"""Models whose vector of a text is the average over its tokens, as the default's is: a passage and its sentences in one
pass.

A sentence's vector is the average over its own tokens, which have read the whole passage ("late chunking", Günther et
al. 2024). It costs no second pass, and on squad2_a the sentence that answers and the passage that holds it were found
within half a point of what encoding every sentence by itself gave.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.encoding.compiled import TOKENS, States, Tensors, last_states
from retrieval.encoding.sample import SAMPLE, least_cosine
from retrieval.encoding.sentences import directions_of
from retrieval.encoding.together import Together
from retrieval.encoding.whole_texts import WholeTexts, encodable
from retrieval.spans import Span
from retrieval.store.protocol import PassageVectors, Vectors

STEP = 8
"""Batches are padded to a multiple of this, as OpenVINO prepares itself for every shape anew."""
MANY = 32
"""Texts for which it is worth while to prepare for many."""
SAME = 0.9999


def averages_tokens(model: Any) -> bool:
    """Whether a SentenceTransformer does only that, as far as it says, and tells where in the text a token stands."""
    kinds = [type(module).__name__ for module in model]
    plain = kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    return plain and model[1].pooling_mode == "mean" and bool(getattr(model.tokenizer, "is_fast", False))


class TokenAverages(WholeTexts):
    """Runs the transformer itself, with nothing around it: one tokenisation, batches of one length, no padding kept."""

    def __init__(self, name: str, fingerprint: str, model: Any) -> None:
        super().__init__(name, fingerprint, model)
        self._transformer = model[0].model
        self._tokenizer = model.tokenizer
        self._padding = int(self._tokenizer.pad_token_id or 0)
        self._tokenizing = threading.Lock()  # the tokenizer keeps how it cuts between calls
        self._questions = Together(self._of_questions)

    def is_as_the_library(self) -> bool:
        """Whether sentence-transformers gives the same vectors of the sample: it may do more than its parts tell."""
        expected = self._model.encode(SAMPLE[:-3], batch_size=2, normalize_embeddings=True, show_progress_bar=False)
        return least_cosine(expected, self._of_questions(SAMPLE[:-3])) >= SAME

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._questions([self._before_question + text for text in texts])

    def encode_passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> PassageVectors:
        before = self._before_passage
        whole = np.zeros((len(texts), self.dimensions), np.float32)
        parts: dict[int, Vectors] = {}
        with self._one_at_a_time:
            read = self._read([before + text for text in texts])
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
        for at, states in self._states(self._read(texts), many=len(texts) >= MANY):
            whole[at] = states.mean(axis=0)
        return _of_unit_length(whole)

    def _read(self, texts: Sequence[str]) -> list[_Read]:
        if not texts:
            return []
        with self._tokenizing:
            told = self._tokenizer([encodable(text) for text in texts], truncation=True, return_offsets_mapping=True)
        tensors = {name: told[name] for name in self._tokenizer.model_input_names if name in told}
        return [
            _Read({name: rows[at] for name, rows in tensors.items()}, _starts(told["offset_mapping"][at]))
            for at in range(len(texts))
        ]

    def _states(self, read: Sequence[_Read], *, many: bool) -> Iterator[tuple[int, States]]:
        """Index and (tokens, dimensions) of each text, in the order of their lengths. Not to be kept."""
        batches = list(_of_like_length([len(each.starts) for each in read]))
        tensors = (self._padded([read[at] for at in places]) for places in batches)
        for places, states in zip(batches, last_states(self._transformer, tensors, many=many), strict=True):
            for row, at in enumerate(places):
                yield at, states[row, : len(read[at].starts)]

    def _padded(self, read: Sequence[_Read]) -> Tensors:
        longest = max(len(each.starts) for each in read)
        stepped = -(-longest // STEP) * STEP
        width = stepped if stepped <= self._tokenizer.model_max_length else longest
        shape = (len(read), width)
        tensors = {name: np.zeros(shape, np.int64) for name in read[0].tensors}
        tensors["input_ids"][:] = self._padding
        for row, each in enumerate(read):
            for name, values in each.tensors.items():
                tensors[name][row, : len(values)] = values
        return tensors


@dataclass(frozen=True, slots=True)
class _Read:
    """One text as its tokens."""

    tensors: dict[str, list[int]]
    starts: npt.NDArray[np.int64]
    """(tokens,): where each begins in the text; -1 for one that stands nowhere in it."""


def _starts(offsets: Sequence[tuple[int, int]]) -> npt.NDArray[np.int64]:
    places = np.array(offsets, np.int64).reshape(-1, 2)
    return np.where(places[:, 0] < places[:, 1], places[:, 0], -1)


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
