"""Work that goes on in a thread while what it made before is used."""

from __future__ import annotations

import itertools
import threading
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.indexing.ahead import ahead


def running():
    return [thread for thread in threading.enumerate() if thread.name == "ahead"]


@given(st.integers(0, 50), st.integers(1, 4), st.integers(1, 3))
def test_the_same_items_come_in_the_same_order_through_any_number_of_stages(count, most, stages):
    items = iter_of(range(count))
    for _ in range(stages):
        items = ahead(items, most)
    assert list(items) == list(range(count))
    assert not running()


def iter_of(items):
    yield from items


def test_no_more_is_made_ahead_than_there_is_room_for():
    made, full = [], threading.Event()

    def items():
        for number in itertools.count():
            made.append(number)
            if number == 3:
                full.set()
            yield number

    with closing(ahead(items(), 3)) as taken:
        assert next(taken) == 0
        assert full.wait(30)
        assert made == [0, 1, 2, 3]
        assert [next(taken), next(taken)] == [1, 2]
    assert not running()


def test_an_error_comes_behind_what_was_made_before_it():
    def items():
        yield from (1, 2)
        raise OSError("torn")

    taken = ahead(items(), 5)
    assert [next(taken), next(taken)] == [1, 2]
    with pytest.raises(OSError, match="torn"):
        next(taken)
    assert not running()


def test_closing_ends_every_stage_and_what_it_holds_is_given_back_in_its_own_thread():
    ended = []

    def first():
        try:
            yield from itertools.count()
        finally:
            ended.append(threading.current_thread())

    def second():
        with closing(ahead(first(), 2)) as items:
            for number in items:
                yield -number

    with pytest.raises(KeyError), closing(ahead(second(), 2)) as items:
        for number in items:
            if number == -10:
                raise KeyError
    [thread] = ended
    assert thread is not threading.main_thread() and not thread.is_alive()
    assert not running()
