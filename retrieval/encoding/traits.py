"""What is said of an embedding model, beside what runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Traits:
    name: str
    fingerprint: str
    dimensions: int
    before_question: str = ""
    """Words that it was trained to have there, as those before a passage."""
    before_passage: str = ""

    @classmethod
    def of(cls, model: Any, name: str, fingerprint: str) -> Traits:
        """Of a SentenceTransformer."""
        said = model.prompts
        return cls(
            name, fingerprint, int(model.get_embedding_dimension()), said.get("query") or "", said.get("document") or ""
        )


class Traited:
    """What an Encoder tells of itself."""

    def __init__(self, traits: Traits) -> None:
        self.traits = traits

    @property
    def name(self) -> str:
        return self.traits.name

    @property
    def fingerprint(self) -> str:
        return self.traits.fingerprint

    @property
    def dimensions(self) -> int:
        return self.traits.dimensions
