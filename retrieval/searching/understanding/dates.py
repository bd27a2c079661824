"""Dates in a question, as periods. The only file that knows the date parser.

dateparser (Scrapinghub and Zyte, BSD, 200 locales) finds them and knows whether a day, a week, a month or a year was
meant. What it takes for a date by mistake ("may", "2.9") is left out by asking for something that only dates have.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from retrieval.searching.vocabulary import function_words
from retrieval.searching.wording import YEAR, english

_LONGEST = 1000
"""Characters of a question in which dates are looked for: the parser takes milliseconds a date."""
_DIGIT = re.compile(r"\d")
_NEXT_WORD = re.compile(r"\s+([a-z]+)")
_WORD = re.compile(r"\w+")
_DECADE = re.compile(r"\b(1\d{2}0|20\d0)s\b")
# Between a date and what it is the date of. The parser takes some of them into a date and stumbles over others, so it
# gets a copy that is as long and has none.
_CONNECTING = re.compile(
    r"\b(?:before|after|since|until|till|prior\s+to|between|and|by|to|through|than)\b", re.IGNORECASE
)
_LEADING = re.compile(r"(?:(?:in|on|from|of|at|the|during|;)\s+)*", re.IGNORECASE)
_TRAILING = re.compile(r"(?:[\s;]+(?:in|on|of|at|the|about|for|with)\b)*[\s;]*\Z", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:to|and|until|till|through|[-–—])\s*(?:the\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it."""

    first: datetime.date
    last: datetime.date

    def holds(self, day: datetime.date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: Period) -> bool:
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        if self.first == datetime.date.min:
            return f"until {self.last}"
        if self.last == datetime.date.max:
            return f"since {self.first}"
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Dated:
    """One period that a question names."""

    words: str
    start: int
    period: Period
    has_year: bool
    """False where the year was taken from the asker's today."""
    is_sure: bool
    """Whether it can be this period alone."""

    @property
    def end(self) -> int:
        return self.start + len(self.words)


def shifted(day: datetime.date, days: int) -> datetime.date:
    """So many days later, but within the calendar."""
    return datetime.date.fromordinal(
        min(max(day.toordinal() + days, datetime.date.min.toordinal()), datetime.date.max.toordinal())
    )


def find_dates(question: str, today: datetime.date) -> list[Dated]:
    """In the order of the question; `today` is the asker's. "From 1811 to 1827" is one period."""
    if not _may_hold_a_date(question):
        return []
    found = list(_found(question, today))
    joined: list[Dated] = []
    for dated in found:
        before = joined[-1] if joined else None
        if before is not None and _BETWEEN.fullmatch(question[before.end : dated.start]):
            words = question[before.start : dated.end]
            first, last = sorted((before.period, dated.period), key=lambda period: period.first)
            both = Period(first.first, last.last)
            has_year, is_sure = before.has_year or dated.has_year, before.is_sure and dated.is_sure
            joined[-1] = Dated(words, before.start, both, has_year, is_sure)
        else:
            joined.append(dated)
    return [_open_ended(dated, question) for dated in joined]


def warm_up() -> None:
    """The parser reads its tables at its first question: a quarter of a second."""
    find_dates("in May 2022", datetime.date(2022, 6, 1))


def _may_hold_a_date(question: str) -> bool:
    return bool(YEAR.search(question)) or _is_of_a_known_day(question) or _names_a_month(question)


def _found(question: str, today: datetime.date) -> Iterator[Dated]:
    # Imported here because it takes a quarter of a second, which the other commands should not.
    from dateparser.search import search_dates  # noqa: PLC0415

    settings: dict[str, Any] = {
        "RELATIVE_BASE": datetime.datetime.combine(today, datetime.time()),
        "PREFER_DATES_FROM": "past",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    plain = _CONNECTING.sub(lambda match: ";".ljust(len(match[0])), question[:_LONGEST])
    try:
        # Its stubs don't know `add_period` yet.
        matches = search_dates(plain, languages=["en"], settings=settings, add_period=True) or []  # type: ignore[call-overload]
    except (ValueError, OverflowError, TypeError, AttributeError, re.error):  # what hostile text gets out of it
        return
    at = 0
    for matched, moment, kind in matches:
        start = plain.find(matched, at)
        if start < 0:
            continue
        at = start + len(matched)
        leading = _LEADING.match(matched)
        start += leading.end() if leading else 0
        words = _TRAILING.sub("", plain[start:at])
        has_year = bool(YEAR.search(words))
        is_sure = (has_year and not _counts(words, question[at:])) or _is_of_a_known_day(words)
        decade = _DECADE.search(words)
        if decade is not None:  # the parser makes nothing of it
            period = Period(datetime.date(int(decade[1]), 1, 1), datetime.date(int(decade[1]) + 9, 12, 31))
            yield Dated(words, start, period, True, True)
        elif is_sure or _is_a_month(words, question[:start]):
            yield Dated(words, start, _whole(moment.date(), kind), has_year, is_sure)


def _is_of_a_known_day(words: str) -> bool:
    """Whether the asker's today tells which one is meant; of a month it could be that of any year."""
    said = english()
    return any(word in said.weekdays or word.lower() in said.relative for word in _WORD.findall(words))


def _counts(words: str, behind: str) -> bool:
    """Whether a bare number may be that of things, "reports of 1500 dead", and no year."""
    following = _NEXT_WORD.match(behind)
    return words.isdigit() and following is not None and following[1] not in function_words()


def _names_a_month(words: str) -> bool:
    return any(word in english().months for word in _WORD.findall(words))


def _is_a_month(words: str, before: str) -> bool:
    """By the day beside it, or by the preposition before it: people are called May and April, too."""
    return _names_a_month(words) and bool(_DIGIT.search(words) or english().before_a_month.search(before))


def _whole(day: datetime.date, kind: str | None) -> Period:
    match kind:
        case "year":
            return Period(datetime.date(day.year, 1, 1), datetime.date(day.year, 12, 31))
        case "month":
            last = calendar.monthrange(day.year, day.month)[1]
            return Period(day.replace(day=1), day.replace(day=last))
        case "week":
            monday = shifted(day, -day.weekday())
            return Period(monday, shifted(monday, 6))
    return Period(day, day)


def _open_ended(dated: Dated, question: str) -> Dated:
    before, said, period = question[: dated.start], english(), dated.period
    if said.earlier.search(before) and period.first > datetime.date.min:
        period = Period(datetime.date.min, shifted(period.first, -1))
    elif said.after.search(before) and period.last < datetime.date.max:
        period = Period(shifted(period.last, 1), datetime.date.max)
    elif said.since.search(before):
        period = Period(period.first, datetime.date.max)
    return replace(dated, period=period)
