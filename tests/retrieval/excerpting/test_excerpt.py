"""Excerpts grow by whole sentences until nothing that is needed to read them rightly is outside."""

from __future__ import annotations

import pytest

from retrieval.answers import Voice
from retrieval.codes import Code
from retrieval.errors import UnknownCode
from retrieval.excerpting import chosen_sentences, excerpt_around, whole_passage
from retrieval.excerpting.growth import MOST_WORDS
from retrieval.splitting import cut_passages

LONG = " and so on, and so on, and so on" * 3


@pytest.fixture
def excerpt(read):
    """The excerpt around the sentence that begins so."""

    def around(text: str, begins: str):
        document = read("page.txt", text)
        for passage in cut_passages(document):
            for place, sentence in enumerate(passage.sentences):
                if sentence.of(document.text).startswith(begins):
                    return excerpt_around(place, passage, document)
        raise AssertionError(f"no sentence begins with {begins}")

    return around


def test_the_seeds_23_settlements_come_with_who_counted_them(excerpt, seed):
    found = excerpt(seed.read_text(), "Throughout the last roughly two weeks")
    assert "23 settlements in the Kharkiv area have been liberated" in found.text
    assert "according to Ukrainian Brig. Gen. Oleksiy Hromov" in [mark.words for mark in found.attribution]
    assert found.voice is Voice.ATTRIBUTED


def test_who_is_meant_by_a_pronoun_is_inside(excerpt):
    text = f"It rained{LONG}. Rope lay about{LONG}. Captain Pell Ardin spoke first{LONG}. He said the ferry sank{LONG}."
    found = excerpt(text, "He said the ferry sank")
    assert "Captain Pell Ardin spoke first" in found.text
    assert "It rained" not in found.text
    assert [mark.words for mark in found.attribution] == ["He said"]
    assert found.voice is Voice.ATTRIBUTED


def test_who_is_meant_by_a_pronoun_is_inside_even_from_the_passage_before(excerpt):
    text = f"Captain Pell Ardin spoke first{LONG}.\n\n" + f"He said the ferry sank{LONG * 3}. It snowed{LONG * 3}."
    assert "Captain Pell Ardin spoke first" in excerpt(text, "He said the ferry sank").text


@pytest.mark.parametrize("opening", ["He’s certain", "They've heard", "That’s why"])
def test_a_pronoun_leans_back_with_a_verb_drawn_into_it_too(excerpt, opening):
    text = f"It rained{LONG}. Captain Pell Ardin spoke first{LONG}. {opening} it sank{LONG}. It snowed{LONG}."
    assert "Captain Pell Ardin spoke first" in excerpt(text, opening).text


def test_a_chain_of_pronouns_goes_back_to_the_name(excerpt):
    text = f"Captain Ardin spoke{LONG}. He was calm{LONG}. They sank, he added{LONG}. The end came{LONG}."
    assert "Captain Ardin spoke" in excerpt(text, "They sank").text


@pytest.mark.parametrize(
    "qualifier",
    [
        "The claim could not be independently verified",
        "However, the mayor denied it",
        "But nobody saw it",
        "The mayor later denied having said so",
    ],
)
def test_what_takes_it_back_is_inside(excerpt, qualifier):
    found = excerpt(f"It rained{LONG}. Forty ships sank{LONG}. {qualifier}{LONG}. It snowed{LONG}.", "Forty ships sank")
    assert qualifier in found.text
    assert "It snowed" not in found.text


def test_a_short_excerpt_takes_in_its_neighbours_and_a_long_one_does_not(excerpt):
    short = "It rained. The ferry sank at noon. It snowed."
    assert excerpt(short, "The ferry sank").text == short
    long = f"It rained{LONG}. The ferry sank at noon{LONG}. It snowed{LONG}."
    assert excerpt(long, "The ferry sank").text == f"The ferry sank at noon{LONG}."


def test_only_the_answer_is_marked(excerpt):
    text = "It rained. The ferry sank at noon. It snowed."
    found = excerpt(text, "The ferry sank")
    assert [span.of(text) for span in found.answer] == ["The ferry sank at noon."]


def test_a_claim_beside_the_answer_does_not_make_the_answer_a_claim(excerpt):
    found = excerpt("Mayor Brandt said it rained. The ferry sank at noon.", "The ferry sank")
    assert [mark.words for mark in found.attribution] == ["Mayor Brandt said"]
    assert found.voice is Voice.UNDETERMINED


def test_a_code_names_its_sentences_from_one(read):
    document = read("page.txt", "It rained. The ferry sank at noon. It snowed.")
    [passage] = cut_passages(document)
    assert chosen_sentences(passage, Code(passage.code), document).text == document.text
    assert chosen_sentences(passage, Code(passage.code, 2, 2), document).text == "The ferry sank at noon."
    assert chosen_sentences(passage, Code(passage.code, 2, 3), document).code == f"{passage.code}.2-3"
    with pytest.raises(UnknownCode, match="has 3 sentences, not 4"):
        chosen_sentences(passage, Code(passage.code, 2, 4), document)


def test_a_whole_passage_marks_no_answer(read):
    document = read("page.txt", "It rained, said Mayor Brandt. The ferry sank at noon.")
    [passage] = cut_passages(document)
    found = whole_passage(passage, document)
    assert (found.text, found.answer, found.voice) == (document.text, (), Voice.ATTRIBUTED)


def test_whoever_is_named_farther_back_is_a_piece_of_its_own(excerpt):
    dull = " ".join(f"Rope number {number} lay on the quay{LONG}." for number in range(5))
    found = excerpt(f"Captain John Ardin spoke first{LONG}. {dull} By noon he slept{LONG}.", "By noon")
    first, second = found.pieces
    assert found.text.startswith("Captain John Ardin spoke first")
    assert first.end < second.start
    assert "Rope" not in found.text


def test_a_pronoun_stands_for_the_last_one_whom_its_gender_allows(excerpt):
    text = f"Mary Tolk lit the oven{LONG}. Rope lay about{LONG}. John Hale slept{LONG}. By noon she slept{LONG}."
    assert "Mary Tolk lit the oven" in excerpt(text, "By noon she").text
    assert "Mary Tolk" not in excerpt(text.replace("she", "he"), "By noon he").text


def test_a_quotation_brings_the_sentence_that_says_whose_it_is(excerpt):
    text = f"“The ferry sank,” said Mayor Brandt{LONG}. “We all slept{LONG}.” It rained{LONG}."
    found = excerpt(text, "“We all slept")
    assert found.voice is Voice.QUOTATION
    assert [mark.words for mark in found.attribution_shown] == ["said Mayor Brandt and so on"]


def test_a_quotation_of_several_paragraphs_brings_what_introduces_it(excerpt):
    text = (
        f"It rained{LONG}.\n\nMayor Brandt said this{LONG}:\n\n“The ferry sank{LONG}.\n\n“Nobody saw the ferry{LONG}.”"
    )
    assert "Mayor Brandt said this" in excerpt(text, "“Nobody saw").text


def test_a_question_in_quotation_marks_is_not_parted_from_who_asks_it(excerpt):
    found = excerpt(f"It rained{LONG}. “Who sank the ferry{LONG}?” Mayor Brandt asked the crew{LONG}.", "“Who sank")
    assert "Mayor Brandt asked" in found.text


def test_a_quotation_is_not_parted_from_the_name_under_it(excerpt):
    found = excerpt(f"It rained{LONG}.\n\n“Nobody saw the ferry{LONG}.”\n\n— Miriam Tolk, baker", "“Nobody saw")
    assert "— Miriam Tolk, baker" in found.text


@pytest.mark.parametrize(
    ("sentence", "voice"),
    [
        ("The harbour office expects the ferry to sail by noon.", Voice.ATTRIBUTED),
        ("Critics accused the mayor of sinking the ferry.", Voice.ATTRIBUTED),
        ("“Nobody ever saw the ferry again,” the baker said.", Voice.QUOTATION),
        ("The ferry has two decks and a red funnel.", Voice.REPORTER),
    ],
)
def test_who_speaks_is_told_by_the_words_of_the_sentence(excerpt, sentence, voice):
    assert excerpt(f"Rope lay on the quay{LONG}. {sentence} Nets hung dry{LONG}.", sentence[:12]).voice is voice


def test_a_sentence_that_leans_on_somebody_elses_claim_is_not_the_reporters(excerpt):
    text = f"Mayor Brandt said the ferry sank{LONG}. It had two decks and a red funnel. Nets hung dry{LONG}."
    assert excerpt(text, "It had two").voice is not Voice.REPORTER


@pytest.mark.parametrize(
    "sentence",
    [
        "The harbour lost its ferry, the Gannet, which was named after a bird.",
        "The ferry lay at the quay that is known as the Old Steps.",
    ],
)
def test_what_something_is_called_is_nobodys_claim(excerpt, sentence):
    found = excerpt(f"Rope lay on the quay{LONG}. {sentence} Nets hung dry{LONG}.", sentence[:20])
    assert found.voice not in {Voice.ATTRIBUTED, Voice.QUOTATION}


def test_what_is_said_by_nobody_is_a_claim_still(excerpt):
    sentence = "The ferry is expected to sail by noon, and is said to be full."
    found = excerpt(f"Rope lay on the quay{LONG}. {sentence} Nets hung dry{LONG}.", sentence[:20])
    assert found.voice is Voice.ATTRIBUTED


def test_of_two_who_can_be_meant_both_are_named(excerpt):
    text = (
        f"John Hale said the ferry sank{LONG}. Rope lay about{LONG}. Peter Brandt said it did not{LONG}. "
        f"Nets hung dry{LONG}. He said nobody slept{LONG}."
    )
    found = excerpt(text, "He said nobody").text
    assert "John Hale" in found
    assert "Peter Brandt" in found


def test_beyond_the_longest_core_whoever_claims_it_is_a_piece_of_its_own(excerpt):
    row = " and so on" * 20
    text = f"Mayor Brandt said this{row}:\n\n“The ferry sank{row}.\n\n“The crew slept{row}.\n\n“Nobody saw it{row}.”"
    found = excerpt(text, "“Nobody saw")
    told, answer = found.pieces
    assert "Mayor Brandt said" in told.of(text)
    assert "The crew slept" not in found.text
    assert len(answer.of(text).split()) <= MOST_WORDS < len(text.split())
