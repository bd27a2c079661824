"""Where sentences end, and where only an abbreviation or a number does."""

from __future__ import annotations

import time

import pytest
import sentencex

from retrieval.splitting import cut_passages, split_sentences, split_text


def sentences(read, text: str) -> list[str]:
    document = read("page.txt", text)
    return [span.of(document.text).strip() for span in split_sentences(document)]


@pytest.fixture
def seed_sentences(read, seed):
    document = read(seed.name, seed.read_bytes())
    return [[span.of(document.text) for span in passage.sentences] for passage in cut_passages(document)]


def test_the_seed_has_twenty_sentences_in_four_paragraphs(seed_sentences):
    assert [len(paragraph) for paragraph in seed_sentences] == [3, 5, 6, 6]


@pytest.mark.parametrize(
    "sentence",
    [
        "Throughout the last roughly two weeks, 23 settlements in the Kharkiv area have been liberated, according to "
        "Ukrainian Brig. Gen. Oleksiy Hromov.",
        "U.K. authorities believe the Russian lieutenant general who failed at taking Kharkiv has been fired by Putin.",
        "Ukraine says they’ve wiped out 28,500 Russian soldiers, over 1,200 tanks, more than 3,000 armored combat "
        "vehicles, and more.",
        "These advances have helped ease the pressure on Kharkiv.",
    ],
)
def test_sentences_of_the_seed_are_whole(seed_sentences, sentence):
    assert sentence in [said for paragraph in seed_sentences for said in paragraph]


def test_a_quotation_that_ends_with_its_sentence_stays_with_it(seed_sentences):
    assert seed_sentences[1][1].endswith("with their freelance agents and informants.”")
    assert seed_sentences[1][2].startswith("The point of these security agents’")


@pytest.mark.parametrize(
    "sentence",
    [
        "Lt. Col. J. R. Hale spoke to Mrs. Brandt at St. Anne on Friday.",
        "The vote was 3.5 to 1.2, with No. 7 abstaining, i.e. the mayor.",
        "Dr. Tolk of the U.S. Navy left at 6 a.m. for the island.",
        "The ferry (which had sailed in Jan. 2022) was sold.",
        "See https://ostrell.example/a.html?b=c for the table.",
        "Prof. E. M. Ardin, Ph.D., said nothing.",
    ],
)
def test_abbreviations_initials_and_numbers_do_not_end_a_sentence(read, sentence):
    assert sentences(read, sentence + " It rained.") == [sentence, "It rained."]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It left. It came back! Did it? It did.", 4),
        ("“We wait.” “Why?” he asked.", 2),
        ("It left.\n\nIt came back", 2),
        ("船が出た。戻ってきた。", 2),
        ("غادرت العبارة. هل عادت؟ نعم.", 3),
    ],
)
def test_sentences_are_told_apart(read, text, count):
    assert len(sentences(read, text)) == count


@pytest.mark.parametrize("space", ["\u00a0", "\u2003", "\u3000", "\u2028", "\x85", "\x0c", "\t", "  "])
def test_any_white_space_may_stand_between_sentences(read, space):
    assert sentences(read, f"It left at noon.{space}It came back.") == ["It left at noon.", "It came back."]


def test_a_document_without_a_character_has_no_sentence(read):
    document = read("page.txt", "x")
    assert len(split_sentences(document)) == 1
    assert split_sentences(type(document)(document.source, "", ())) == ()


def test_paragraphs_are_kept_together_while_they_fit(read):
    short, long = "The ferry left at noon. " * 10, "The ferry came back. " * 30
    document = read("page.txt", "\n\n".join(["Ferries", short, short, long, long, short]))
    held = [(passage.paragraph, len(passage.sentences)) for passage in cut_passages(document)]
    assert held == [(1, 20), (3, 30), (4, 40)]


def test_a_long_paragraph_is_cut_between_sentences_into_parts_of_like_size(read):
    document = read("page.txt", "The ferry of Ostrell left at noon again. " * 90)
    lengths = [len(passage.sentences) for passage in cut_passages(document)]
    assert sum(lengths) == 90
    assert max(lengths) <= 2 * min(lengths)
    assert max(lengths) * 8 <= 180


def test_one_enormous_sentence_is_a_passage_by_itself(read):
    document = read("page.txt", "Before it. " + "word " * 400 + "end. After it.")
    assert [len(passage.span.of(document.text).split()) for passage in cut_passages(document)] == [2, 401, 2]


def test_a_long_paragraph_is_cut_as_the_splitter_cuts_it_at_once():
    text = "Brig. Gen. Hromov said so at 5 p.m. on Friday. " * 2000 + "x" * 30_000 + ". It rained. " * 800
    whole = list(sentencex.segment("en", text))
    assert [span.of(text) for span in split_text(text)] == whole


def test_a_paragraph_of_nothing_but_quotation_marks_takes_no_square_of_its_length():
    text = '"?' * 200_000
    started = time.process_time()
    assert "".join(span.of(text) for span in split_text(text)) == text
    assert time.process_time() - started < 20, "a minute and more where the splitter is given all of it"


@pytest.mark.parametrize("lost", [lambda found: found[:-1], lambda found: [found[0][1:], *found[1:]]])
def test_a_long_text_of_which_the_library_loses_something_is_one_sentence_and_soon(monkeypatch, lost):
    """Whatever is asked of it: it was once asked for ever larger parts."""
    monkeypatch.setattr(sentencex, "segment", lambda language, text: lost([text[:10], text[10:]]))
    text = "The ferry left. " * 2000
    [whole] = split_text(text)
    assert whole.of(text) == text
