"""Spans against the plainest model there is: the set of positions that they hold."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import spans, texts

from retrieval.spans import Span, cover, pieces, subtract


def positions(*held: Span) -> set[int]:
    return {place for span in held for place in range(span.start, span.end)}


@given(spans(), spans())
def test_clipping_keeps_the_positions_that_both_hold(one, other):
    clipped = one.clip(other)
    assert (positions(clipped) if clipped else set()) == positions(one) & positions(other)


@given(spans(), spans())
def test_spans_overlap_where_they_share_a_position(one, other):
    assert one.overlaps(other) == bool(positions(one) & positions(other))


@given(spans(), spans())
def test_a_span_contains_another_where_it_holds_all_of_its_positions(one, other):
    assert one.contains(other) == (positions(other) <= positions(one))


@given(spans(), st.lists(spans(), max_size=6))
def test_subtracting_holes_leaves_exactly_the_positions_outside_them(span, holes):
    assert positions(*subtract(span, holes)) == positions(span) - positions(*holes)


@given(spans(), st.lists(spans(), max_size=6))
def test_what_subtracting_leaves_is_in_order_and_never_touches(span, holes):
    left = subtract(span, holes)
    assert all(one.end < following.start for one, following in itertools.pairwise(left))


@given(st.lists(spans(), min_size=1, max_size=6))
def test_the_cover_is_the_shortest_span_that_holds_them_all(held):
    together = positions(*held)
    assert cover(held) == Span(min(together), max(together) + 1)


@given(spans(), st.integers(0, 50))
def test_shifting_moves_every_position_by_as_much(span, by):
    assert positions(span.shifted(by)) == {place + by for place in positions(span)}


@given(texts().filter(len), st.data())
def test_trimming_drops_white_space_and_nothing_else(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    trimmed = span.trimmed(text)
    assert (trimmed.of(text) if trimmed else "") == span.of(text).strip()
    assert trimmed is None or span.contains(trimmed)


def test_nothing_has_no_cover():
    with pytest.raises(ValueError, match="nothing to cover"):
        cover([])


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 2), (0, 0)])
def test_a_span_that_holds_nothing_or_begins_before_the_text_can_not_be_made(start, end):
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


def test_a_slice_beyond_the_text_is_refused_rather_than_shortened():
    with pytest.raises(ValueError, match="outside a text of 3 characters"):
        Span(1, 4).of("abc")
    assert pieces("abc", [Span(2, 3), Span(0, 2)]) == ["c", "ab"]
