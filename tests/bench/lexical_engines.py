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
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, median, quantiles
from time import perf_counter
from typing import Any

import bm25s
import numpy as np
import Stemmer
import tantivy
from tantivy import FieldType, Occur, Query

LIMIT = 100
SEED = 21578
WORD = re.compile(r"[^\W_]+")
SNOWBALL = Stemmer.Stemmer("english")
SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

Question = tuple[str, set[int]]  # what is asked, and the numbers of the texts that are right
Within = list[int] | range  # a filter: the numbers of texts drawn by lot, or of neighbours, as a range of dates is
Measures = dict[str, float]


def stems(text: str) -> list[str]:
    return list(SNOWBALL.stemWords(WORD.findall(text.lower())))


class Tantivy:
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

    def search(self, words: list[str], within: Within | None = None) -> list[int]:
        query = Query.boolean_query([(Occur.Should, Query.term_query(self.schema, "body", word)) for word in words])
        if within is None:
            return self.numbers(query)
        if isinstance(within, range):
            only = Query.range_query(self.schema, "number", FieldType.Integer, within[0], within[-1])
        else:
            only = Query.term_set_query(self.schema, "number", within)
        return self.numbers(query.and_must_match(Query.const_score_query(only, 0.0)))

    def exactly(self, phrase: str, without: str) -> list[int]:
        unwanted = Query.term_query(self.schema, "body", without)
        return self.numbers(Query.phrase_query(self.schema, "body", [*phrase.split()]).and_must_not_match(unwanted))

    def numbers(self, query: Query) -> list[Any]:
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
    def build(self, folder: Path, texts: list[str]) -> None:
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend="auto")
        index.index([stems(text) for text in texts], show_progress=False)
        index.save(folder, show_progress=False)

    def open(self, folder: Path) -> None:
        self.folder, self.index = folder, bm25s.BM25.load(folder, mmap=True)

    def search(self, words: list[str], within: Within | None = None) -> list[int]:
        known, mask = [word for word in words if word in self.index.vocab_dict], None
        if not known:
            return []
        if within:
            mask = np.zeros(self.index.scores["num_docs"], "float32")
            mask[within] = 1
        numbers, scores = self.index.retrieve([known], k=LIMIT, show_progress=False, weight_mask=mask)
        return [*numbers[0][scores[0] > 0].tolist()]  # what the mask shuts out comes last, at 0

    def exactly(self, phrase: str, without: str) -> list[int]:
        return []  # it keeps no positions, and can only add scores

    def replace(self, number: int, text: str, texts: list[str]) -> None:
        texts[number] = text
        self.build(self.folder, texts)  # every score depends on every text: there is no smaller step
        self.open(self.folder)


class Fts5:
    """Stems go in as words, for FTS5's own "porter" is the older algorithm; no content, for a store has it."""

    def build(self, folder: Path, texts: list[str]) -> None:
        with sqlite3.connect(folder / "words.sqlite") as base:
            base.execute("CREATE VIRTUAL TABLE words USING fts5 (body, content='')")
            rows = ((number, " ".join(stems(text))) for number, text in enumerate(texts))
            base.executemany("INSERT INTO words (rowid, body) VALUES (?, ?)", rows)
            base.execute("INSERT INTO words (words) VALUES ('optimize')")

    def open(self, folder: Path) -> None:
        self.base = sqlite3.connect(folder / "words.sqlite")
        self.base.execute("PRAGMA mmap_size = 268435456")

    def search(self, words: list[str], within: Within | None = None) -> list[int]:
        match = " OR ".join(f'"{word}"' for word in words)
        if within is None:
            return self.numbers(match)
        if isinstance(within, range):
            return self.numbers(match, "rowid BETWEEN ? AND ?", within[0], within[-1])
        # The + keeps SQLite from asking FTS5 about each number of the list.
        return self.numbers(match, "+rowid IN (SELECT value FROM json_each(?))", json.dumps(within))

    def exactly(self, phrase: str, without: str) -> list[int]:
        return self.numbers(f'"{phrase}" NOT "{without}"')

    def numbers(self, match: str, condition: str = "TRUE", *given: int | str) -> list[int]:
        # ORDER BY rank would score whatever matches before it looks at the condition, at up to four times the price.
        ask = f"SELECT rowid FROM words WHERE words MATCH ? AND {condition} ORDER BY bm25(words) LIMIT {LIMIT}"  # noqa: S608
        return [number for (number,) in self.base.execute(ask, (match, *given))]

    def replace(self, number: int, text: str, texts: list[str]) -> None:
        delete = "INSERT INTO words (words, rowid, body) VALUES ('delete', ?, ?)"
        with self.base:
            self.base.execute(delete, (number, " ".join(stems(texts[number]))))
            self.base.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (number, " ".join(stems(text))))


Engine = Tantivy | Bm25s | Fts5
ENGINES: tuple[type[Engine], ...] = (Tantivy, Bm25s, Fts5)


def build(engine: Engine, folder: Path, texts: list[str]) -> Measures:
    wait, _ = timed(engine.build, folder, texts)
    return {"build, s": wait / 1000, "on disk, MB": sum(file.stat().st_size for file in folder.iterdir()) / 1e6}


def answer(engine: Engine, folder: Path, size: int, questions: list[Question]) -> Measures:
    """Opens, asks over all texts, then within parts of them."""
    resident, private = memory("VmRSS"), memory("RssAnon")
    opening = timed(engine.open, folder)[0] + timed(ask, engine, questions[0])[0]
    waits, found = zip(*[timed(ask, engine, question) for question in questions], strict=True)
    measures = {"open and first answer, ms": opening, "memory grown, MB": memory("VmRSS") - resident}
    measures |= {"of it private, MB": memory("RssAnon") - private}
    measures |= {f"query p{share}, ms": quantiles(waits, n=100)[share - 1] for share in (50, 95, 99)}
    for depth in (1, 10):
        hits = [not right.isdisjoint(numbers[:depth]) for (_, right), numbers in zip(questions, found, strict=True)]
        measures[f"found at {depth}"] = fmean(hits)
    for kind, share in product(("lot", "range"), (10, 50)):
        part, start = size * share // 100, size // 4
        within = random.Random(SEED).sample(range(size), part) if kind == "lot" else range(start, start + part)
        waits, found = zip(*[timed(ask, engine, question, within) for question in questions], strict=True)
        if not set(within).issuperset(set().union(*found)):
            raise AssertionError("a text got past the filter")
        measures[f"query p95 within {share}% by {kind}, ms"] = quantiles(waits, n=100)[94]
    return measures


def ask(engine: Engine, question: Question, within: Within | None = None) -> list[int]:
    return engine.search(list(dict.fromkeys(stems(question[0]))), within)


def change(engine: Engine, folder: Path, texts: list[str]) -> Measures:
    """Replaces three texts, until each is found by its new words; one answers to a phrase that lacks a word."""
    engine.open(folder)
    changed = {3: "quxa quxb", 30: "quxb quxa", 300: "quxa quxb quxc"}
    waits = [timed(engine.replace, number, text, texts)[0] for number, text in changed.items()]
    if set(engine.search(["quxa"])) != set(changed):
        raise AssertionError("it does not find what it was given")
    exact = engine.exactly("quxa quxb", without="quxc") == [3]
    return {"replace one, ms": median(waits), "phrase and -without right": exact}


def timed(call: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    """Milliseconds taken, and the result."""
    started = perf_counter()
    result = call(*given)
    return 1000 * (perf_counter() - started), result


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
    queries = read(folder / "queries.jsonl.gz")
    questions = [(query["text"], right[query["_id"]]) for query in queries if query["_id"] in right]
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
    given = parser.parse_args()
    sets = {name: load(given.data / name) for name in ("reuters21578", "squad2_a")}
    runs: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _, (name, (texts, questions)), engine in product(range(given.repeats), sets.items(), ENGINES):
        alone = ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1)
        with tempfile.TemporaryDirectory() as folder, alone:
            for step, *rest in ((build, texts), (answer, len(texts), questions), (change, texts)):
                for measure, value in alone.submit(step, engine(), Path(folder), *rest).result().items():
                    runs[f"{name}: {measure}"][engine.__name__].append(value)
    table = {measure: {engine: median(values) for engine, values in row.items()} for measure, row in runs.items()}
    versions = {name: version(name) for name in ("tantivy", "bm25s")} | {"sqlite": sqlite3.sqlite_version}
    versions |= {"numba": version("numba")} if bm25s.NUMBA_AVAILABLE else {}
    processor = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    if given.json:
        print(json.dumps({"processors": processor, "repeats": given.repeats, **versions, "medians": table}, indent=1))
        return
    named = ", ".join(f"{name} {number}" for name, number in versions.items())
    print(f"{len(processor)} x {processor[0]}; medians of {given.repeats}; {named}\n")
    print(f"{'':<50}", *(f"{engine.__name__:>12}" for engine in ENGINES))
    for measure, row in table.items():
        print(f"{measure:<50}", *(f"{value:>12.4g}" for value in row.values()))


if __name__ == "__main__":
    main()
