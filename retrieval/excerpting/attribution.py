"""The words in a sentence that say who claims it, as spans of the text. Rules over `cues_en.toml`; nothing is guessed.

A phrase takes what follows it up to the next punctuation; a reporting verb takes its subject, which is before it in
its clause or, after a quotation, behind it. A verb whose subject is no name, title or pronoun marks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrieval.answers import Attribution
from retrieval.excerpting.cues import Cues, english
from retrieval.spans import Span

_BREAK = re.compile(r"[,;:()“”\"—–]|[.!?](?=\s|\Z)|\s-\s")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]|[A-Z][a-z]{1,4})\.\Z")
_WORD = re.compile(r"[\w’'.-]+")
_LONGEST_SUBJECT = 14
"""Words. A longer run before a verb is a clause of its own."""


def find_attributions(text: str, sentence: Span) -> tuple[Attribution, ...]:
    """In order, none inside another. Spans are of `text` and lie within `sentence`."""
    words = sentence.of(text)
    cues = english()
    found = sorted(_by_phrase(words, cues), key=lambda part: (part[0].start, -part[0].end))
    found += [part for part in _by_verb(words, cues) if not any(part[0].overlaps(other) for other, _ in found)]
    found.sort(key=lambda part: part[0])
    return tuple(Attribution(span.shifted(sentence.start), span.of(words), cue) for span, cue in found)


def names_nobody(attribution: Attribution) -> bool:
    """Whether the one who claims is only a pronoun, so that the name stands in an earlier sentence."""
    listed = _WORD.findall(attribution.words)
    pronouns = [word for word in listed if word.lower() in english().pronouns]
    return bool(pronouns) and not any(word[:1].isupper() for word in listed if word not in pronouns)


def _by_phrase(sentence: str, cues: Cues) -> Iterator[tuple[Span, str]]:
    last = 0
    for match in cues.phrase.finditer(sentence):
        if match.start() < last:
            continue
        end = _next_break(sentence, match.end())
        named = sentence[match.end() : end].strip()
        # “per day”, “per cent”: only somebody's name makes “per” an attribution.
        if not named or (match[0].lower() == "per" and not _names_somebody(named)):
            continue
        last = end
        yield Span(match.start(), end), match[0]


def _by_verb(sentence: str, cues: Cues) -> Iterator[tuple[Span, str]]:
    last = 0
    for match in cues.verb.finditer(sentence):
        if match.start() < last:
            continue
        before = sentence[_last_break(sentence, match.start(), last) : match.start()]
        subject = before.strip()
        if _is_subject(subject, cues):
            start = match.start() - len(before.lstrip())
            last = match.end()
            yield Span(start, match.end()), match[0]
        elif not subject:  # inverted: “…,” said the minister
            end = _next_break(sentence, match.end())
            behind = sentence[match.end() : end].strip()
            if _is_subject(behind, cues):
                last = end
                yield Span(match.start(), end), match[0]


def _is_subject(words: str, cues: Cues) -> bool:
    listed = _WORD.findall(words)
    if not 0 < len(listed) <= _LONGEST_SUBJECT or listed[-1].lower() in cues.passive | cues.articles:
        return False
    return listed[-1].lower() in cues.pronouns or _names_somebody(words)


def _names_somebody(words: str) -> bool:
    return any(word[:1].isupper() for word in _WORD.findall(words))


def _next_break(sentence: str, start: int) -> int:
    for match in _BREAK.finditer(sentence, start):
        if match[0] == "." and _ABBREVIATION.search(sentence[: match.end()]):
            continue
        return match.start()
    return len(sentence.rstrip())


def _last_break(sentence: str, end: int, floor: int) -> int:
    at = floor
    for match in _BREAK.finditer(sentence, floor, end):
        if match[0] != "." or not _ABBREVIATION.search(sentence[: match.end()]):
            at = match.end()
    return at
