"""A text's words as every word index has them: small, without accents, stemmed for their language.

tantivy's analyzers make them for each store, so that one question finds the same passages in all of them.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

import tantivy
from tantivy import Filter as TokenFilter

_LONGEST_TOKEN = 200

_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip
"""Snowball's, as tantivy has them. A word of any other language is looked for as it is written."""


@cache
def analyzer(stemmer: str | None) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(TokenFilter.remove_long(_LONGEST_TOKEN))
    # Folding comes first: a small letter made from İ keeps a dot that is no longer folded.
    builder = builder.filter(TokenFilter.ascii_fold()).filter(TokenFilter.lowercase())
    return (builder.filter(TokenFilter.stemmer(stemmer)) if stemmer else builder).build()


def terms_of(text: str, language: str | None) -> list[str]:
    """The text's words, small, without accents and stemmed for its language; English where that is not known."""
    stemmer = _STEMMERS.get((language or "en").lower().replace("_", "-").split("-")[0])
    chunks = text.split()
    return [term for chunk in chunks for term in (_known if len(chunk) <= _LONGEST_KNOWN else _terms)(chunk, stemmer)]


def _terms(chunk: str, stemmer: str | None) -> tuple[str, ...]:
    # Arabic's stemmer leaves nothing of some words.
    return tuple(term for term in analyzer(stemmer).analyze(searchable(chunk)) if term)


_known = lru_cache(maxsize=100_000)(_terms)
"""Remembered, since a language has few words and asking the analyzer costs more than looking one up."""
_LONGEST_KNOWN = 40
"""Characters: languages without spaces have runs of hundreds, and no two alike."""


def written(text: str) -> list[str]:
    """The text's words as they are written but for case and accents, which is what a phrase is compared with."""
    return list(analyzer(None).analyze(searchable(text)))


def searchable(text: str) -> str:
    """The text as it is indexed, never as it is shown: composed letters, and nothing invisible inside a word."""
    composed = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8"))
    if composed.isascii() or composed.replace("\n", " ").isprintable():
        return composed
    return "".join(c for c in composed if unicodedata.category(c) != "Cf")
