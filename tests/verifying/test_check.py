"""A message is checked by what it quotes, else sentence by sentence: in order, ten at most."""

from __future__ import annotations

from retrieval import Archive, Ruling


def rulings(archive: Archive, message: str) -> list[tuple[str, str]]:
    return [(checked.place.of(message), str(checked.verified.ruling)) for checked in archive.check(message)]


def test_each_quotation_is_checked_and_the_rest_is_not(archive: Archive) -> None:
    message = (
        'He wrote: "The flames did reach the fuel depot" and “we never received a report about that belt”, '
        "then “no” and «a fish that nobody ever caught in Lisbon»."
    )
    assert rulings(archive, message) == [
        ("The flames did reach the fuel depot", "altered"),
        ("we never received a report about that belt", "typography"),
        ("a fish that nobody ever caught in Lisbon", "absent"),
    ]


def test_without_a_quotation_every_sentence_is(archive: Archive) -> None:
    message = "> 23 settlements in the Kharkiv area have been liberated.\n- Brig. Gen. Hromov said so. Right?"
    assert rulings(archive, message) == [
        ("23 settlements in the Kharkiv area have been liberated.", "typography"),
        ("Brig. Gen. Hromov said so.", "absent"),
        ("Right?", "cannot_check"),
    ]


def test_an_apostrophe_opens_no_quotation(archive: Archive) -> None:
    message = "It isn’t so: the dogs’ owners, they said, wouldn’t look there."
    assert [place for place, _ in rulings(archive, message)] == [message]


def test_ten_at_most_and_in_order(archive: Archive) -> None:
    message = " ".join(f"“sentence number {number} is in no document”" for number in range(14))
    places = [checked.place.start for checked in archive.check(message)]
    assert len(places) == 10
    assert places == sorted(places)


def test_a_message_without_words_has_nothing_to_check(archive: Archive) -> None:
    assert archive.check("") == ()
    assert all(c.verified.ruling is Ruling.CANNOT_CHECK for c in archive.check("!!! ??? 🙂"))
