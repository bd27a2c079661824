"""A question's phrases, dates and names, and what each of them asks of a document.

What is asked for beyond doubt is required: a phrase in quotation marks; a date or a name that is said to be one of
publication ("articles from May 2022", "published by the Ostrell Courier"). Everything else is only preferred: what
happened in May is also told in June, and what a paper said is also told by others.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answers import Role, Understood
from retrieval.filters import Filter, with_field
from retrieval.searching.understanding.dates import Dated, Period, find_dates, shifted
from retrieval.searching.understanding.names import KnownNames, Named
from retrieval.searching.wording import english
from retrieval.spans import Span, subtract

# Not the marks of inches and seconds: an opening one stands behind no letter or digit, a closing one before none.
_QUOTED = re.compile(r"(?<![^\s(\[])[\"“„«](?=\S)([^\"“”„«»]{2,}?)(?<=\S)[\"”“»](?!\w)")
_MOST = 4
"""Periods, and names, that are preferred: each costs a search of its own."""
_A_MONTH = 30
_TIME_ZONES = 1
"""A publisher's today can be ahead of the asker's."""
_ANY_DAY = datetime.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question, and what was understood of it."""

    question: str
    where: Filter
    """The asker's filter, and what the question requires beside it."""
    topic: str
    """What it is about: the question without what became a filter."""
    understood: tuple[Understood, ...] = ()
    phrases: tuple[str, ...] = ()
    """Must stand in the passage word for word."""
    periods: tuple[Period, ...] = ()
    """Preferred."""
    names: tuple[tuple[str, str], ...] = ()
    """(field of a source, its value): preferred."""
    today: datetime.date | None = None
    """The asker's; None where it is not known."""
    is_recent: bool = False
    """Whether the question says that it means the asker's own days."""

    @property
    def lately(self) -> Period | None:
        """The asker's last days."""
        return Period(shifted(self.today, -_A_MONTH), shifted(self.today, _TIME_ZONES)) if self.today else None


def as_written(question: str, where: Filter) -> Meaning:
    """Nothing but its words."""
    return Meaning(question, where, question)


def understand(question: str, where: Filter, known: KnownNames, today: datetime.date | None) -> Meaning:
    """Where `today` is None, "last week" has no meaning and only dates with a year are understood."""
    reading = _Reading(question, where, today)
    for match in _QUOTED.finditer(question):
        reading.phrase(" ".join(match[1].split()))
    reading.dates([dated for dated in find_dates(question, today or _ANY_DAY) if today or dated.has_year])
    reading.names(known.find(question))
    return reading.meaning()


class _Reading:
    """Collects what a question says, from one kind of thing after another."""

    def __init__(self, question: str, where: Filter, today: datetime.date | None) -> None:
        self._question, self._where, self._today = question, where, today
        self._understood: list[Understood] = []
        self._phrases: list[str] = []
        self._periods: list[Period] = []
        self._names: list[tuple[str, str]] = []
        self._is_recent = False
        self._filtered: list[Span] = []
        """Places of what became a filter, which says nothing of what the question is about."""

    def phrase(self, words: str) -> None:
        if any(character.isalnum() for character in words) and words not in self._phrases:
            self._phrases.append(words)
            self._understood.append(Understood(words, "phrase", words, Role.REQUIRED))

    def dates(self, dates: Sequence[Dated]) -> None:
        """A filter only for the one date that is said to be of publication, unless the asker gave another."""
        given = self._where
        for dated in dates:
            cue = english().before_a_date.search(self._question[: dated.start]) if dated.is_sure else None
            if cue is not None and len(dates) == 1 and given.after is None and given.before is None:
                first, last = dated.period.first, dated.period.last
                after = None if first == datetime.date.min else first
                before = None if last == datetime.date.max else last
                self._where = replace(given, after=after, before=before)
                self._filtered.append(Span(cue.start(), dated.end))
                self._note(dated.words, "published", str(dated.period), Role.REQUIRED)
            elif dated.period not in self._periods and len(self._periods) < _MOST:
                self._periods.append(dated.period)
                self._note(dated.words, "dated", str(dated.period), Role.PREFERRED)
        recent = english().recent.search(self._question) if self._today else None
        if recent and self._today:
            self._is_recent = True
            if not any(dated.start < recent.end() and recent.start() < dated.end for dated in dates):
                month = Period(shifted(self._today, -_A_MONTH), self._today)
                self._note(recent[0], "dated", str(month), Role.PREFERRED)

    def names(self, found: Sequence[Named]) -> None:
        """No filter where a name is, say, a publisher's and a collection's; nothing where the asker gave another."""
        given = self._where
        for named in found:
            if getattr(given, named.field) is not None:
                continue
            is_clear = sum((other.start, other.end) == (named.start, named.end) for other in found) == 1
            cue = english().before_a_name.search(self._question[: named.start])
            words = self._question[named.start : named.end]
            is_clear = is_clear and (named.name[:1].isupper() or "collection" in (cue[0] if cue else ""))
            if cue is not None and is_clear and getattr(self._where, named.field) is None:
                self._where = with_field(self._where, named.field, named.name)
                self._filtered.append(Span(cue.start(), named.end))
                self._note(words, named.field, named.name, Role.REQUIRED)
            elif (named.field, named.name) not in self._names and len(self._names) < _MOST:
                self._names.append((named.field, named.name))
                self._note(words, named.field, named.name, Role.PREFERRED)

    def meaning(self) -> Meaning:
        topic = self._question
        if self._filtered:
            left = subtract(Span(0, len(topic)), self._filtered)
            topic = " ".join(span.of(topic).strip() for span in left)
        return Meaning(
            self._question,
            self._where,
            topic if any(character.isalnum() for character in topic) else self._question,
            tuple(self._understood),
            tuple(self._phrases),
            tuple(self._periods),
            tuple(self._names),
            self._today,
            self._is_recent,
        )

    def _note(self, words: str, field: str, value: str, role: Role) -> None:
        self._understood.append(Understood(words.strip(), field, value, role))
