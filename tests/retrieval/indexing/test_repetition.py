"""Counting in arrays comes to what counting one by one does."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.indexing.repetition import FEWEST, SHARE, Group, LinesIn, Repetition
from retrieval.line_table import LineTable, Origin, ShortLines

# Few of everything, so that groups have enough stories to repeat lines, and stories have versions.
names = st.sampled_from([None, "", "Ostrell Courier"])
origins = st.builds(Origin, names, st.sampled_from([None, "news"]), st.sampled_from([None, None, "a.zip", "b.jsonl"]))
lines = st.sets(st.integers(0, 5).map(lambda number: 2**64 - 1 - number), max_size=5).map(tuple)
stories = st.integers(0, 2**64 - 1) | st.integers(0, 3)
documents = st.lists(st.tuples(origins, lines, stories, lines), max_size=40)
added = st.lists(st.builds(LinesIn, st.builds(Group, names, names), lines, stories), max_size=20)


def table_of(drawn):
    return LineTable.of(
        ShortLines(f"id {number}", origin, held, story, tuple(line for line in held if line in marked))
        for number, (origin, held, story, marked) in enumerate(drawn)
    )


def one_by_one(every):
    """The repeated lines of each group, in the plainest Python that says it."""
    versions = defaultdict(list)
    for document in every:
        versions[document.group, document.story].append(sorted(document.lines))
    counts, held = defaultdict(Counter), Counter()
    for (group, _), of_story in versions.items():
        counts[group].update(min(of_story))
        held[group] += 1
    return {
        group: {line for line, count in found.items() if count >= max(FEWEST, SHARE * held[group])}
        for group, found in counts.items()
    }


def in_groups(table):
    """The documents of a table; those of a file that holds many are that file's."""
    held = Counter(each.origin.file for each in table)
    for each in table:
        group = Group.of(each.origin.publisher, each.origin.collection)
        file = each.origin.file
        yield LinesIn(group.within(file) if file and held[file] > 1 else group, each.lines, each.story)


FIVE_AND_TWO_VERSIONS = [(Origin("p", None, None), (7, 9 - n % 2), n // 2, ()) for n in range(2 * FEWEST)]


@example(FIVE_AND_TWO_VERSIONS, [])
@example(FIVE_AND_TWO_VERSIONS[2:], [LinesIn(Group("p", None), (7,), 99)])
@example([], [])
@given(documents, added)
def test_the_same_lines_repeat_as_when_they_are_counted_one_by_one(drawn, more):
    table = table_of(drawn)
    staying = list(in_groups(table))
    expected = one_by_one([*staying, *more])
    repetition = Repetition(table, more)
    found, end = [], 0
    for each in staying:
        start, end = end, end + len(each.lines)
        now = zip(each.lines, repetition.of_staying[start:end].tolist(), strict=True)
        found.append({line for line, repeats in now if repeats})
    assert found == [expected[each.group] & set(each.lines) for each in staying]
    assert [repetition.among(each) for each in more] == [expected[each.group] & set(each.lines) for each in more]


def test_five_stories_repeat_a_line_and_their_versions_count_once():
    repetition = Repetition(table_of(FIVE_AND_TWO_VERSIONS), [])
    assert repetition.of_staying.tolist() == [
        line in (7, 8) for _, held, _, _ in FIVE_AND_TWO_VERSIONS for line in held
    ]


@given(documents, documents, st.data())
def test_a_table_of_lines_is_its_documents_however_it_is_put_together(one, other, data):
    table = table_of(one)
    kept = data.draw(st.lists(st.booleans(), min_size=len(one), max_size=len(one)))
    left = table.kept(np.array(kept, np.bool_))
    assert list(left) == [each for each, stays in zip(table, kept, strict=True) if stays]
    both = left.beside(table_of(other))
    assert list(both) == [*left, *table_of(other)]
    assert [(each.origin, each.lines, each.story) for each in table] == [drawn[:3] for drawn in one]
