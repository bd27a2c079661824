"""Who says a quote is told by words outside of it, and behind a pronoun by the name that it stands for."""

from __future__ import annotations

import pytest

from retrieval.excerpting import excerpt_around, who_says
from retrieval.spans import Span
from retrieval.splitting import cut_passages


@pytest.fixture
def who(read):
    """The words that say who says these parts of a text."""

    def of(text: str, *parts: str) -> list[str]:
        document = read("page.txt", text)
        starts = [document.text.index(part) for part in parts]
        pieces = [Span(start, start + len(part)) for start, part in zip(starts, parts, strict=True)]
        return [mark.words for mark in who_says(pieces, cut_passages(document), document)]

    return of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“It sank,” said Captain Pell Ardinson.", ["said Captain Pell Ardinson"]),
        ("According to Mr. Hale, It sank at night.", ["According to Mr. Hale"]),
        ("Dorn met the crew. “It sank.”", []),
        ("“We saw the light go out,” Dorn said.\n\n“It sank.\n\n“It rusts there,” he added.", ["Dorn said"]),
        ("Dorn said the lamp was lit. “It sank,” he added.", ["Dorn said"]),
        ("Dorn said the lamp was lit. The crew slept. “It sank,” he added.", ["Dorn said"]),
        ("“It sank,” he added.", ["he added"]),
    ],
)
def test_it_is_the_quotes_own_sentence_that_says_who_or_one_that_tells_of_it(who, text, expected):
    assert who(text, "It sank") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Opposition leader Claire Bovet called it “a farce” and said “It sank”.", "Opposition leader Claire Bovet"),
        ("Held called Rowan reckless and said “It sank”.", "Held"),
        ("Held slept, called Rowan reckless and said “It sank”.", None),
        ("The appointed warden Rolf Amsel took the lamp and then said “It sank”.", "The appointed warden Rolf Amsel"),
        ("Mr. Hale flatly refused the lamp and angrily said “It sank”.", "Mr. Hale flatly"),
        ("The harbour master left it and said “It sank”.", "The harbour master"),
    ],
)
def test_a_verb_behind_and_has_the_subject_that_its_sentence_begins_with(who, text, expected):
    found = who(text, "It sank")
    assert found[:1] == [expected] if expected else expected not in found


def test_what_a_quote_says_itself_does_not_say_who_says_the_quote(who):
    text = "“Judge Holt told me, ‘It sank,’ and smiled,” said clerk Tom Ferris."
    assert who(text, "It sank") == ["Judge Holt told", "said clerk Tom Ferris"]
    assert who(text, "Judge Holt told me, ‘It sank,’ and smiled") == ["said clerk Tom Ferris"]


def test_both_pieces_of_a_quote_are_asked(who):
    text = "Dorn said the lamp was lit. It was cold that night. Mayor Brandt said the crew slept."
    assert who(text, "the lamp was lit", "the crew slept") == ["Dorn said", "Mayor Brandt said"]


def test_a_name_before_a_pronoun_need_not_be_whom_it_stands_for(who):
    text = "Hall gave a speech in Riga in which he said the lamp was lit."
    assert who(text, "the lamp was lit") == ["Hall gave a speech in Riga in which he said", "he said"]


@pytest.mark.parametrize(("before", "is_a_title"), [("Ms", True), ("the ATMs", False)])
def test_no_excerpt_begins_behind_a_titles_dot(read, before, is_a_title):
    """Where a splitter takes the dot for the end of a sentence, the name behind it brings its title along."""
    document = read("page.txt", f"The lamp was lit by {before}. Hale of the harbour office slept{' and slept' * 9}.")
    [passage] = cut_passages(document)
    assert len(passage.sentences) == 2
    assert ("The lamp was lit" in excerpt_around(1, passage, document).text) is is_a_title
