"""Attribution against labels: small texts whose figures can be worked out by hand."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence

from retrieval.evaluation.attribution import Attribution, attribution
from retrieval.evaluation.relations import Relation
from retrieval.records import Block, BlockKind, Document, Source
from retrieval.spans import Span

SAID = "According to the harbour office, the tide was late."
PLAIN = "Gulls slept on the pier."


def document(*paragraphs: str, identity: str = "pier") -> Document:
    text = "\n\n".join(paragraphs)
    digest = hashlib.sha256(text.encode()).hexdigest()
    blocks, at = [], 0
    for paragraph in paragraphs:
        blocks.append(Block(Span(at, at + len(paragraph)), BlockKind.PARAGRAPH))
        at += len(paragraph) + 2
    source = Source(identity, identity, identity, digest, digest, "jsonl/1", datetime.date(2024, 1, 1))
    return Document(source, text, tuple(blocks))


def relation(
    held: Document, content: Sequence[str], source: str = "", cue: str = "", named: str | None = None
) -> Relation:
    def spans(*parts: str) -> tuple[Span, ...]:
        return tuple(Span(held.text.index(part), held.text.index(part) + len(part)) for part in parts if part)

    return Relation(held.source.id, "dev", spans(source), spans(cue), spans(*content), named)


def test_sentences_called_attributed_are_held_against_those_with_labelled_content() -> None:
    held = document(f"{SAID} {PLAIN}", "Nets hung dry.")
    labelled = [
        relation(held, ["the tide was late"], "the harbour office", "According to"),
        relation(held, ["Gulls slept"]),  # nothing in the text says who says so
    ]
    got = attribution(labelled, [held])
    assert (got.precision, got.recall) == (1.0, 0.5)


def test_a_sentence_called_attributed_without_labelled_content_costs_precision() -> None:
    held = document(f"{SAID} {PLAIN}")
    got = attribution([relation(held, ["Gulls slept"])], [held])
    assert (got.precision, got.recall) == (0.0, 0.0)


def test_a_relation_is_kept_where_source_and_cue_are_both_in_the_excerpt() -> None:
    far = document(f"{SAID} {PLAIN}", " ".join(["Rope lay in coils on the quay all summer."] * 22), "Nets hung dry.")
    near = relation(far, ["the tide was late"], "the harbour office", "According to")
    lost = relation(far, ["Nets hung dry"], "the harbour office", "According to")
    half = relation(far, ["Nets hung dry"], "Nets", "According to")
    assert attribution([near], [far]).kept == 1.0
    assert attribution([near, lost, half, near], [far]).kept == 0.5


def test_parts_that_are_in_several_places_must_all_be_there() -> None:
    far = document(SAID, " ".join(["Rope lay in coils on the quay all summer."] * 22), "Nets hung dry.")
    split = Relation("pier", "dev", (Span(13, 31), Span(len(far.text) - 14, len(far.text))), (), (Span(33, 50),), None)
    assert attribution([split], [far]).kept == 0.0


def test_a_name_counts_as_a_word_of_its_own_in_the_excerpt_only() -> None:
    held = document("Miriam Tolk lit the oven. She said it was warm. The Tolks slept.")
    named = [relation(held, ["it was warm"], "She", "said", named=name) for name in ("Tolk", "Tol", "Ardin")]
    assert attribution(named[:1], [held]).named == 1.0
    assert attribution(named, [held]).named == 1 / 3
    assert attribution([relation(held, ["it was warm"], "She", "said")], [held]).named is None


def test_length_is_that_of_the_excerpts_in_sentences() -> None:
    short, long = document("Nets hung dry.", identity="short"), document(f"{SAID} {PLAIN} Nets hung dry.")
    labelled = [relation(short, ["hung"]), relation(long, ["Gulls slept"])]
    got = attribution(labelled, [short, long])
    assert (
        got.sentences == (1 + 2) / 2
    )  # the long one's neighbour behind is short enough to be taken in, the one before is not


def test_a_relation_without_content_is_not_measured() -> None:
    held = document(PLAIN)
    assert attribution([relation(held, [])], [held]) == Attribution(0, None, None, None, None, None)


def test_documents_without_a_relation_are_passed_over() -> None:
    held, other = document(f"{SAID} {PLAIN}"), document(SAID, identity="other")
    labelled = [relation(held, ["the tide was late"], "the harbour office", "According to")]
    assert attribution(labelled, [other, held]) == attribution(labelled, [held])
