"""What in a sentence and beside it speaks for a claim that is somebody's: named features, weighed by `voice.toml`.

A feature is (table, name), as its weight stands in the file. What a quotation says is not read for cues: only what
stands outside of it can say whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.excerpting.attribution import has_phrase
from retrieval.excerpting.cues import Cues, english
from retrieval.excerpting.surroundings import Sentence, Word

Features = dict[tuple[str, str], float]
_ENDS = frozenset(".,!?")
_OPENING = 4
"""Sentences of a text that differ from the rest: a headline, a summary."""
_BESIDE = ("quoted", "ends quoted", "long quotation", "all quoted", "no verb", "phrase", "first person")
"""What is looked at in the sentences before and behind too."""


def features(sentences: Sequence[Sentence], at: int, text: str) -> Features:
    """Of sentence `at`, by itself and among its neighbours."""
    here = sentences[at]
    found = _of_one(here, text)
    own = found.get
    bare = own(("sentence", "no verb"), 0.0) and not own(("sentence", "quoted"), 0.0)
    found["sentence", "neither verb nor quotation"] = float(bool(bare))
    found["place", f"number {at}" if at < _OPENING else "later"] = 1.0
    ends = at + 1 == len(sentences) or sentences[at + 1].begins_paragraph
    found["sentence", "by itself in a paragraph"] = float(here.begins_paragraph and ends)
    if at > 0:
        before = _of_one(sentences[at - 1], text)
        for name in _BESIDE:
            found["before", name] = before.get(("sentence", name), 0.0)
        has_verb = 1.0 - before["sentence", "no verb"]
        found["before", "verb in the same paragraph"] = has_verb * (not here.begins_paragraph)
        found["before", "verb, and a quotation goes on"] = has_verb * here.begins_quoted
    if at + 1 < len(sentences):
        behind = _of_one(sentences[at + 1], text)
        for name in _BESIDE:
            found["behind", name] = behind.get(("sentence", name), 0.0)
        found["behind", "begins paragraph"] = float(sentences[at + 1].begins_paragraph)
        found["behind", "begins quoted"] = float(sentences[at + 1].begins_quoted)
    return {feature: value for feature, value in found.items() if value}


def verbs_of(sentence: Sentence) -> Iterator[tuple[Word, Features]]:
    """Each cue verb that is no noun and in no quotation, with what it says by itself."""
    cues = english()
    for at, word in enumerate(sentence.words):
        if word.is_quoted or word.small not in cues.verbs:
            continue
        found: Features = {}
        if _verb(found, sentence.words, at, cues):
            yield word, found


def nouns_of(sentence: Sentence) -> Iterator[tuple[Word, Features]]:
    """Each cue noun in no quotation, with what it says by itself."""
    cues = english()
    for at, word in enumerate(sentence.words):
        if not word.is_quoted and _is_noun(sentence.words, at, cues):
            found: Features = {}
            _noun(found, sentence.words, at, cues)
            yield word, found


def _of_one(sentence: Sentence, text: str) -> Features:
    cues = english()
    found = _shape(sentence, text)
    verbs = 0
    words = sentence.words
    for at, word in enumerate(words):
        if word.is_quoted or word.is_mark:
            continue
        small = word.small
        if small in cues.signs:
            found["sentence", cues.signs[small]] = 1.0
        for table, listed in (
            ("word", cues.telling_words),
            ("adverb", cues.adverbs),
            ("adjective", cues.adjectives),
        ):
            if small in listed:
                found[table, small] = 1.0
        if _is_noun(words, at, cues):
            _noun(found, words, at, cues)
        if small in cues.verbs:
            verbs += _verb(found, words, at, cues)
    found["sentence", "no verb"] = float(verbs == 0)
    found["sentence", "two verbs"] = float(verbs > 1)
    found["sentence", "three verbs"] = float(verbs > 2)
    found["sentence", "phrase"] = float(has_phrase(sentence.span.of(text)))
    return found


def _is_noun(words: Sequence[Word], at: int, cues: Cues) -> bool:
    return words[at].small in cues.nouns and at > 0 and words[at - 1].small not in cues.pronouns


def _noun(found: Features, words: Sequence[Word], at: int, cues: Cues) -> None:
    """Adds what the noun at `at` says."""
    found["noun", words[at].small] = 1.0
    following = words[at + 1].small if at + 1 < len(words) else ""
    for frame in cues.nouns[words[at].small]:
        found["noun frame", frame] = 1.0
        if following == "that" or following in cues.of_something:
            found["noun frame", f"{frame}, {'that' if following == 'that' else 'of something'}"] = 1.0


def _verb(found: Features, words: Sequence[Word], at: int, cues: Cues) -> bool:
    """Adds what the verb at `at` says; False where it is a noun there."""
    small = words[at].small
    before, after = _before(words, at, cues), _after(words, at, cues)
    for frame in cues.verbs[small]:
        found["verb frame, by what is before", f"{frame}, {before}"] = 1.0
    found["verb, by what is before", before] = 1.0
    found["verb, by both", f"{before}, {after}"] = 1.0
    if before == "noun":
        found["noun", small] = 1.0
        return False
    for frame in cues.verbs[small]:
        found["verb frame, by what is behind", f"{frame}, {after}"] = 1.0
    found["verb", small] = 1.0
    if at and words[at - 1].small in cues.be:
        found["sentence", "passive"] = 1.0
    return True


def _before(words: Sequence[Word], at: int, cues: Cues) -> str:
    if at == 0:
        return "inverted"
    previous = words[at - 1]
    if previous.small in cues.articles:
        return "noun"
    if words[at].small.endswith("ing"):
        return "participle"
    if previous.small in cues.pronouns or previous.is_capital:
        return "name"
    return "inverted" if previous.is_mark or previous.small in {",", "—"} else "other"


def _after(words: Sequence[Word], at: int, cues: Cues) -> str:
    if at + 1 == len(words):
        return "end"
    following = words[at + 1]
    if following.small in cues.clause:
        return "clause"
    if following.small == "to":
        return "to"
    opens = following.small in {",", ":"} and at + 2 < len(words) and (words[at + 2].is_mark or words[at + 2].is_quoted)
    if following.is_mark or following.is_quoted or opens:
        return "quotation"
    if following.small in _ENDS:
        return "end"
    if following.is_capital or following.small in cues.pronouns or following.small in cues.opens_object:
        return "somebody"
    return "other"


def _shape(sentence: Sentence, text: str) -> Features:
    cues = english()
    said = [word for word in sentence.words if not word.is_mark and word.small[0].isalnum()]
    quoted = sum(word.is_quoted for word in said)
    outside = len(said) - quoted
    words = sentence.span.of(text)
    shape = {
        "share quoted": quoted / max(1, len(said)),
        "quoted": quoted > 0,
        "long quotation": quoted > 3,
        "all quoted": quoted > 0 and outside == 0,
        "begins quoted": sentence.begins_quoted,
        "ends quoted": sentence.ends_quoted,
        "begins paragraph": sentence.begins_paragraph,
        "fewer than 6 words": outside < 6,
        "fewer than 12 words": outside < 12,
        "more than 25 words": outside > 25,
        "more than 40 words": outside > 40,
        "question": words.endswith("?"),
        "no full stop": words[-1] not in '.!?”"',
    }
    shape["first person quoted"] = any(word.is_quoted and cues.signs.get(word.small) == "first person" for word in said)
    return {("sentence", name): float(value) for name, value in shape.items()}
