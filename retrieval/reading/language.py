"""The language of a text whose source does not say. The only file that knows the language detector.

py3langid (BSD, 97 languages, its model in the package) takes less than a millisecond; a text that it is not sure of
stays without a language, and is split and stemmed as English.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import Any

SURE = 0.5
"""Least probability. Three English words of names alone come out as Catalan with 0.07."""
_SAMPLES = (300, 20_000)
"""Characters that are looked at; more, where it is not plain from fewer. The shorter takes half as long."""
PLAIN = 0.99
_FEWEST_LETTERS = 20
_NO_LANGUAGE = "zxx"


def detect_language(text: str) -> str | None:
    """ISO 639-1, as `en`."""
    letters = filter(str.isalpha, text[: _SAMPLES[-1]])
    if sum(1 for _ in islice(letters, _FEWEST_LETTERS)) < _FEWEST_LETTERS:
        return None
    for size in _SAMPLES:
        language, probability = _identifier().classify(text[:size].encode("utf-8", "replace").decode())
        if probability >= PLAIN and language != _NO_LANGUAGE:
            break
    return str(language) if probability >= SURE and language != _NO_LANGUAGE else None


@cache
def _identifier() -> Any:
    # Imported here because reading its model takes half a second, which the other commands should not.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
