"""Random documents, random questions: what a person reads on Discord, unescaped, is the document's own characters."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import texts

from bot.rendering.answers import render_answer
from bot.rendering.discord_text import discord_pages
from bot.rendering.escape import with_line_feeds
from retrieval import GAP, Archive, Found, RetrievalSettings, hidden_again
from retrieval.evaluation.fitting import as_toml
from retrieval.searching import Gate
from tests.conftest import HashEncoder
from tests.discord.simcord.markdown import read


def answered(folder: Path, files: dict[str, str], question: str):
    """By a gate that stands open, so that questions of chance are answered too."""
    encoder = HashEncoder()
    (folder / "archive").mkdir()
    for name, text in files.items():
        (folder / "archive" / name).write_bytes(text.encode("utf-8", "replace"))
    data = folder / "data"
    data.mkdir()
    gate = as_toml(dataclasses.replace(Gate.load(), threshold=0.0), [], encoder.fingerprint)
    (data / "gate.toml").write_text(gate)
    archive = Archive(RetrievalSettings(archive=folder / "archive", data=data), encoder=encoder)
    try:
        archive.reindex()
        answer = archive.ask(question)
        stored = {}
        if isinstance(answer, Found):
            with archive._holder.reading() as snapshot:
                stored = {one.source.id: snapshot.text(one.source.id) for one in answer.excerpts}
        return answer, stored
    finally:
        archive.close()


QUESTIONS = st.sampled_from(["Who said so?", "What of Brig. Gen. Hromov?", "How many tanks?", "the council", "1352"])
BODIES = texts().map(lambda text: f"A page.\n\nThe council said that 1,200 tanks were there. {text} He added that.")


@given(st.lists(BODIES, min_size=1, max_size=3), QUESTIONS, st.booleans())
def test_what_is_displayed_unescaped_is_the_source(bodies: list[str], question: str, markdown: bool) -> None:
    suffix = "md" if markdown else "txt"
    with tempfile.TemporaryDirectory() as folder:
        answer, stored = answered(
            Path(folder), {f"{number}.{suffix}": body for number, body in enumerate(bodies)}, question
        )
    assume(isinstance(answer, Found))  # a page of control characters is not indexed
    pages = discord_pages(render_answer(answer))
    in_files = {attached.text for page in pages for attached in page.files}
    shown = [hidden_again(quote.text) for page in pages for quote in read(page.markdown).quotes]
    for excerpt in answer.excerpts:
        text = stored[excerpt.source.id]
        source = with_line_feeds(GAP.join(text[piece.start : piece.end] for piece in excerpt.pieces))
        if any(text[sentence.start : sentence.end] in in_files for sentence in excerpt.sentences):
            continue  # too long for any message: the file has the same characters
        assert any(quote.rstrip() == source.rstrip() for quote in joined(shown)), source


def joined(quotes: list[str]) -> list[str]:
    """A quote that went over a page's end stands in two: every run of neighbours, joined."""
    return ["".join(quotes[start:end]) for start in range(len(quotes)) for end in range(start + 1, len(quotes) + 1)]
