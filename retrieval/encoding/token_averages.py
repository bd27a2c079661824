"""Models whose vector of a text is the average over its tokens, as the default's is: a passage and its sentences in one
pass.

A sentence's vector is the average over its own tokens, which have read the whole passage ("late chunking", Günther et
al. 2024). It costs no second pass, and on squad2_a the sentence that answers and the passage that holds it were found
within half a point of what encoding every sentence by itself gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.encoding.sentences import directions_of
from retrieval.encoding.whole_texts import BATCH, WholeTexts, encodable
from retrieval.spans import Span
from retrieval.store.protocol import PassageVectors, Vectors


def averages_tokens(model: Any) -> bool:
    """Whether a SentenceTransformer does only that, and can tell where in the text a token stands."""
    kinds = [type(module).__name__ for module in model]
    plain = kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    return plain and model[1].pooling_mode == "mean" and bool(getattr(model.tokenizer, "is_fast", False))


class TokenAverages(WholeTexts):
    def encode_passages(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> PassageVectors:
        whole = np.zeros((len(texts), self.dimensions), np.float32)
        parts: dict[int, Vectors] = {}
        longest_first = sorted(range(len(texts)), key=lambda at: -len(texts[at]))  # little padding in a batch
        for start in range(0, len(texts), BATCH):
            places = longest_first[start : start + BATCH]
            batch = [encodable(self._before_passage + texts[at]) for at in places]
            outputs = self._run(batch, output_value=None)
            for at, output, each in zip(places, outputs, self._offsets(batch), strict=True):
                vector = output["sentence_embedding"].float().numpy()
                whole[at] = vector / (np.linalg.norm(vector) or 1.0)
                tokens = output["token_embeddings"].float().numpy()
                moved = np.array(each, np.int64) - len(self._before_passage)
                parts[at] = averages(tokens[: len(moved)], moved, sentences[at])
        self._beyond_the_window(parts, texts, sentences)
        return PassageVectors(whole, tuple(directions_of(parts[at]) for at in range(len(texts))))

    def _offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Where each token stands. The tokenizer keeps how it pads between calls, so it serves one at a time, too."""
        with self._one_at_a_time:
            told = self._model.tokenizer(texts, truncation=True, return_offsets_mapping=True)
        return [list(map(tuple, each)) for each in told["offset_mapping"]]

    def _beyond_the_window(
        self, parts: dict[int, Vectors], texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> None:
        """Sentences that the model did not get to see in their passage are encoded by themselves."""
        unseen = [(at, row) for at, rows in parts.items() for row in np.flatnonzero(~rows.any(axis=1)).tolist()]
        alone = self._sentences([(texts[at], sentences[at][row]) for at, row in unseen])
        for (at, row), vector in zip(unseen, alone, strict=True):
            parts[at][row] = vector


def averages(tokens: npt.NDArray[np.float32], offsets: npt.NDArray[np.int64], sentences: Sequence[Span]) -> Vectors:
    """(sentences, dimensions): over the tokens that begin in each; zeros where there are none.

    `tokens` is (tokens, dimensions), `offsets` (tokens, 2): where each starts and ends; one of no width stands nowhere.
    """
    rows = np.zeros((len(sentences), tokens.shape[1]), np.float32)
    starts = np.where(offsets[:, 0] < offsets[:, 1], offsets[:, 0], -1)
    for row, span in zip(rows, sentences, strict=True):
        inside = (starts >= span.start) & (starts < span.end)
        if inside.any():
            row[:] = tokens[inside].mean(axis=0)
    return rows
