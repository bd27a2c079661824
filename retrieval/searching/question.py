"""What a question is about: its words without the ones that every question has, each with its weight."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from retrieval.store.protocol import Snapshot


def weights_of(question: str, snapshot: Snapshot) -> dict[str, float]:
    """Term -> its share of the question's weight, by rarity in the index; together 1. Empty for no word at all.

    A question of nothing but common words keeps them all: there is nothing better to go by.
    """
    terms = set(snapshot.terms(question))
    telling = terms - set(snapshot.terms(_common_words()))
    rarity = snapshot.rarity(telling or terms)
    total = sum(rarity.values()) or 1.0
    return {term: weight / total for term, weight in rarity.items()}


@cache
def _common_words() -> str:
    listed = files(__package__).joinpath("common_words_en.txt").read_text(encoding="utf-8")
    return " ".join(line for line in listed.splitlines() if not line.startswith("#"))
