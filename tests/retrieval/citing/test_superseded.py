"""What a code answers once its words have changed."""

from __future__ import annotations

import pytest

from retrieval.answers import Shown
from retrieval.errors import UnknownCode
from retrieval.receipts import Fate, Superseded

FERRY = "The ferry left the harbour at noon. Three ships waited outside.\n\nNobody saw the captain again.\n"


@pytest.fixture
def indexed(archive, put):
    def write(**files):
        for name, content in files.items():
            put(f"{name}.txt", content)
        archive.reindex()

    return write


def test_a_code_outlives_a_reindex_of_everything(archive, indexed, code_of):
    indexed(ferry=FERRY)
    code = code_of("noon")
    indexed(bread="Rye bread is baked on Quill Street.")
    archive.reindex(full=True)
    [shown] = archive.show(code)
    assert isinstance(shown, Shown) and "at noon" in shown.excerpt.text


def test_changed_words_are_shown_beside_what_stands_there_now(archive, indexed, code_of):
    indexed(ferry=FERRY)
    code = code_of("noon")
    indexed(ferry=FERRY.replace("noon", "dusk"))
    [old] = archive.show(code)
    assert isinstance(old, Superseded) and old.fate is Fate.CHANGED
    assert old.words == FERRY.strip()
    assert [excerpt.text for excerpt in old.now] == [FERRY.replace("noon", "dusk").strip()]
    assert (old.retired.generation, old.code) == (1, code)
    assert archive.receipt(code) == (old,)


def test_the_sentences_that_a_code_named_are_told(archive, indexed, code_of):
    indexed(ferry=FERRY)
    code = code_of("noon")
    indexed(ferry=FERRY.replace("noon", "dusk"))
    [second] = archive.show(f"{code}.2")
    assert second.words == "Three ships waited outside." and second.fate is Fate.STANDS
    [first] = archive.show(f"{code}.1-2")
    assert first.words.startswith("The ferry left the harbour at noon.") and first.fate is Fate.CHANGED
    with pytest.raises(UnknownCode, match="had 3 sentences, not 9"):
        archive.show(f"{code}.9")


def test_another_documents_look_alike_never_takes_the_code_over(archive, indexed, code_of):
    indexed(ferry=FERRY)
    code = code_of("noon")
    indexed(ferry="Something else stands in here now, every word of it new to this page.", twin=FERRY)
    [old] = archive.show(code)
    assert isinstance(old, Superseded)
    assert old.now == () and old.fate is Fate.CHANGED


def test_words_that_are_only_cut_otherwise_are_said_to_stand(archive, indexed, code_of):
    indexed(ferry=FERRY)
    code = code_of("noon")
    indexed(ferry=f"An account of the harbour was found in a drawer.\n\n{FERRY}")
    [old] = archive.show(code)
    assert old.fate is Fate.STANDS and old.words == FERRY.strip()
    assert [excerpt.text for excerpt in old.now] == [
        f"An account of the harbour was found in a drawer.\n\n{FERRY}".strip()
    ]


def test_words_inside_other_words_do_not_stand(archive, indexed, code_of):
    seen = "The mayor saw it from afar and said that nothing like it had ever been seen."
    indexed(hill=f"Rain fell on the hill.\n\n{seen}")
    code = code_of("hill")
    indexed(hill="The terrain fell. Rain fell on the hills.\n\nThe mayor did not see it at all.")
    [old] = archive.show(f"{code}.1")
    assert old.fate is Fate.CHANGED


def test_of_a_document_that_is_gone_no_words_are_shown(archive, indexed, code_of, folder):
    indexed(ferry=FERRY, bread="Rye bread is baked on Quill Street.")
    code = code_of("noon")
    (folder / "ferry.txt").unlink()
    archive.reindex()
    [old] = archive.show(code)
    assert (old.words, old.source, old.now, old.fate) == (None, None, (), Fate.GONE)
    assert old.retired.path == "archive/ferry.txt"


def test_a_file_that_can_not_be_read_just_now_is_not_called_gone(archive, indexed, code_of, put):
    indexed(ferry=FERRY, bread="Rye bread is baked on Quill Street.")
    code = code_of("noon")
    put("ferry.txt", b"\0\xff\0")
    archive.reindex()
    [old] = archive.show(code)
    assert (old.fate, old.words) == (Fate.UNREADABLE, FERRY.strip())
    indexed(ferry=FERRY)
    assert isinstance(archive.show(code)[0], Shown)


def test_a_document_that_comes_back_with_other_words_has_not_kept_the_old_ones(archive, indexed, code_of, folder):
    indexed(ferry=FERRY, bread="Rye bread is baked on Quill Street.")
    code = code_of("noon")
    (folder / "ferry.txt").unlink()
    archive.reindex()
    indexed(ferry="Nothing of the kind is in here now.")
    [old] = archive.show(code)
    assert old.words is None and old.fate in (Fate.CHANGED, Fate.GONE)


def test_what_left_the_archive_leaves_the_files_of_its_index(archive, indexed, folder, tmp_path):
    indexed(ferry=FERRY, bread="Rye bread is baked on Quill Street.")
    (folder / "ferry.txt").unlink()
    archive.reindex()
    indexed(bread="Rye bread is not baked any more.")  # the generation before goes with the next
    held = [path for path in (tmp_path / "data").rglob("*.sqlite") if b"Three ships waited" in path.read_bytes()]
    assert [path.name for path in held if path.name == "archive.sqlite"] == []


def test_the_old_words_can_be_sliced_again_at_their_place(archive, indexed, code_of):
    indexed(ferry=FERRY)
    code = code_of("noon")
    indexed(ferry=FERRY.replace("noon", "dusk"))
    [old] = archive.show(f"{code}.1")
    assert archive.slices([(old.retired.place, old.asked)]) == [old.words]
    assert archive.slices([(f"past/{code}/another", old.asked), ("past/", old.asked)]) == [None, None]


def test_a_code_that_never_was_is_unknown(archive, indexed):
    with pytest.raises(UnknownCode):
        archive.show("K7Q2M9XA4B")
    indexed(ferry=FERRY)
    for ask in (archive.show, archive.receipt):
        with pytest.raises(UnknownCode, match=r"^no passage in the archive has the code K7Q2M9XA4B$"):
            ask("K7Q2M9XA4B")
