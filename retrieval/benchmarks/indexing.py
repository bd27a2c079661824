"""Indexing end to end against the model's own encoding of the same passages, and runs that find little to do.

The same passages, sorted by length, are encoded by the same model alone: 1.0 would be indexing that costs nothing
beside the model, which is loaded and warm for both. The two take turns, and of each the best counts.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from retrieval.archive import Archive
from retrieval.benchmarks.texts import Texts
from retrieval.benchmarks.timing import Figures, in_turns, memory, timed
from retrieval.encoding import Encoder
from retrieval.reading.processes import end_idle

TURNS = 2
NEWS = "Nobody had foreseen the zyxomma, the keeper of the lighthouse said on Monday."


def indexing(texts: Texts) -> Figures:
    encoder = texts.encoder()
    passages = sorted(texts.passages(), key=lambda each: -len(each[0]))
    whole, sentences = [text for text, _ in passages], [spans for _, spans in passages]
    _indexed(texts, encoder)  # everything is warm after this
    taken = in_turns(
        {
            "indexing": lambda: _indexed(texts, encoder),
            "encoding_alone": lambda: encoder.encode_passages(whole, sentences),
        },
        TURNS,
    )
    figures: Figures = {"passages": len(passages)}
    figures |= {f"{name}_seconds": round(each.wall, 2) for name, each in taken.items()}
    figures |= {f"{name}_passages_per_second": round(len(passages) / each.wall, 1) for name, each in taken.items()}
    figures["pace_of_encoding_that_indexing_keeps"] = round(taken["encoding_alone"].wall / taken["indexing"].wall, 3)
    figures |= _little_to_do(texts, encoder)
    end_idle()
    return figures | memory()


def _indexed(texts: Texts, encoder: Encoder) -> None:
    with tempfile.TemporaryDirectory(dir=texts.place) as place:
        settings = texts.settings.model_copy(update={"data": Path(place)})
        with contextlib.closing(Archive(settings, encoder=encoder)) as archive:
            archive.reindex()


def _little_to_do(texts: Texts, encoder: Encoder) -> Figures:
    """Seconds of a run that finds nothing changed, and of one that finds one new file, live for whoever asks then."""
    with tempfile.TemporaryDirectory(dir=texts.place) as name:
        place = Path(name)
        shutil.copytree(texts.settings.archive, place / "archive")
        settings = texts.settings.model_copy(update={"archive": place / "archive", "data": place / "data"})
        with contextlib.closing(Archive(settings, encoder=encoder)) as archive:
            archive.reindex()
            unchanged = timed(archive.reindex)
            (place / "archive" / "zyxomma.txt").write_text(NEWS, encoding="utf-8")
            added = timed(lambda: (archive.reindex(), archive.search("zyxomma")))
            assert archive.search("zyxomma").excerpts  # noqa: S101 - else there is nothing to measure
    return {"unchanged_seconds": round(unchanged.wall, 3), "one_new_file_live_seconds": round(added.wall, 3)}
