"""The words in a sentence that say who claims it, as spans of the text. Rules over `cues_en.toml`; nothing is guessed.

A phrase takes what follows it up to the next punctuation; a reporting verb takes its subject, which is before it in
its clause or, after a quotation, behind it. A verb whose subject is no name, title or pronoun marks nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from retrieval.answers import Attribution
from retrieval.excerpting.cues import Cues, english
from retrieval.excerpting.surroundings import LONGEST_SENTENCE, Surroundings, once_for_each
from retrieval.spans import Span

_BREAK = re.compile(r"[,;:()“”\"—–]|[.!?](?=\s|\Z)|\s-\s")
_ABBREVIATION = re.compile(r"\b(?:[A-Z]|[A-Z][a-z]{1,4})\.\Z")
_LONGEST_ABBREVIATION = 7
"""Characters that `_ABBREVIATION` has to see: five letters, the dot, and what stands before the first."""
_WORD = re.compile(r"[\w’'.-]+")
Break = tuple[int, int]
"""Where it begins and ends in the sentence."""
_LONGEST_SUBJECT = 14
"""Words. A longer run before a verb is a clause of its own."""


def find_attributions(text: str, sentence: Span) -> tuple[Attribution, ...]:
    """In order, none inside another. Spans are of `text` and lie within `sentence`."""
    if len(sentence) > LONGEST_SENTENCE:
        return ()
    words = sentence.of(text)
    cues = english()
    if not cues.phrase.search(words) and not cues.verb.search(words):
        return ()
    breaks = _breaks(words)
    found = list(_by_phrase(words, cues, breaks))
    found += [part for part in _by_verb(words, cues, breaks) if not any(part[0].overlaps(other) for other, _ in found)]
    found.sort(key=lambda part: part[0])
    return tuple(Attribution(span.shifted(sentence.start), span.of(words), cue) for span, cue in found)


@once_for_each
def attributions_in(around: Surroundings, at: int) -> tuple[Attribution, ...]:
    """Those of sentence `at`."""
    return find_attributions(around.text, around.spans[at])


def with_subject(text: str, sentence: Span, verb: Span) -> Attribution | None:
    """The verb with whoever is before it in its clause, where that can be a subject; None where it can't."""
    words = sentence.of(text)
    at = verb.shifted(-sentence.start)
    before = words[_last_break(_breaks(words), at.start) : at.start]
    listed = _WORD.findall(before)
    cues = english()
    if not 0 < len(listed) <= _LONGEST_SUBJECT or _is_no_subject(listed[-1].lower(), cues):
        return None
    span = Span(at.start - len(before.lstrip()), at.end).shifted(sentence.start)
    return Attribution(span, span.of(text), verb.of(text))


def has_phrase(sentence: str) -> bool:
    cues = english()
    return bool(cues.phrase.search(sentence)) and any(True for _ in _by_phrase(sentence, cues, _breaks(sentence)))


def _by_phrase(sentence: str, cues: Cues, breaks: Sequence[Break]) -> Iterator[tuple[Span, str]]:
    last = 0
    for match in cues.phrase.finditer(sentence):
        if match.start() < last:
            continue
        end = _next_break(breaks, match.end(), sentence)
        named = sentence[match.end() : end].strip()
        # “per day”, “per cent”: only somebody's name makes “per” an attribution.
        if not named or (match[0].lower() == "per" and not _names_somebody(named)):
            continue
        last = end
        yield Span(match.start(), end), match[0]


def _by_verb(sentence: str, cues: Cues, breaks: Sequence[Break]) -> Iterator[tuple[Span, str]]:
    last = 0
    for match in cues.verb.finditer(sentence):
        if match.start() < last:
            continue
        before = sentence[max(last, _last_break(breaks, match.start())) : match.start()]
        subject = before.strip()
        if _is_subject(subject, cues):
            start = match.start() - len(before.lstrip())
            last = match.end()
            yield Span(start, match.end()), match[0]
        elif not subject:  # inverted: “…,” said the minister
            end = _next_break(breaks, match.end(), sentence)
            if _is_subject(sentence[match.end() : end].strip(), cues):
                last = end
                yield Span(match.start(), end), match[0]


def _is_subject(words: str, cues: Cues) -> bool:
    listed = _WORD.findall(words)
    if not 0 < len(listed) <= _LONGEST_SUBJECT or _is_no_subject(listed[-1].lower(), cues):
        return False
    return listed[-1].lower() in cues.pronouns or _names_somebody(words)


def _is_no_subject(last: str, cues: Cues) -> bool:
    """Whether words that end in this one can't be who claims it."""
    return last in cues.passive or last in cues.articles


def _names_somebody(words: str) -> bool:
    return any(word[:1].isupper() for word in _WORD.findall(words))


def _breaks(sentence: str) -> list[Break]:
    """Punctuation that ends a clause, in order; the dot of an abbreviation is none."""
    found: list[Break] = []
    for match in _BREAK.finditer(sentence):
        seen = sentence[max(match.end() - _LONGEST_ABBREVIATION, 0) : match.end()]
        if match[0] != "." or not _ABBREVIATION.search(seen):
            found.append(match.span())
    return found


def _next_break(breaks: Sequence[Break], start: int, sentence: str) -> int:
    """Where the first break at or after `start` begins, or the words end."""
    at = bisect_left(breaks, (start,))
    return breaks[at][0] if at < len(breaks) else max(len(sentence.rstrip()), start)


def _last_break(breaks: Sequence[Break], end: int) -> int:
    """Where the last break before `end` ends, or the sentence begins."""
    at = bisect_left(breaks, (end,))
    return min(breaks[at - 1][1], end) if at else 0
