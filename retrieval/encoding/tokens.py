"""Texts as tokens, by the rules of a model's own tokenizer. The only file that knows the library.

transformers wraps the same library, and takes seconds to import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tokenizers

from retrieval.encoding.whole_texts import encodable

STEP = 8
"""Batches are padded to a multiple of this, as OpenVINO prepares itself for every shape anew."""
_NO_LIMIT = 2**31
_OF_AN_ENCODING = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}

Tensors = Mapping[str, npt.NDArray[np.int64]]
"""A batch as tokenizers name its parts, each (texts, tokens)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All that there is to know of a tokenizer."""

    content: str
    """As its library writes it."""
    inputs: tuple[str, ...]
    """The tensors that the model wants."""
    padding: int
    """The token's number."""
    longest: int
    """Tokens of a text, those of the model's own included; what is beyond them is left out."""
    side: str = "right"
    """Where it is left out."""

    @classmethod
    def of(cls, tokenizer: Any) -> Rules:
        """Of transformers' fast one."""
        inputs = tuple(name for name in tokenizer.model_input_names if name in _OF_AN_ENCODING)
        longest = min(int(tokenizer.model_max_length), _NO_LIMIT)
        return cls(
            tokenizer.backend_tokenizer.to_str(),
            inputs,
            int(tokenizer.pad_token_id or 0),
            longest,
            tokenizer.truncation_side,
        )


@dataclass(frozen=True, slots=True)
class Read:
    """One text as its tokens."""

    tensors: dict[str, list[int]]
    starts: npt.NDArray[np.int64]
    """(tokens,): where each begins in the text; -1 for one that stands nowhere in it."""


class Tokens:
    """Safe to use from several threads."""

    def __init__(self, rules: Rules) -> None:
        """Raises ValueError for rules that the library can't read."""
        self._rules = rules
        try:
            self._tokenizer = tokenizers.Tokenizer.from_str(rules.content)
        except Exception as error:  # the library raises no other kind
            raise ValueError(f"no tokenizer: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        if rules.longest < _NO_LIMIT:
            self._tokenizer.enable_truncation(rules.longest, direction=rules.side)

    def read(self, texts: Sequence[str]) -> list[Read]:
        found = self._tokenizer.encode_batch([encodable(text) for text in texts])
        names = self._rules.inputs
        return [
            Read({name: getattr(each, _OF_AN_ENCODING[name]) for name in names}, _starts(each.offsets))
            for each in found
        ]

    def padded(self, read: Sequence[Read]) -> Tensors:
        """As one batch."""
        longest = max(len(each.starts) for each in read)
        stepped = -(-longest // STEP) * STEP
        shape = (len(read), stepped if stepped <= self._rules.longest else longest)
        tensors = {name: np.zeros(shape, np.int64) for name in read[0].tensors}
        tensors["input_ids"][:] = self._rules.padding
        for row, each in enumerate(read):
            for name, values in each.tensors.items():
                tensors[name][row, : len(values)] = values
        return tensors


def _starts(offsets: Sequence[tuple[int, int]]) -> npt.NDArray[np.int64]:
    places = np.array(offsets, np.int64).reshape(-1, 2)
    return np.where(places[:, 0] < places[:, 1], places[:, 0], -1)
