"""The language of a text whose source does not say."""

from __future__ import annotations

import pytest

from retrieval.reading.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry left the harbour at noon and was not seen again.", "en"),
        ("Der Bürgermeister sagte gestern, die Brücke sei gesperrt.", "de"),
        ("Le maire a dit que le pont est fermé jusqu’au printemps.", "fr"),
        ("Мер сказав, що міст закрито для руху до весни.", "uk"),
        ("Мэр сказал, что мост закрыт до весны, и ушёл.", "ru"),
        ("漢字の文章です。これはテストです。港を出た船は戻らない。", "ja"),
    ],
)
def test_it_is_told_by_the_text(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "ok", "12345 67890 12345 67890", "\ud800" * 50, "Pell Ardin Ostrell Quill"])
def test_what_it_is_not_sure_of_has_none(text):
    assert detect_language(text) is None


def test_a_document_keeps_what_its_source_says(read, put):
    put("note.txt.toml", 'language = "de"')
    document = read("note.txt", "Title\n\nThe ferry left the harbour at noon and was not seen again.")
    assert (document.source.language, document.source.language_is_detected) == ("de", False)


def test_a_document_that_says_nothing_has_the_language_of_its_text(read):
    document = read("note.txt", "Title\n\nThe ferry left the harbour at noon and was not seen again.")
    assert (document.source.language, document.source.language_is_detected) == ("en", True)
