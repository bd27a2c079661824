"""Which engine should find words: tantivy, bm25s or SQLite FTS5, each at its best, over the same texts.

    python tests/bench/lexical_engines.py [--data FOLDER] [--repeats 2] [--json]

Needs tantivy, bm25s and PyStemmer; where numba is installed, bm25s runs compiled. Linux only (reads /proc).
reuters21578 (19,043 wires) is for speed: a wire's title must find its body. squad2_a is for quality. Every engine sees
the same words (lower case, Snowball English, no stop word left out), any of which may match, and scores by BM25 with
k1 = 1.2, b = 0.75. Every step has a process of its own, its imports done, its files in the page cache; a query's time
runs from its text to the numbers of 100 texts. Prints medians over the repeats, and keeps nothing.
"""

import argparse
import gzip
import json
import random
import re
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from itertools import chain, product
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, median, quantiles
from time import perf_counter
from typing import Any

import bm25s
import numpy as np
import Stemmer
import tantivy
from tantivy import Occur, Query

LIMIT = 100
SEED = 21578
WORD = re.compile(r"[^\W_]+")
SNOWBALL = Stemmer.Stemmer("english")
SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

Question = tuple[str, set[int]]  # what is asked, and the numbers of the texts that are right
Measures = dict[str, float]


def stems(text: str) -> list[str]:
    return SNOWBALL.stemWords(WORD.findall(text.lower()))


class Tantivy:
    name = f"tantivy {version('tantivy')}"

    def build(self, folder: Path, texts: list[str]) -> None:
        schema = tantivy.SchemaBuilder().add_integer_field("number", indexed=True, fast=True)
        schema = schema.add_text_field("body", tokenizer_name="en_stem")
        writer = tantivy.Index(schema.build(), str(folder)).writer(num_threads=1)  # one thread leaves one segment
        for number, text in enumerate(texts):
            writer.add_document(tantivy.Document(number=number, body=text))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        self.index = tantivy.Index.open(str(folder))
        self.schema, self.searcher = self.index.schema, self.index.searcher()

    def search(self, words: list[str], within: list[int] | None = None) -> list[int]:
        query = Query.boolean_query([(Occur.Should, Query.term_query(self.schema, "body", word)) for word in words])
        if within:
            only = Query.term_set_query(self.schema, "number", within)
            query = query.and_must_match(Query.const_score_query(only, 0.0))
        return self.numbers(query)

    def exactly(self, phrase: list[str], without: str) -> list[int]:
        unwanted = Query.term_query(self.schema, "body", without)
        return self.numbers(Query.phrase_query(self.schema, "body", phrase).and_must_not_match(unwanted))

    def numbers(self, query: Query) -> list[int]:
        hits = self.searcher.search(query, LIMIT, count=False).hits
        return self.searcher.fast_field_values("number", [address for _, address in hits])

    def replace(self, number: int, text: str, texts: list[str]) -> None:
        writer = self.index.writer(15_000_000, num_threads=1)
        writer.delete_documents_by_term("number", number)
        writer.add_document(tantivy.Document(number=number, body=text))
        writer.commit()
        self.index.reload()
        self.searcher = self.index.searcher()


class Bm25s:
    name = f"bm25s {version('bm25s')}" + " numba" * bm25s.NUMBA_AVAILABLE

    def build(self, folder: Path, texts: list[str]) -> None:
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend="auto")
        index.index([stems(text) for text in texts], show_progress=False)
        index.save(folder, show_progress=False)

    def open(self, folder: Path) -> None:
        self.folder, self.index = folder, bm25s.BM25.load(folder, mmap=True)

    def search(self, words: list[str], within: list[int] | None = None) -> list[int]:
        known, mask = [word for word in words if word in self.index.vocab_dict], None
        if not known:
            return []
        if within:
            mask = np.zeros(self.index.scores["num_docs"], "float32")
            mask[within] = 1
        numbers, scores = self.index.retrieve([known], k=LIMIT, show_progress=False, weight_mask=mask)
        return numbers[0][scores[0] > 0].tolist()  # what the mask shuts out comes last, at 0

    def exactly(self, phrase: list[str], without: str) -> list[int]:
        return []  # it keeps no positions, and can only add scores

    def replace(self, number: int, text: str, texts: list[str]) -> None:
        texts[number] = text
        self.build(self.folder, texts)  # every score depends on every text: there is no smaller step
        self.open(self.folder)


class Fts5:
    """Stems go in as words, for FTS5's own "porter" is the older algorithm; no content, for a store has it."""

    name = f"fts5 {sqlite3.sqlite_version}"

    def build(self, folder: Path, texts: list[str]) -> None:
        with sqlite3.connect(folder / "words.sqlite") as base:
            base.execute("CREATE VIRTUAL TABLE words USING fts5 (body, content='')")
            rows = ((number, " ".join(stems(text))) for number, text in enumerate(texts))
            base.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", rows)
            base.execute("INSERT INTO words (words) VALUES ('optimize')")

    def open(self, folder: Path) -> None:
        self.base = sqlite3.connect(folder / "words.sqlite")
        self.base.execute("PRAGMA mmap_size = 268435456")

    def search(self, words: list[str], within: list[int] | None = None) -> list[int]:
        return self.numbers(" OR ".join(f'"{word}"' for word in words), within)

    def exactly(self, phrase: list[str], without: str) -> list[int]:
        return self.numbers(f'"{" ".join(phrase)}" NOT "{without}"')

    def numbers(self, match: str, within: list[int] | None = None) -> list[int]:
        # The + keeps SQLite from walking the list and asking FTS5 about each of its numbers.
        only = "AND +rowid IN (SELECT value FROM json_each(?2))" if within else ""
        ask = f"SELECT rowid FROM words WHERE words MATCH ?1 {only} ORDER BY rank LIMIT {LIMIT}"  # noqa: S608
        return [row[0] for row in self.base.execute(ask, [match, json.dumps(within)] if within else [match])]

    def replace(self, number: int, text: str, texts: list[str]) -> None:
        delete = "INSERT INTO words (words, rowid, body) VALUES ('delete', ?, ?)"
        with self.base:
            self.base.execute(delete, (number, " ".join(stems(texts[number]))))
            self.base.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (number, " ".join(stems(text))))


Engine = Tantivy | Bm25s | Fts5


def build(engine: Engine, folder: Path, texts: list[str]) -> Measures:
    seconds = timed(engine.build, folder, texts)
    return {"build, s": seconds, "on disk, MB": sum(file.stat().st_size for file in folder.iterdir()) / 1e6}


def answer(engine: Engine, folder: Path, size: int, questions: list[Question]) -> Measures:
    """Opens and asks: everything, then twice among a part of the texts drawn by lot."""
    resident, private = memory("VmRSS"), memory("RssAnon")
    opening = timed(engine.open, folder) + timed(engine.search, stems(questions[0][0]))
    waits, found = ask(engine, questions)
    measures = {"open and first answer, ms": 1000 * opening, "memory grown, MB": memory("VmRSS") - resident}
    measures |= {"of it private, MB": memory("RssAnon") - private}
    measures |= {f"query p{share}, ms": quantiles(waits, n=100)[share - 1] for share in (50, 95, 99)}
    for depth in (1, 10):
        hits = [not right.isdisjoint(numbers[:depth]) for (_, right), numbers in zip(questions, found, strict=True)]
        measures[f"found at {depth}"] = fmean(hits)
    for share in (10, 50):
        within = random.Random(SEED).sample(range(size), size * share // 100)
        waits, found = ask(engine, questions, within)
        if not set(within).issuperset(chain.from_iterable(found)):
            raise AssertionError(f"{engine.name} let a text past the filter")
        measures[f"query p95 within {share}%, ms"] = quantiles(waits, n=100)[94]
    return measures


def ask(engine: Engine, questions: list[Question], within: list[int] | None = None) -> tuple[list[float], Any]:
    waits, found = [], []
    for words, _ in questions:
        started = perf_counter()
        found.append(engine.search(list(dict.fromkeys(stems(words))), within))
        waits.append(1000 * (perf_counter() - started))
    return waits, found


def change(engine: Engine, folder: Path, texts: list[str]) -> Measures:
    """Replaces three texts, until each is found by its new words; one answers to a phrase that lacks a word."""
    engine.open(folder)
    changed = {3: "quxcrude quxprice", 30: "quxprice quxcrude", 300: "quxcrude quxprice quxbank"}
    waits = [timed(engine.replace, number, text, texts) for number, text in changed.items()]
    if set(engine.search(stems("quxcrude"))) != set(changed):
        raise AssertionError(f"{engine.name} does not find what it was given")
    exact = engine.exactly(stems("quxcrude quxprice"), *stems("quxbank")) == [3]
    return {"replace one, ms": 1000 * median(waits), "phrase and -without right": exact}


def timed(call: Callable[..., Any], *given: Any) -> float:
    started = perf_counter()
    call(*given)
    return perf_counter() - started


def memory(kind: str) -> float:
    return int(re.findall(rf"{kind}:\s+(\d+) kB", Path("/proc/self/status").read_text())[0]) / 1000


def read(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def load(folder: Path) -> tuple[list[str], list[Question]]:
    """Texts and judged questions; where none are judged, a thousand titles, right where a text bears them."""
    corpus, right = read(folder / "corpus.jsonl.gz"), defaultdict(set)
    number = {text["_id"]: place for place, text in enumerate(corpus)}
    for judgement in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, text_id, _ = judgement.split("\t")
        right[question].add(number[text_id])
    questions = [
        (asked["text"], right[asked["_id"]]) for asked in read(folder / "queries.jsonl.gz") if asked["_id"] in right
    ]
    if not questions:
        for text in corpus:
            right[text["title"]].add(number[text["_id"]])
        questions = random.Random(SEED).sample(list(right.items()), 1000)
    return [text["text"] for text in corpus], questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED_DATA, help="folder of data sets in BEIR layout")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given, runs = parser.parse_args(), defaultdict(list)
    sets = {name: load(given.data / name) for name in ("reuters21578", "squad2_a")}
    for _, engine, name in product(range(given.repeats), (Tantivy(), Bm25s(), Fts5()), sets):
        texts, questions = sets[name]
        alone = ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1)
        with tempfile.TemporaryDirectory() as folder, alone:
            for step, *rest in ((build, texts), (answer, len(texts), questions), (change, texts)):
                for measure, value in alone.submit(step, engine, Path(folder), *rest).result().items():
                    runs[f"{name}: {measure}", engine.name].append(value)
    table: dict[str, Measures] = defaultdict(dict)
    for (measure, engine_name), values in runs.items():
        table[measure][engine_name] = median(values)
    processor = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    if given.json:
        print(json.dumps({"processor": processor, "repeats": given.repeats, "medians": table}, indent=1))
        return
    engines = next(iter(table.values()))
    print(
        f"{f'{len(processor)} x {processor[0]}, medians of {given.repeats}':<45}", *(f"{name:>18}" for name in engines)
    )
    for measure, by_engine in table.items():
        print(f"{measure:<45}", *(f"{value:>18.4g}" for value in by_engine.values()))


if __name__ == "__main__":
    main()
