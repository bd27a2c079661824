"""Who speaks in a sentence: somebody who is said to, in or out of quotation marks, the reporter, or it can't be told.

A linear model weighs the features of voice_features.py; `voice.toml` has its weights and names the script that fits it.
The model alone says nothing: without words that a reader can be shown as the cue, the voice is undetermined.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

from retrieval.answers import Attribution, Voice
from retrieval.excerpting.attribution import attributions_in, with_subject
from retrieval.excerpting.cues import english
from retrieval.excerpting.surroundings import Surroundings, Word, once_for_each
from retrieval.excerpting.voice_features import Features, features, nouns_of, verbs_of
from retrieval.spans import Span

QUOTATION = 0.5
"""A sentence of which a larger share of the words is in quotation marks is called a quotation."""
LEAST_WORD = 0.25
"""Weight of a noun, an adjective or an adverb that is shown as the cue."""
FARTHEST = 3
"""Sentences of one paragraph between a quotation and the words that say whose it is."""
LONGEST_SPEECH = 8
"""Sentences of a quotation over several paragraphs that are gone back to the words that introduce it."""


@dataclass(frozen=True, slots=True)
class Weights:
    intercept: float
    claimed: float
    """The least evidence with which a sentence is called somebody's claim."""
    reported: float
    """The most evidence with which a sentence is called the reporter's own."""
    of: Mapping[tuple[str, str], float]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Those that come with the program."""
        said = tomllib.loads(files(__package__).joinpath("voice.toml").read_text(encoding="utf-8"))
        weights = {(table, name): weight for table, named in said["weights"].items() for name, weight in named.items()}
        return cls(said["intercept"], said["claimed"], said["reported"], weights)

    def evidence(self, found: Features) -> float:
        """From 0 to 1: how probable it is that people would label the sentence as somebody's claim."""
        total = self.intercept + sum(self.of.get(feature, 0.0) * value for feature, value in found.items())
        return 1 / (1 + math.exp(-total))


def voice_of(around: Surroundings, at: int) -> tuple[Voice, Attribution | None]:
    """The voice of sentence `at`, and the words that it rests on, which may stand in a sentence beside it."""
    weights = Weights.load()
    found = features(around.sentences, at, around.text)
    evidence = weights.evidence(found)
    if evidence >= weights.claimed and (cue := cue_of(around, at)) is not None:
        share = found.get(("sentence", "share quoted"), 0.0)
        return (Voice.QUOTATION if share > QUOTATION else Voice.ATTRIBUTED), cue
    if evidence <= weights.reported and _nobody_else_speaks(around, at, found):
        return Voice.REPORTER, None
    return Voice.UNDETERMINED, None


def cue_of(around: Surroundings, at: int) -> Attribution | None:
    """Of the sentence itself; for a quotation that has none, of the nearest sentence in its paragraph that has one."""
    own = own_cue(around, at)
    if own is not None or not speaks_in_quotation(around, at):
        return own
    beside = teller(around, at)
    return None if beside is None else own_cue(around, beside)


def teller(around: Surroundings, at: int) -> int | None:
    """Index of the sentence that says whose quotation sentence `at` is: of its paragraph, else before the quotation."""
    paragraph = around.paragraphs[at]
    for distance in range(1, FARTHEST + 1):
        for beside in (at - distance, at + distance):
            if 0 <= beside < len(around.spans) and around.paragraphs[beside] == paragraph and own_cue(around, beside):
                return beside
    for before in range(at - 1, max(at - LONGEST_SPEECH, 0) - 1, -1):
        if own_cue(around, before) is not None or around.spans[before].of(around.text).endswith(":"):
            return before
        if not speaks_in_quotation(around, before):
            return None
    return None


def speaks_in_quotation(around: Surroundings, at: int) -> bool:
    """Whether the sentence has its words, or goes on, in quotation marks."""
    sentence = around.sentences[at]
    return sentence.begins_quoted or any(word.is_mark for word in sentence.words)


@once_for_each
def own_cue(around: Surroundings, at: int) -> Attribution | None:
    """An attribution, else the verb, noun or adverb of the sentence that weighs most for a claim."""
    span = around.spans[at]
    marks = attributions_in(around, at)
    if marks:
        return marks[0]
    weights, sentence = Weights.load().of, around.sentences[at]
    verbs = [(sum(weights.get(feature, 0.0) for feature in found), word) for word, found in verbs_of(sentence)]
    for heaviness, verb in sorted(verbs, key=lambda each: (-each[0], each[1].span)):
        if heaviness > 0 and (told := _told_by(around, span, verb)) is not None:
            return told
    others = [(sum(weights.get(feature, 0.0) for feature in found), word) for word, found in nouns_of(sentence)]
    others += [
        (max(weights.get(("adjective", word.small), 0.0), weights.get(("adverb", word.small), 0.0)), word)
        for word in sentence.words
        if not word.is_quoted
    ]
    heaviest, cue = max(others, default=(0.0, None))
    return Attribution(cue.span, *[cue.span.of(around.text)] * 2) if cue and heaviest > LEAST_WORD else None


def _told_by(around: Surroundings, sentence: Span, verb: Word) -> Attribution | None:
    """The verb with its subject; without one only where it tells a claim: "is said to", and not "is named"."""
    told = with_subject(around.text, sentence, verb.span)
    alone = told is None and (verb.small.endswith("ing") or english().alone.issuperset(english().verbs[verb.small]))
    return Attribution(verb.span, *[verb.span.of(around.text)] * 2) if alone else told


def _nobody_else_speaks(around: Surroundings, at: int, found: Features) -> bool:
    sentence = around.sentences[at]
    opening = next((word.bare for word in sentence.words if word.small[0].isalnum()), "")
    told = {("sentence", "quoted"), ("sentence", "phrase"), ("sentence", "first person"), ("before", "ends quoted")}
    leans = any(opening in words for words in (english().leaning, english().pronouns, english().stand_ins))
    told.add(("before", "verb in the same paragraph"))  # what somebody said may go on
    no_cue = found.get(("sentence", "no verb"), 0.0) == 1.0 and not told & found.keys()
    return bool(sentence.words) and no_cue and not leans
