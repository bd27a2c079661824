"""The plan: what to do, decided from two lists of files and nothing else."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from retrieval.indexing import Plan, compare
from retrieval.store.protocol import FileRecord


def files(**digests: str) -> dict[str, FileRecord]:
    """By path; each was read into a document of its own."""
    return {path: FileRecord(path, "1:1", digest, "text/1", (f"id of {path}",)) for path, digest in digests.items()}


def unread(path: str, digest: str) -> dict[str, FileRecord]:
    return {path: FileRecord(path, "1:1", digest, None, (), "no reader")}


def test_every_file_falls_into_its_group():
    before = files(same="a", changed="b", gone="c", moved="d")
    now = files(same="a", changed="B", added="e", elsewhere="d")
    assert compare(now, before) == Plan(("added",), ("changed",), ("gone",), {"elsewhere": "moved"}, (), ("same",))


def test_nothing_changed_is_an_empty_plan():
    assert compare(files(a="1", b="2"), files(a="1", b="2")).is_empty
    assert compare({}, {}).is_empty
    assert not compare(files(a="1"), {}).is_empty
    assert not compare({}, files(a="1")).is_empty


def test_stamps_alone_change_nothing():
    before = files(a="1")
    touched = {"a": dataclasses.replace(before["a"], stamp="1:2")}
    assert compare(touched, before).is_empty


def test_another_reader_makes_a_file_changed():
    before = files(a="1")
    newer = {"a": dataclasses.replace(before["a"], reader="text/2")}
    assert compare(newer, before).changed == ("a",)


def test_full_reads_what_is_the_same_again_and_does_not_call_it_changed():
    plan = compare(files(a="1", b="2", d="4"), files(a="1", b="3", c="4"), full=True)
    assert (plan.changed, plan.reread, plan.same, plan.moved) == (("b",), ("a",), (), {"d": "c"})
    assert plan.to_read == ("a", "b", "d")


def test_what_is_out_of_reach_is_never_read_again():
    plan = compare(files(a="1", b="2"), files(a="1", b="2"), full=True, out_of_reach={"b"})
    assert (plan.reread, plan.same) == (("a",), ("b",))


def test_between_copies_nobody_can_tell_what_moved():
    plan = compare(files(x="1", y="1"), files(a="1"))
    assert (plan.added, plan.gone, plan.moved) == (("x", "y"), ("a",), {})
    plan = compare(files(x="1"), files(a="1", b="1"))
    assert (plan.added, plan.gone, plan.moved) == (("x",), ("a", "b"), {})


def test_a_copy_beside_the_original_is_added():
    assert compare(files(a="1", b="1"), files(a="1")).added == ("b",)


def test_a_file_that_could_not_be_read_has_nothing_to_move():
    plan = compare(unread("y.pdf", "1"), unread("x.pdf", "1"))
    assert (plan.added, plan.gone, plan.moved) == (("y.pdf",), ("x.pdf",), {})


def test_a_file_that_could_not_be_opened_is_no_copy_of_another():
    plan = compare(unread("y", ""), {**files(x=""), **files(z="")})
    assert plan.moved == {}


def test_a_file_that_could_not_be_read_is_the_same_while_it_does_not_change():
    assert compare(unread("x.pdf", "1"), unread("x.pdf", "1")).same == ("x.pdf",)
    assert compare(unread("x.pdf", "2"), unread("x.pdf", "1")).changed == ("x.pdf",)


_folders = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123")).map(lambda held: files(**held))


@given(_folders, _folders, st.booleans())
def test_every_path_is_in_exactly_one_group(now, before, full):
    plan = compare(now, before, full)
    there = [*plan.added, *plan.changed, *plan.moved, *plan.reread, *plan.same]
    left = [*plan.gone, *plan.moved.values(), *plan.changed, *plan.reread, *plan.same]
    assert sorted(there) == sorted(now)
    assert sorted(left) == sorted(before)
    assert all(now[new].digest == before[old].digest for new, old in plan.moved.items())
    assert all(now[path].digest == before[path].digest for path in (*plan.reread, *plan.same))
    assert plan.is_empty == (now == before and not (full and now))
