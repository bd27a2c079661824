"""What /ask, /search, /show and /help answer, from the seed and the real model."""

from __future__ import annotations

import re

import pytest

from bot.catalogue import Line
from retrieval import CONTRACT, Archive
from tests.discord.simcord.conftest import NewArchive, NewWorld
from tests.discord.simcord.world import Said, World

SETTLEMENTS = "How many settlements were liberated around Kharkiv?"
LIBERATED = (
    "Throughout the last roughly two weeks, 23 settlements in the Kharkiv area have been liberated, according to "
    "Ukrainian Brig. Gen. Oleksiy Hromov."
)
TITLE = "Russian Soldiers From 70th Regiment Refuse Orders To Fight Ukraine"
CODE = re.compile(r"^code ([0-9A-Z]{10}(?:\.\d+(?:-\d+)?)?)$", re.MULTILINE)


def codes_in(said: Said) -> list[str]:
    return CODE.findall(said.text)


def the_refusal(said: list[Said]) -> Said:
    """One plain sentence, for whoever asked alone."""
    (only,) = said
    assert only.private and not only.page.quotes and len(only.page.rows) == 1
    return only


async def the_code(world: World) -> str:
    """As somebody reads it under an answer: with the sentences that it means."""
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    return codes_in(said)[0]


# /ask


async def test_the_answering_sentence_is_bold_and_names_who_says_so(world: World) -> None:
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    first = said.page.quotes[0]
    assert first.of("bold") == [LIBERATED]
    assert first.kinds == {"bold"}
    told = next(row for row in said.page.rows if row.text.startswith("In the text:"))
    assert told.of("italic") == ["according to Ukrainian Brig. Gen. Oleksiy Hromov"]


async def test_every_quote_is_a_slice_of_the_seed_and_has_its_source_and_code(world: World, seed_text: str) -> None:
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    assert said.page.quotes
    for quote in said.page.quotes:
        assert quote.text in seed_text
    sources = [row.text for row in said.page.rows if row.text.startswith(f"— {TITLE}")]
    assert len(sources) == len(said.page.quotes) == len(codes_in(said))
    assert sources[0].startswith(f"— {TITLE} · undated · paragraph 3 · ")
    assert sources[0].endswith("000_1c64d74089188847.txt")


async def test_no_percentage_is_shown_as_confidence(world: World) -> None:
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    assert "%" not in said.markdown


async def test_a_public_answer_is_for_everyone(world: World) -> None:
    await world.slash("ask", question=SETTLEMENTS)
    assert len(world.said(viewer=world.bob)) == 1


async def test_a_private_answer_is_seen_by_the_asker_alone(world: World) -> None:
    (said,) = await world.slash("ask", question=SETTLEMENTS, private=True)
    assert said.private and LIBERATED in said.text
    assert len(world.said(viewer=world.alice)) == 1
    assert world.said(viewer=world.bob) == []


async def test_silence_quotes_nothing_and_says_what_was_searched(world: World) -> None:
    (said,) = await world.slash("ask", question="What is the capital of Australia?")
    assert said.holds(Line.NOTHING_RELEVANT)
    assert said.page.quotes == [] and "bold" not in said.page.kinds
    assert "Searched 1 document and 4 passages, all undated." in said.text
    assert said.holds(Line.NEAREST), "what came close is marked as not an answer"


async def test_the_first_response_is_a_deferral_and_holds_nothing_else(world: World) -> None:
    await world.slash("ask", question=SETTLEMENTS)
    await world.slash("ask", question=SETTLEMENTS, private=True)
    public, private = (request.json for request in world.sent("POST", "/callback"))
    assert public == {"type": 5}
    assert private == {"type": 5, "data": {"flags": 64}}


@pytest.mark.parametrize("name", ["search", "show", "help"])
async def test_every_other_command_defers_first_too(world: World, name: str) -> None:
    options = {"search": {"words": "Kharkiv"}, "show": {"code": await the_code(world)}, "help": {}}[name]
    await world.slash(name, **options)
    assert world.sent("POST", "/callback")[-1].json["type"] == 5


async def test_a_bad_date_gets_one_private_sentence(world: World) -> None:
    refusal = the_refusal(await world.slash("ask", question=SETTLEMENTS, after="31.05.2022"))
    assert "“31.05.2022” is not a date" in refusal.text
    assert world.said(viewer=world.bob) == []


async def test_a_publisher_that_nothing_matches_is_said_and_named(world: World) -> None:
    (said,) = await world.slash("ask", question=SETTLEMENTS, publisher="The Daily Planet")
    assert said.holds(Line.NOTHING_MATCHES_FILTERS)
    assert not said.page.quotes
    assert "publisher The Daily Planet" in said.text


async def test_an_over_long_question_gets_one_private_sentence(world: World) -> None:
    refusal = the_refusal(await world.slash("ask", question="Why? " * 200))
    assert refusal.holds(Line.QUESTION_TOO_LONG)
    assert "1000" in refusal.text.replace(",", "") and "500" in refusal.text


async def test_a_question_of_signs_alone_is_no_question(world: World) -> None:
    (said,) = await world.slash("ask", question="??? !!!")
    assert said.holds(Line.NOT_A_QUESTION) and not said.page.quotes


async def test_before_the_first_index_it_says_that_nothing_is_indexed(
    new_world: NewWorld, empty_archive: Archive
) -> None:
    world = await new_world(empty_archive).start()
    (said,) = await world.slash("ask", question=SETTLEMENTS)
    assert said.holds(Line.NOTHING_INDEXED)


async def test_filters_leave_only_what_matches(new_world: NewWorld, new_archive: NewArchive) -> None:
    text = "---\ntitle: {0}\npublisher: {0} Gazette\npublished: {1}\n---\n\nThe mayor of {0} opened the new bridge.\n"
    files = {"a.md": text.format("Aville", "2020-05-01"), "b.md": text.format("Bville", "2022-05-01")}
    world = await new_world(new_archive(files)).start()
    (said,) = await world.slash("ask", question="Who opened the new bridge?", after="2022-05-01")
    assert [quote.text for quote in said.page.quotes] == ["The mayor of Bville opened the new bridge."]
    assert "Bville · Bville Gazette · 2022-05-01 · paragraph 1" in said.text
    (said,) = await world.slash("ask", question="Who opened the new bridge?", publisher="aville  gazette")
    assert [quote.text for quote in said.page.quotes] == ["The mayor of Aville opened the new bridge."]
    assert "Searched 1 document and 1 passage" in said.text


# /search


async def test_search_shows_passages_that_hold_all_the_words(world: World, seed_text: str) -> None:
    (said,) = await world.slash("search", words="flagship Moskva")
    (quote,) = said.page.quotes
    assert "Moskva" in quote.text and "flagship" in quote.text and quote.text in seed_text
    assert not quote.live, "nothing answers a lookup, so nothing is bold"
    assert len(codes_in(said)) == 1


async def test_a_phrase_must_stand_so(world: World) -> None:
    (said,) = await world.slash("search", words='"Oleksiy Hromov"')
    assert len(said.page.quotes) == 1
    (said,) = await world.slash("search", words='"Hromov Oleksiy"')
    assert said.holds(Line.NO_HITS) and not said.page.quotes


async def test_a_word_with_a_minus_must_not(world: World) -> None:
    (every,) = await world.slash("search", words="Kharkiv")
    (some,) = await world.slash("search", words="Kharkiv -settlements")
    assert len(some.page.quotes) == len(every.page.quotes) - 1
    assert all("settlements" not in quote.text for quote in some.page.quotes)


async def test_pages_go_on_where_the_last_ended(new_world: NewWorld, new_archive: NewArchive) -> None:
    files = {f"{number}.txt": f"Report\n\nThe heron number {number} was seen at the lake.\n" for number in range(12)}
    world = await new_world(new_archive(files)).start()
    seen: list[str] = []
    for page, (count, line) in enumerate([(5, Line.MORE_HITS), (5, Line.MORE_HITS), (2, Line.LAST_HITS)], start=1):
        said = await world.slash("search", words="heron", page=page)
        quotes = [quote.text for one in said for quote in one.page.quotes]
        assert len(quotes) == count and said[-1].holds(line)
        seen += quotes
    assert len(set(seen)) == 12
    (said,) = await world.slash("search", words="heron", page=4)
    assert said.text.startswith("There is no page 4.")


async def test_search_with_no_hits_says_what_was_searched(world: World) -> None:
    (said,) = await world.slash("search", words="zeppelin")
    assert said.holds(Line.NO_HITS) and "Searched 1 document" in said.text


@pytest.mark.parametrize("words", ["Kharkiv after:yesterday", 'Kharkiv publisher:""', "-Kharkiv", "!!!"])
async def test_a_lookup_that_cannot_be_understood_gets_one_private_sentence(world: World, words: str) -> None:
    assert the_refusal(await world.slash("search", words=words)).text


# /show


async def test_show_gives_the_sentences_that_the_code_under_an_answer_means(world: World) -> None:
    (asked,) = await world.slash("ask", question=SETTLEMENTS)
    code = codes_in(asked)[0]
    (shown,) = await world.slash("show", code=code)
    assert shown.page.quotes[0].text == asked.page.quotes[0].text
    assert codes_in(shown) == [code]


async def test_a_code_is_read_in_lower_case_and_in_brackets(world: World) -> None:
    code = await the_code(world)
    (plain,) = await world.slash("show", code=code)
    for typed in (code.lower(), f"[[{code}]]", f"  {code} "):
        (said,) = await world.slash("show", code=typed)
        assert said.markdown == plain.markdown


async def test_a_passage_code_shows_all_of_it_and_a_range_its_sentences(world: World, seed_text: str) -> None:
    passage = (await the_code(world)).split(".")[0]
    (whole,) = await world.slash("show", code=passage)
    (two,) = await world.slash("show", code=f"{passage}.2-3")
    (one,) = await world.slash("show", code=f"{passage}.2")
    texts = [said.page.quotes[0].text for said in (one, two, whole)]
    assert all(text in seed_text for text in texts)
    assert two.text.startswith(texts[0]) and len(texts[0]) < len(texts[1]) < len(texts[2])
    assert texts[1] in texts[2]


@pytest.mark.parametrize("code", ["0000000000", "0000000000.1-2"])
async def test_an_unknown_code_gets_one_private_sentence(world: World, code: str) -> None:
    assert code[:10] in the_refusal(await world.slash("show", code=code)).text


@pytest.mark.parametrize("code", ["junk", "K7Q2M9XA4B.0", "K7Q2M9XA4B.4-2", "@everyone", "`x`" * 2000])
async def test_what_is_no_code_gets_one_private_sentence(world: World, code: str) -> None:
    refusal = the_refusal(await world.slash("show", code=code))
    assert refusal.text and refusal.page.kinds == set(), "what somebody typed is not live either"


async def test_a_sentence_past_the_last_is_refused(world: World) -> None:
    passage = (await the_code(world)).split(".")[0]
    assert "sentences, not 99" in the_refusal(await world.slash("show", code=f"{passage}.99")).text


async def test_around_adds_the_paragraphs_on_either_side(world: World, seed_text: str) -> None:
    passage = (await the_code(world)).split(".")[0]
    (alone,) = await world.slash("show", code=passage)
    said = await world.slash("show", code=passage, around=1)
    shown = "\n".join(quote.text for one in said for quote in one.page.quotes)
    paragraphs = seed_text.strip().split("\n\n")
    third = next(index for index, text in enumerate(paragraphs) if LIBERATED in text)
    for neighbour in (paragraphs[third - 1], alone.page.quotes[0].text, paragraphs[third + 1]):
        assert neighbour in shown
    assert [code.split(".")[0] for one in said for code in codes_in(one)] == [passage]
    bold = " ".join(words for one in said for quote in one.page.quotes for words in quote.of("bold"))
    assert bold.split() == alone.page.quotes[0].text.split(), "what the code names is marked in its context"


async def test_what_lies_between_an_excerpt_and_its_context_is_not_left_out_unseen(
    world: World, seed_text: str
) -> None:
    """Sentences 4 to 6, with the paragraph before: without a visible gap that paragraph would run into sentence 4."""
    code = (await the_code(world)).partition(".")[0] + ".4-6"
    said = await world.slash("show", code=code, around=1)
    shown = "\n".join(quote.text for one in said for quote in one.page.quotes)
    flat, whole = " ".join(shown.split()), " ".join(seed_text.split())
    assert flat in whole or "[…]" in flat


# /help


async def test_help_is_private_and_names_every_command(world: World) -> None:
    (said,) = await world.slash("help")
    assert said.private
    for name in ("/ask", "/search", "/show", "[[CODE]]", "receipt CODE", "/verify", "Check quotes", "/reindex"):
        assert name in said.text
    assert [row.text for row in said.page.rows if row.kinds == {"small"}] == list(CONTRACT)
    assert said.page.kinds == {"small"}, "the help itself is plain text"
    assert world.said(viewer=world.bob) == []
    assert world.sent("POST", "/callback")[0].json == {"type": 5, "data": {"flags": 64}}, "from the first moment"
