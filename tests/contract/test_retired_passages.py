"""Codes of passages that changed: what they stood for is told, in every later generation."""

from __future__ import annotations

from little_archive import BAKERY, FERRY, MODEL, add, opened, page, publish

from retrieval.records import Retired
from retrieval.spans import pieces
from retrieval.splitting import cut_passages

CHANGED = FERRY.replace("noon", "dusk")


def retired(backend, document) -> dict[str, list[Retired]]:
    snapshot = opened(backend)
    return {passage.code: snapshot.retired(passage.code) for passage in cut_passages(document)}


def change(backend, *documents, fresh=False):
    """Each takes the place of the one with its id; with `fresh`, these are all that there is."""
    draft = backend.draft(*MODEL, fresh=fresh)
    draft.remove([document.source.id for document in documents])
    add(draft, *documents)
    backend.publish(draft)


def test_a_passage_whose_words_changed_is_told_with_its_words(backend):
    before, after = page("ferry.txt", FERRY), page("ferry.txt", CHANGED)
    publish(backend, before)
    change(backend, after)
    [passage] = cut_passages(before)
    [[old]] = retired(backend, before).values()
    assert (old.code, old.document_id, old.path) == (passage.code, before.source.id, "archive/ferry.txt")
    assert (old.text, old.generation) == (passage.span.of(FERRY), 1)
    assert pieces(old.text, old.sentences) == pieces(FERRY, passage.sentences)
    assert retired(backend, after) == {cut_passages(after)[0].code: []}


def test_what_was_read_again_and_is_the_same_is_not_retired(backend):
    publish(backend, page("ferry.txt", FERRY))
    change(backend, page("ferry.txt", FERRY))
    assert retired(backend, page("ferry.txt", FERRY)) == {cut_passages(page("ferry.txt", FERRY))[0].code: []}


def test_words_that_come_back_have_their_code_back(backend):
    publish(backend, page("ferry.txt", FERRY))
    change(backend, page("ferry.txt", CHANGED))
    change(backend, page("ferry.txt", FERRY))
    assert list(retired(backend, page("ferry.txt", FERRY)).values()) == [[]]
    [[changed]] = retired(backend, page("ferry.txt", CHANGED)).values()
    assert changed.generation == 2


def test_of_a_document_that_is_gone_the_passage_is_told_and_its_words_are_not_kept(backend):
    publish(backend, page("ferry.txt", FERRY), page("bakery.txt", BAKERY))
    draft = backend.draft(*MODEL)
    draft.remove([page("ferry.txt", FERRY).source.id])
    backend.publish(draft)
    [[old]] = retired(backend, page("ferry.txt", FERRY)).values()
    assert (old.path, old.text) == ("archive/ferry.txt", None)


def test_the_words_of_a_changed_passage_go_with_their_document(backend):
    publish(backend, page("ferry.txt", FERRY), page("bakery.txt", BAKERY))
    change(backend, page("ferry.txt", CHANGED))
    draft = backend.draft(*MODEL)
    draft.remove([page("ferry.txt", FERRY).source.id])
    backend.publish(draft)
    [[old]] = retired(backend, page("ferry.txt", FERRY)).values()
    assert old.text is None


def test_an_index_made_anew_still_knows_what_was_retired_before(backend):
    first, second, third = (page("ferry.txt", FERRY.replace("noon", time)) for time in ("noon", "dusk", "dawn"))
    publish(backend, first, page("bakery.txt", BAKERY))
    change(backend, second)
    change(backend, third, page("bakery.txt", BAKERY), fresh=True)
    assert [old.text for [old] in retired(backend, first).values()] == [cut_passages(first)[0].span.of(first.text)]
    assert [old.generation for [old] in retired(backend, second).values()] == [2]
    assert list(retired(backend, page("bakery.txt", BAKERY)).values()) == [[]]


def test_a_draft_that_is_thrown_away_retires_nothing(backend):
    publish(backend, page("ferry.txt", FERRY))
    draft = backend.draft(*MODEL)
    draft.remove([page("ferry.txt", FERRY).source.id])
    draft.discard()
    assert list(retired(backend, page("ferry.txt", FERRY)).values()) == [[]]


def test_half_a_character_is_kept_as_it_was(backend):
    text = FERRY.replace("harbour", "har\ud800bour")
    publish(backend, page("ferry.txt", text))
    change(backend, page("ferry.txt", CHANGED))
    [[old]] = retired(backend, page("ferry.txt", text)).values()
    assert "har\ud800bour" in old.text
