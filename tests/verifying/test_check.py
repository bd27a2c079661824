"""A message is checked by what it quotes and by its other sentences: in order, up to a number, the rest counted."""

from __future__ import annotations

import pytest

from retrieval import MOST_CHECKED, Archive, CheckedMessage, Ruling


def rulings(archive: Archive, message: str) -> list[tuple[str, str]]:
    return [(verified.quote, str(verified.ruling)) for verified in archive.check(message).checked]


def test_of_a_sentence_with_quotations_they_are_checked_and_nothing_else(archive: Archive) -> None:
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


def test_so_many_at_most_and_in_order(archive: Archive) -> None:
    sentences = [f"sentence number {number} is in no document" for number in range(MOST_CHECKED + 4)]
    said = archive.check(" ".join(f"“{sentence}”" for sentence in sentences))
    assert [verified.quote for verified in said.checked] == sentences[:MOST_CHECKED]
    assert said.left_out == 4


def test_a_message_without_words_has_nothing_to_check(archive: Archive) -> None:
    assert archive.check("") == CheckedMessage(())
    assert all(one.ruling is Ruling.CANNOT_CHECK for one in archive.check("!!! ??? 🙂").checked)


def test_a_claim_beside_a_quotation_is_checked_too(archive: Archive) -> None:
    message = (
        "The flames did reach the fuel depot. I “agree with you fully”, he said. "
        "Then “We never received a report about that belt.” Nobody was killed, but 14 dock workers were treated."
    )
    assert rulings(archive, message) == [
        ("The flames did reach the fuel depot.", "altered"),
        ("agree with you fully", "absent"),
        ("We never received a report about that belt.", "typography"),
        ("Nobody was killed, but 14 dock workers were treated.", "altered"),
    ]
    assert archive.check(message).left_out == 0


@pytest.mark.parametrize(
    ("message", "quoted"),
    [
        ("'We did not strike the bridge' he said", ["We did not strike the bridge"]),
        ("He said 'we don't strike the dogs' owners' twice", ["we don't strike the dogs' owners"]),
        ("She wrote: 'nobody was killed there.'", ["nobody was killed there."]),
        ("'Tis the season, and the dogs' owners aren't glad", None),
        ("The 'old' dogs' owners weren't here in the '90s, nor in the farmers' fields", None),
        ("rock 'n' roll isn't what the workers' union wanted", None),
    ],
)
def test_straight_single_quotes_quote_and_apostrophes_do_not(
    archive: Archive, message: str, quoted: list[str] | None
) -> None:
    assert [place for place, _ in rulings(archive, message)] == (quoted or [message])
