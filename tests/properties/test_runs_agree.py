"""An index brought in step many times is the index that one run over the same folder makes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from retrieval.codes import document_code
from retrieval.filters import EVERYTHING
from retrieval.indexing import bring_in_step
from retrieval.indexing.repetition import FEWEST
from retrieval.repeated_lines import REASON
from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend, Sizes
from retrieval.store.protocol import WordQuery

# More stories than it takes, files and rows of one file: at a step the line under them begins to repeat, or ceases.
FOOT = "Sign up for the morning letter"
STORIES = [
    f"Story {n}\n\nThe ferry that left pier {n} came back in the evening.\n\n{FOOT}\n" for n in range(FEWEST + 1)
]
STORY_NAMES = [f"news/{n}.txt" for n in range(FEWEST + 1)]
ROWS = "\n".join(json.dumps({"id": str(n), "text": story}) for n, story in enumerate(STORIES))
FIRST = list(zip(STORY_NAMES, STORIES, strict=True))[1:-1]  # one fewer than FEWEST
NAMES = ["a.txt", "b.txt", "c.md", "folder/d.txt", "e.pdf", "folder/deeper/f.md"]
CONTENTS = [
    "The ferry\n\nIt left the harbour at noon. It came back.",
    "The ferry\n\nIt left the harbour at nine. It came back.",
    "# Bread\n\nRye bread.\n\n## Ferry bread\n\nBaked at sea.",
    "\n".join(f"Pier {n} of the ferry is closed. " * 30 + "\n" for n in range(3)),
    " \n",
    "\0\1\2" * 30,
]

# As in test_filters_agree.py: making a failing example smaller would take minutes.
QUICKLY = (Phase.explicit, Phase.reuse, Phase.generate)

_write = st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(CONTENTS))
_story = st.sampled_from(list(zip(STORY_NAMES, STORIES, strict=True))).map(lambda story: ("write", *story))
_rows = st.sampled_from([ROWS, ROWS.rpartition("\n")[0], ROWS.partition("\n")[0]]).map(
    lambda rows: ("write", "news/rows.jsonl", rows)
)
_unstory = st.tuples(st.just("remove"), st.sampled_from(STORY_NAMES))
_remove = st.tuples(st.just("remove"), st.sampled_from(NAMES))
_move = st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(NAMES))
_pages = st.lists(st.one_of(_write, _write, _remove, _move, _rows), min_size=1, max_size=4)
_some_stories = st.lists(st.one_of(_story, _story, _story, _unstory), max_size=4)
_steps = st.lists(st.builds(list.__add__, _pages, _some_stories), min_size=2, max_size=4)


def do(folder: Path, action: str, name: str, *more: str) -> None:
    path = folder / name
    match action:
        case "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(more[0])
        case "remove":
            path.unlink(missing_ok=True)
        case "move" if path.exists() and not (folder / more[0]).exists():
            (folder / more[0]).parent.mkdir(parents=True, exist_ok=True)
            path.rename(folder / more[0])


def contents(backend):
    """All that a generation answers with, but for identities, which outlive a move."""
    snapshot = backend.snapshot()
    pages = {}
    for source in snapshot.sources():
        document = snapshot.document(source.id)
        passages = cut_passages(document)
        assert all(snapshot.with_code(passage.code) == [passage] for passage in passages)
        pages[source.path] = (document.text, document.blocks, document.furniture, source.title, len(passages))
    found = {}
    vector = np.eye(1, snapshot.manifest.dimensions, dtype=np.float32)[0]
    for words in ("ferry", "bread", "noon", "pier"):
        hits = snapshot.passages([key for key, _ in snapshot.by_words(WordQuery(words), EVERYTHING, 99)]).values()
        found[words] = sorted((snapshot.source(hit.document_id).path, hit.span) for hit in hits)
    near = snapshot.passages([key for key, _ in snapshot.by_vector(vector, EVERYTHING, 99)]).values()
    found["near"] = sorted((snapshot.source(hit.document_id).path, hit.span) for hit in near)
    covered = snapshot.coverage(EVERYTHING)
    assert (covered.documents, covered.passages) == (snapshot.manifest.documents, snapshot.manifest.passages)
    files = {path: (file.digest, file.reader, file.reason) for path, file in snapshot.files().items()}
    identities = {path: file.documents for path, file in snapshot.files().items()}
    manifest = snapshot.manifest
    snapshot.close()
    return pages, found, files, (manifest.documents, manifest.passages), identities


SIZES = [
    Sizes(),
    Sizes(own_bytes=0, own_share=1e9, exact_up_to=0),  # a base that is laid down once, and what changes beside it
    Sizes(own_bytes=0, own_share=0.0),  # a new base every time
]


def repeated(pages):
    """Paths of documents of which a line is marked as repeated."""
    return {path for path, page in pages.items() if any(mark.reason == REASON for mark in page[2])}


def test_steps_and_one_run_give_the_same_index(new_hash_encoder):
    turns = set()

    @settings(max_examples=20, phases=QUICKLY)
    @given(_steps, st.sampled_from(SIZES))
    def agree(steps, sizes):
        with tempfile.TemporaryDirectory() as place:
            folder, encoder = Path(place) / "archive", new_hash_encoder()
            folder.mkdir()
            (folder / "always.txt").write_text("Always here\n\nThis page stays.")
            for name, story in FIRST:
                do(folder, "write", name, story)
            in_steps, at_once = LocalBackend(Path(place) / "steps", sizes), LocalBackend(Path(place) / "once")
            before = {}
            for step in steps:
                for action in step:
                    do(folder, *action)
                bring_in_step(folder, in_steps, encoder.name, lambda: encoder, Path(place) / "cache.sqlite")
                pages, *_, identities = contents(in_steps)
                then, now = repeated(before), repeated(pages)
                turns.update((path in then, path in now) for path in before.keys() & pages.keys())
                before = pages
                assert len({held for held in identities.values() if held}) == sum(map(bool, identities.values()))
                assert identities["always.txt"] == (document_code("always.txt"),)
            bring_in_step(folder, at_once, encoder.name, lambda: encoder, Path(place) / "cache.sqlite")
            assert contents(in_steps)[:-1] == contents(at_once)[:-1]

    agree()
    assert turns == {(then, now) for then in (False, True) for now in (False, True)}  # of documents that stayed
