"""What the parts measure with: an indexed archive of real documents, and questions for it."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.archive import Archive
from retrieval.encoding import Encoder
from retrieval.errors import ArchiveFolderError
from retrieval.evaluation import load_question_set
from retrieval.indexing import indexed_text
from retrieval.models import Models
from retrieval.reading import open_unzipped
from retrieval.records import Document
from retrieval.settings import RetrievalSettings
from retrieval.spans import Span
from retrieval.splitting import cut_passages
from retrieval.store.local import LocalBackend

MOST_DOCUMENTS = 800
"""Of a question set, evenly chosen."""
QUESTIONS = 400
FEWEST_WORDS = 4

Encodable = tuple[str, tuple[Span, ...]]
"""A passage as it is encoded, and its sentences in that."""


@dataclass(frozen=True, slots=True)
class Texts:
    settings: RetrievalSettings
    """Of an archive of these documents, on the local store, in a place of its own."""
    place: Path
    """Everything that is written goes there."""
    questions: tuple[str, ...]

    def encoder(self) -> Encoder:
        """As the archive has it."""
        return Models(self.settings).encoder()

    def documents(self) -> Iterator[Document]:
        snapshot = LocalBackend(self.settings.data).snapshot()
        if snapshot is None:
            raise ArchiveFolderError(f"{self.settings.archive} holds no documents")
        with contextlib.closing(snapshot):
            for source in snapshot.sources():
                document = snapshot.document(source.id)
                if document is not None:
                    yield document

    def passages(self, most: int | None = None) -> list[Encodable]:
        every = (indexed_text(document, passage) for document in self.documents() for passage in cut_passages(document))
        return list(itertools.islice(every, most))


def texts_of(folder: Path, settings: RetrievalSettings, place: Path) -> Texts:
    """A question set's, in BEIR layout, or those of a folder of documents, of which sentences are the questions.

    `folder` is only read. The archive is indexed here, unless `place` has it. Raises QuestionSetError and what
    `Archive.reindex` does.
    """
    model = Path(settings.model).absolute() if Path(settings.model).is_dir() else settings.model
    own = {
        "data": place / "data",
        "store": "local",
        "archive": folder.absolute(),
        "reranker": None,
        "model": str(model),
    }
    asked: Sequence[str] = ()
    if any((folder / name).is_file() for name in ("corpus.jsonl", "corpus.jsonl.gz")):
        own["archive"] = place / "archive"
        asked = _question_set(folder, place / "archive")
    texts = Texts(settings.model_copy(update=own), place, ())
    with contextlib.closing(Archive(texts.settings)) as archive:
        archive.reindex()
    asked = asked or _sentences(texts)
    if not asked:
        raise ArchiveFolderError(f"{folder} holds no text to ask about")
    drawn = random.Random(5)  # noqa: S311 - the same at every run
    return dataclasses.replace(texts, questions=tuple(drawn.sample(asked, min(QUESTIONS, len(asked)))))


def _question_set(folder: Path, archive: Path) -> Sequence[str]:
    """Its questions; some of its documents go into the archive's folder."""
    found = load_question_set(folder)
    archive.mkdir(parents=True, exist_ok=True)
    with open_unzipped(found.corpus) as corpus:
        lines = corpus.readlines()
    step = max(len(lines) // MOST_DOCUMENTS, 1)
    (archive / "corpus.jsonl").write_bytes(b"".join(lines[::step][:MOST_DOCUMENTS]))
    return [question.text for question in found.questions]


def _sentences(texts: Texts) -> list[str]:
    sentences = (
        span.of(document.text).strip()
        for document in texts.documents()
        for passage in cut_passages(document)
        for span in passage.sentences
    )
    return list(dict.fromkeys(each[:400] for each in sentences if len(each.split()) >= FEWEST_WORDS))
