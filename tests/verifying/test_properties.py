"""What holds of any quote from any document, not only of those that somebody thought of."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st

from retrieval import Archive, QuestionError, Ruling
from retrieval.normal_form import normal_form
from retrieval.verifying.alignment import Alphabet, _nearest
from retrieval.verifying.editing import read_quote
from retrieval.verifying.standing import standing
from retrieval.verifying.stretches import Stretch
from retrieval.verifying.tokens import tokenise

HERE = Path(__file__).parent
SEED = HERE.parents[1] / "seeds" / "000_1c64d74089188847.txt"
TITLE_AND_COUNTERS = re.compile(r"\A[^\n]*\n+(?:\d+\n+)*")
FILES = [SEED, *sorted(HERE.glob("documents/**/*.txt"))]
BODIES = [TITLE_AND_COUNTERS.sub("", path.read_bytes().decode()) for path in FILES]
WORDS = [[match.span() for match in re.finditer(r"\S+", body)] for body in BODIES]

DENIALS = [
    (number, at)
    for number, body in enumerate(BODIES)
    for at, word in enumerate(body.split())
    if word.strip(".,").lower() in ("not", "never", "nobody", "denied")
]


@st.composite
def slices(draw: st.DrawFn) -> str:
    """At word boundaries, of one document's text as it is, from three words to all of it."""
    number = draw(st.integers(0, len(BODIES) - 1))
    words = WORDS[number]
    first = draw(st.integers(0, len(words) - 3))
    last = draw(st.integers(first + 2, min(len(words) - 1, first + draw(st.sampled_from([8, 40, 400])))))
    cut = BODIES[number][words[first][0] : words[last][1]]
    assume(sum(token.is_word for token in tokenise(cut)) >= 3)
    return cut


@given(cut=slices())
def test_any_slice_at_word_boundaries_is_exact(archive: Archive, cut: str) -> None:
    said = archive.verify(cut)
    assert said.ruling is Ruling.EXACT, said
    assert said.matches[0].text in cut


@given(cut=slices(), place=st.integers(0), digit=st.sampled_from("0123456789"))
def test_a_slice_with_one_digit_changed_is_never_called_the_same(
    archive: Archive, cut: str, place: int, digit: str
) -> None:
    digits = [match.start() for match in re.finditer(r"[0-9]", cut)]
    assume(digits)
    at = digits[place % len(digits)]
    assume(cut[at] != digit)
    changed = cut[:at] + digit + cut[at + 1 :]
    assume(not any(changed in body for body in BODIES))
    assert archive.verify(changed).ruling not in (Ruling.EXACT, Ruling.TYPOGRAPHY)


@given(cut=slices(), place=st.integers(0), word=st.sampled_from(["not", "never", "Lisbon", "allegedly", "77"]))
def test_a_slice_with_a_word_put_in_is_never_called_the_same(archive: Archive, cut: str, place: int, word: str) -> None:
    words = cut.split()
    at = place % (len(words) - 1) + 1
    changed = " ".join([*words[:at], word, *words[at:]])
    assert archive.verify(changed).ruling not in (Ruling.EXACT, Ruling.TYPOGRAPHY)


@given(cut=slices())
def test_other_quote_marks_dashes_and_line_breaks_never_alter_it(archive: Archive, cut: str) -> None:
    marks = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "—": " - ", "–": "-"})
    said = archive.verify(cut.translate(marks).replace(" ", "\n"))
    assert said.ruling in (Ruling.EXACT, Ruling.TYPOGRAPHY), said


@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_breaks_it(archive: Archive, text: str) -> None:
    assert archive.verify(text).ruling in set(Ruling)
    with contextlib.suppress(QuestionError):  # “he” and “…” are no names
        assert archive.verify(text, said_by=text[:20]).ruling in set(Ruling)
    assert all(one.quote and one.quote in text for one in archive.check(text).checked)


@given(place=st.sampled_from(DENIALS), before=st.integers(2, 9), behind=st.integers(2, 9), data=st.data())
def test_a_denial_that_a_mark_stands_for_is_told(
    archive: Archive, place: tuple[int, int], before: int, behind: int, data: st.DataObject
) -> None:
    number, denial = place
    words = BODIES[number].split()
    start, end = max(denial - before, 0), denial + behind + 1
    first = data.draw(st.integers(min(start + 1, denial), denial))
    last = data.draw(st.integers(denial, denial + behind - 1))
    mark = data.draw(st.sampled_from(["…", "[...]", "[sic]"]))
    cut = [*words[start:first], mark, *words[last + 1 : end]]
    assume(first > start and not any(one in word for word in words[start:end] for one in ("…", "[", "...")))
    said = archive.verify(" ".join(cut))
    assert said.ruling not in (Ruling.EXACT, Ruling.TYPOGRAPHY), said


@given(st.text("ab", min_size=1, max_size=24), st.lists(st.text("ab", min_size=1, max_size=2), min_size=2, max_size=4))
def test_fragments_stand_as_near_as_they_can(source: str, fragments: list[str]) -> None:
    claim = read_quote(" … ".join(" ".join(each) for each in fragments))
    stretch = Stretch(None, (), tuple(tokenise(" ".join(source))))  # type: ignore[arg-type]
    found = [each.places for each in standing(claim, stretch, Alphabet())]
    every = list(placements(source, fragments, 0))
    assert bool(found) == bool(every)
    if every:
        nearest = min(places[-1][1] - places[0][0] for places in every)
        assert min(places[-1][1] - places[0][0] for places in found) == nearest
    assert {tuple(places) for places in found} <= {tuple(places) for places in every}


def placements(source: str, fragments: list[str], since: int) -> Iterator[list[tuple[int, int]]]:
    """All that there are, by trying."""
    if not fragments:
        yield []
        return
    for at in range(since, len(source)):
        if source.startswith(fragments[0], at):
            end = at + len(fragments[0])
            yield from ([(at, end), *rest] for rest in placements(source, fragments[1:], end))


@given(st.text(max_size=200))
def test_the_normal_form_leads_back_to_the_text_in_order(text: str) -> None:
    normal = normal_form(text)
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    assert normal.starts == sorted(normal.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(normal.starts, normal.ends, strict=True))


@given(st.text(max_size=200))
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    once = normal_form(text).text
    assert normal_form(once).text == once


def fewest_edits(claimed: str, source: str, anchored: bool) -> int:
    """As the textbook has it (Sellers 1980), cell by cell."""
    column = list(range(len(claimed) + 1))
    best = len(claimed)
    for place, letter in enumerate(source, start=1):
        following = [place if anchored else 0]
        for row, wanted in enumerate(claimed, start=1):
            following.append(min(column[row - 1] + (wanted != letter), column[row] + 1, following[-1] + 1))
        column = following
        best = min(best, column[-1])
    return best


@given(st.text("abc", min_size=1, max_size=12), st.text("abcd", max_size=30), st.booleans())
def test_the_bit_vectors_count_as_the_textbook_does(claimed: str, source: str, anchored: bool) -> None:
    edits, end = _nearest(claimed, source, anchored)
    assert edits == fewest_edits(claimed, source, anchored)
    assert fewest_edits(claimed, source[:end], anchored) == edits
