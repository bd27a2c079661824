"""Whom "he", "she" or "they" stands for: the sentences behind which a reader knows it.

Each name that is near before a pronoun is weighed by how far back it is, whether its gender agrees, whether it
speaks or opens its sentence, and how often it is named (the signs of Lappin and Leass 1994, "An algorithm for
pronominal anaphora resolution"); `naming.toml` has the weights and says which script fits them. Of somebody who
is as likely meant as another, both are shown.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple, Self

from retrieval.excerpting.cues import english
from retrieval.excerpting.people import Name, people
from retrieval.excerpting.surroundings import Surroundings

MOST_BACK = 12
"""Sentences that are gone back for a name. Of PolNeAR's pronouns 92 in 100 have theirs within 6, 95 within 12."""
_DISTANCES = ("0", "1", "2", "3", *["4 to 6"] * 3, *["7 and more"] * (MOST_BACK - 6))
_MOST_MENTIONS = 5
_LATEST_VERB = 3
"""Words behind a pronoun among which its verb is: "he has often said"."""


class Pronoun(NamedTuple):
    place: int
    gender: str | None
    kind: str
    """How it stands in its sentence, as `naming.toml` names it."""


@dataclass(frozen=True, slots=True)
class Weights:
    intercept: float
    worth: float
    """The least probability that is worth a sentence."""
    of: Mapping[str, float]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Those that come with the program."""
        said = tomllib.loads(files(__package__).joinpath("naming.toml").read_text(encoding="utf-8"))
        return cls(said["intercept"], said["worth"], said["weights"])

    def evidence(self, found: Collection[str]) -> float:
        """From 0 to 1: how probable it is that the pronoun claims something and stands for that name."""
        return 1 / (1 + math.exp(-self.intercept - sum(self.of.get(feature, 0.0) for feature in found)))


def namers(around: Surroundings, at: int, shown: Collection[int]) -> list[int]:
    """Indices of the sentences to show beside `shown` so that whom a pronoun of sentence `at` can mean is named."""
    pronoun = pronoun_of(around, at)
    if pronoun is None:
        return []
    weights, named = Weights.load(), people(around).named
    open_: dict[str, float] = {}
    places: dict[str, int] = {}
    for surname, (last, found) in candidates(around, at, pronoun).items():
        open_[surname], places[surname] = weights.evidence(found), last
    for sentence in shown:
        for name in named(sentence):
            if sentence != at or name.place < pronoun.place:
                open_.pop(name.surname, None)
    chosen: list[int] = []
    while open_:
        gains = {
            back: sum(open_.get(surname, 0.0) for surname in {name.surname for name in named(back)})
            for back in {places[surname] for surname in open_}
        }
        best = max(gains, key=lambda back: (gains[back], back))
        if gains[best] < weights.worth:
            break
        chosen.append(best)
        for name in named(best):
            open_.pop(name.surname, None)
    return chosen


def pronoun_of(around: Surroundings, at: int) -> Pronoun | None:
    """The first that claims something, else the first before which the sentence names nobody that it can mean."""
    words, cues = around.sentences[at].words, english()
    fallback = None
    for place, word in enumerate(words):
        if word.is_quoted or word.bare not in cues.stand_ins:
            continue
        gender = cues.stand_ins[word.bare]
        if word.bare in cues.pronouns and _claims(around, at, place):
            return Pronoun(place, gender, f"{word.bare if gender is None else 'he or she'} claims")
        if fallback is None:
            before = [name for name in people(around).named(at) if name.place < place]
            opens = "opens" if place < 2 else "inside"
            if gender is None and opens == "opens":
                fallback = Pronoun(place, gender, f"{word.bare} opens")
            elif gender is not None and not any(name.gender == gender for name in before):
                is_subject = word.bare in cues.pronouns
                fallback = Pronoun(place, gender, f"{'he or she' if is_subject else 'his or her'} {opens}")
    return fallback


def candidates(around: Surroundings, at: int, pronoun: Pronoun) -> dict[str, tuple[int, list[str]]]:
    """Surname -> the last sentence that it is in, and what speaks for that it is meant. The latest comes first."""
    found: dict[str, list[tuple[int, Name]]] = {}
    for back in range(at, max(at - MOST_BACK, 0) - 1, -1):
        for name in people(around).named(back)[:: -1 if back == at else 1]:
            if back != at or name.place < pronoun.place:
                found.setdefault(name.surname, []).append((back, name))
    agreeing = {surname: _agreement(pronoun, [name for _, name in mentions]) for surname, mentions in found.items()}
    mentions_of = {surname: people(around).mentions(surname) for surname in found}
    most = max((mentions_of[surname] for surname in found if agreeing[surname] == "agrees"), default=0)
    order = speakers = 0
    weighed: dict[str, tuple[int, list[str]]] = {}
    for surname, mentions in found.items():
        last, name = mentions[0]
        agrees, distance = agreeing[surname], _DISTANCES[at - last]
        names = [each for _, each in mentions]
        speaks = any(each.speaks for each in names)
        first = people(around).named(last)[0].place == name.place
        signs = [
            pronoun.kind,
            f"{agrees}, number {min(order, 4)}",
            f"{agrees}, {pronoun.kind}",
            f"{distance} back, number {min(order, 4)}",
            f"{distance} back, {'speaks' if name.speaks else 'does not speak'}",
            f"{distance} back, {'opens' if name.opens else 'first' if first else 'later'}",
            f"{distance} back, {'same' if around.paragraphs[last] == around.paragraphs[at] else 'other'} paragraph",
            f"named {min(len(mentions), 4)} times near",
            f"named 2^{min(mentions_of[surname].bit_length(), _MOST_MENTIONS)} times",
            f"speaker number {min(speakers, 2)}" if speaks and agrees == "agrees" else "no agreeing speaker",
            *["most named"] * (agrees == "agrees" and mentions_of[surname] == most),
            *["speaks somewhere"] * speaks,
            *["only in quotations"] * all(each.is_quoted for each in names),
            *["full name"] * any(each.is_full for each in names),
        ]
        weighed[surname] = last, signs
        order += agrees not in {"disagrees", "nobody"} and not all(each.is_quoted for each in names)
        speakers += speaks and agrees == "agrees"
    return weighed


def _agreement(pronoun: Pronoun, names: list[Name]) -> str:
    genders = {name.gender for name in names if name.gender is not None}
    if pronoun.gender is None:
        return "of several"
    if genders:
        return "agrees" if pronoun.gender in genders else "disagrees"
    return "somebody" if any(name.is_person for name in names) else "nobody"


def _claims(around: Surroundings, at: int, place: int) -> bool:
    """Whether the pronoun stands beside a verb that tells a claim: "he later said"."""
    words, verbs = around.sentences[at].words, english().verbs
    if place > 1 and words[place - 1].small in verbs and (words[place - 2].is_mark or words[place - 2].small == ","):
        return True  # “…,” said he
    for behind in words[place + 1 : place + 1 + _LATEST_VERB]:
        if behind.is_mark or behind.small in {".", ","}:
            return False
        if behind.small in verbs and not behind.is_quoted:
            return True
    return False
