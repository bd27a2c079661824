"""What runs the model: passages per second and one question's milliseconds, in one run.

    python -m tests.bench.encoding_speed ../shared/data/squad2_a [--passages 256] [--batches]

PyTorch as sentence-transformers runs it, then OpenVINO with float32 and, where the processor has it, with bfloat16, as
the archive runs them: with the sentences' vectors. All take turns, so that what else the machine does hits them alike;
of each the best turn counts. Processor seconds are told beside, which other work disturbs less.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openvino
from sentence_transformers import SentenceTransformer

from retrieval.encoding import compiled, token_averages
from retrieval.encoding.packaged import NAME, packaged_model
from retrieval.encoding.sample import least_cosine
from retrieval.encoding.token_averages import TokenAverages
from retrieval.indexing.build import indexed_text
from retrieval.reading import read_corpus
from retrieval.spans import Span
from retrieval.splitting import cut_passages

TURNS = 3
QUESTION = "Which ship was sunk off the coast in May?"
BUDGETS = (256, 512, 1024, 2048, 4096)

Passages = list[tuple[str, tuple[Span, ...]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a question set in BEIR layout")
    parser.add_argument("--passages", type=int, default=256)
    parser.add_argument("--batches", action="store_true", help="batches of other sizes instead")
    given = parser.parse_args()
    passages = passages_of(given.folder, given.passages)
    print(json.dumps(of_batches(passages) if given.batches else figures(passages), indent=1))


def passages_of(folder: Path, most: int) -> Passages:
    """The first of its corpus, as they are indexed."""
    corpus = next(path for name in ("corpus.jsonl", "corpus.jsonl.gz") if (path := folder / name).is_file())
    documents = read_corpus(corpus, datetime.date(2024, 1, 1))
    every = (indexed_text(document, passage) for document in documents for passage in cut_passages(document))
    return list(itertools.islice(every, most))


def figures(passages: Passages) -> dict[str, Any]:
    texts, sentences = [text for text, _ in passages], [spans for _, spans in passages]
    library = _library()
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "pytorch": (
            lambda: library.encode(texts, normalize_embeddings=True, show_progress_bar=False),
            lambda: library.encode([QUESTION], normalize_embeddings=True, show_progress_bar=False),
        )
    }
    for precision in ("f32", "bf16"):
        if precision == "bf16" and "BF16" not in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            continue
        encoder = _encoder(precision)
        ways[f"openvino {precision}"] = (
            lambda encoder=encoder: encoder.encode_passages(texts, sentences).whole,
            lambda encoder=encoder: encoder.encode([QUESTION]),
        )
    told: dict[str, Any] = {"passages": len(passages), "bfloat16 is faster": compiled.is_bfloat16_faster()}
    vectors = {name: bulk() for name, (bulk, _) in ways.items()}  # everything is warm after this
    best = _in_turns({name: bulk for name, (bulk, _) in ways.items()}, TURNS)
    one = _in_turns({name: ask for name, (_, ask) in ways.items()}, 20)
    for name, (wall, processor) in best.items():
        told[name] = {
            "passages per second": round(len(passages) / wall, 1),
            "processor milliseconds a passage": round(processor / len(passages) * 1000, 2),
            "times pytorch": round(best["pytorch"][0] / wall, 2),
            "times pytorch by processor time": round(best["pytorch"][1] / processor, 2),
            "milliseconds a question": round(one[name][0] * 1000, 1),
            "least cosine to pytorch": round(least_cosine(vectors["pytorch"], vectors[name]), 6),
        }
    return told


def of_batches(passages: Passages) -> dict[str, Any]:
    """Processor milliseconds a passage, by the most tokens of a batch."""
    encoder = _encoder("f32")
    ways = {budget: _bulk_with(budget, encoder, passages) for budget in BUDGETS}
    for bulk in ways.values():
        bulk()
    best = _in_turns(ways, TURNS)
    return {f"{budget} tokens": round(best[budget][1] / len(passages) * 1000, 2) for budget in BUDGETS}


def _bulk_with(budget: int, encoder: TokenAverages, passages: Passages) -> Callable[[], Any]:
    def bulk() -> Any:
        token_averages.TOKENS = budget
        return encoder.encode_passages([text for text, _ in passages], [spans for _, spans in passages])

    return bulk


def _library() -> SentenceTransformer:
    return SentenceTransformer(str(packaged_model()), device="cpu", local_files_only=True)


def _encoder(precision: str) -> TokenAverages:
    model = _library()
    compiled.compile_transformer(model, 0, [precision])
    return TokenAverages(NAME, "", model)


def _in_turns(ways: dict[Any, Callable[[], Any]], turns: int) -> dict[Any, tuple[float, float]]:
    """The least seconds of each, by the clock and of the processor."""
    taken: dict[Any, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, way in ways.items():
            started, processor = time.perf_counter(), time.process_time()
            way()
            taken[name].append((time.perf_counter() - started, time.process_time() - processor))
    return {name: (min(w for w, _ in each), min(p for _, p in each)) for name, each in taken.items()}


if __name__ == "__main__":
    main()
