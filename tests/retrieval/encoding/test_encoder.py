"""The real model, and the cache in front of it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertForSequenceClassification, BertModel

from retrieval.encoding import (
    VectorCache,
    cosines_with,
    cosines_with_each,
    directions_of,
    load_encoder,
    load_reranker,
    tracing,
)
from retrieval.encoding.compiled import SAME, Compiled
from retrieval.encoding.packaged import NAME, packaged_model
from retrieval.encoding.sample import SAMPLE, least_cosine
from retrieval.encoding.together import MOST, Together
from retrieval.encoding.token_averages import TokenAverages
from retrieval.errors import ModelError
from retrieval.spans import Span

TEXTS = ["The ferry left the harbour at noon.", "Bread is baked with caraway.", "A ship sailed at midday.", ""]


def test_vectors_have_unit_length_one_row_a_text(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.dimensions) == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_rows_come_in_the_order_of_the_texts_whatever_is_beside_them(encoder):
    whole = encoder.encode([*TEXTS, "A much longer text, so that the batch is padded. " * 20])
    for place, text in enumerate(TEXTS):
        assert encoder.encode([text])[0] == pytest.approx(whole[place], abs=1e-4)


def test_like_meanings_are_near(encoder):
    ferry, bread, ship, _ = encoder.encode(TEXTS)
    assert ferry @ ship > ferry @ bread + 0.2


def test_nothing_gives_no_rows(encoder):
    assert encoder.encode([]).shape == (0, 384)


def test_odd_text_is_encoded_all_the_same(encoder):
    assert encoder.encode(["\ud800", "\0", "🙂", "漢字", "\u202e", "a" * 50_000]).shape == (6, 384)


def test_several_threads_get_what_one_would(encoder):
    expected = encoder.encode(TEXTS)
    got = {}

    def both(number):
        for _ in range(5):
            got[number] = encoder.encode(TEXTS)
            encoder.encode_passages([PASSAGE, PASSAGE * (number + 1)], [SENTENCES, SENTENCES])

    threads = [threading.Thread(target=both, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(got[n] == pytest.approx(expected, abs=1e-5) for n in range(4))


@pytest.mark.parametrize("name", ["no/such-model-of-ours", "/nowhere/at/all"])
def test_a_model_that_is_not_on_this_machine_is_told_and_nothing_is_fetched(name):
    with pytest.raises(ModelError, match=f"^the model {name} can't be loaded: ") as refusal:
        load_encoder(name, offline=True)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_folder_without_safe_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04N.")  # a pickle
    with pytest.raises(ModelError, match="can't be loaded"):
        load_encoder(str(tmp_path))


# --- what runs it


@pytest.fixture(scope="module")
def as_pytorch_runs_it():
    return SentenceTransformer(str(packaged_model()), device="cpu")


@pytest.fixture(scope="module")
def single():
    """In float32, whatever this processor is fastest with."""
    return load_encoder(NAME, precisions=["f32"])


def test_the_fast_runtime_gives_pytorchs_vectors(encoder, as_pytorch_runs_it):
    assert isinstance(encoder._transformer, Compiled), "this compares PyTorch with itself"
    texts = [*TEXTS, "42", "é" * 900, "One. " * 120, *(" ".join(TEXTS[: n % 4]) + "?" * n for n in range(40))]
    expected = as_pytorch_runs_it.encode(texts, normalize_embeddings=True)
    assert least_cosine(expected, encoder.encode(texts)) >= SAME[encoder._transformer.precision]


def test_in_float32_they_are_the_same_but_for_rounding(single, as_pytorch_runs_it):
    assert single.encode(SAMPLE) == pytest.approx(vectors_of(as_pytorch_runs_it), abs=1e-5)


def test_a_model_that_would_give_other_vectors_there_stays_with_pytorch(as_pytorch_runs_it, monkeypatch, caplog):
    caplog.set_level("INFO")
    wrong = BertModel(BertConfig(**as_pytorch_runs_it[0].model.config.to_dict() | {"vocab_size": 30522}))
    traced = tracing._traced
    monkeypatch.setattr(tracing, "_traced", lambda transformer, inputs: traced(wrong, inputs))
    expected = as_pytorch_runs_it.encode(TEXTS, normalize_embeddings=True)
    assert load_encoder(NAME).encode(TEXTS) == pytest.approx(expected, abs=1e-6)
    assert "the model is run by PyTorch, as OpenVINO can't: its vectors are only" in caplog.text


def vectors_of(model):
    return model.encode(SAMPLE, normalize_embeddings=True, show_progress_bar=False)


def test_bfloat16_is_taken_where_the_processor_is_faster_with_it(as_pytorch_runs_it, monkeypatch):
    monkeypatch.setattr(tracing, "is_bfloat16_faster", lambda: True)
    rounded = load_encoder(NAME)
    assert rounded._transformer.precision == "bf16"
    assert least_cosine(vectors_of(as_pytorch_runs_it), rounded.encode(SAMPLE)) >= 0.999


def test_bfloat16_that_gives_other_vectors_is_left_for_float32(as_pytorch_runs_it, monkeypatch):
    monkeypatch.setitem(tracing.SAME, "bf16", 1.1)
    model = SentenceTransformer(str(packaged_model()), device="cpu")
    parity = tracing.compile_transformer(model, 1, ["bf16", "f32"])
    assert parity.compiled.precision == "f32"
    assert vectors_of(model) == pytest.approx(vectors_of(as_pytorch_runs_it), abs=1e-5)


def test_a_model_that_does_more_than_its_parts_tell_is_run_by_its_library(monkeypatch, caplog):
    caplog.set_level("INFO")
    monkeypatch.setattr(TokenAverages, "_of_questions", lambda _, texts: -np.ones((len(texts), 384), np.float32))
    strange = load_encoder(NAME)
    assert not isinstance(strange, TokenAverages)
    assert strange.encode(TEXTS).shape == (4, 384)
    assert "is run by sentence-transformers" in caplog.text


def test_vectors_do_not_depend_on_what_is_encoded_beside(single, as_pytorch_runs_it):
    """Enough passages for the way of many, of all lengths; each as PyTorch has it by itself, in the order given."""
    texts = [" ".join(f"{word} {n} of {most}." for n in range(most)) for most in range(1, 22) for word in ("a", "é")]
    spans = [(Span(0, len(text)),) for text in texts]
    many = single.encode_passages(texts, spans)
    assert many.whole == pytest.approx(as_pytorch_runs_it.encode(texts, normalize_embeddings=True), abs=1e-5)
    few = [single.encode_passages([text], [span]).sentences[0] for text, span in zip(texts, spans, strict=True)]
    assert np.abs(np.concatenate(many.sentences).astype(int) - np.concatenate(few)).max() <= 1


def test_a_model_that_can_not_be_traced_stays_with_pytorch(as_pytorch_runs_it, monkeypatch, caplog):
    caplog.set_level("INFO")
    monkeypatch.setattr(tracing.torch.jit, "trace", None)
    assert load_encoder(NAME).encode(TEXTS).shape == (4, 384)
    assert "the model is run by PyTorch, as OpenVINO can't: " in caplog.text


# --- questions that arrive together


def test_questions_that_arrive_while_the_model_is_busy_go_together_and_none_is_lost():
    passes, busy, go_on = [], threading.Event(), threading.Event()

    def encode(texts):
        passes.append(list(texts))
        busy.set()
        assert go_on.wait(30)
        return np.array([[float(text)] for text in texts], np.float32)

    together, got = Together(encode), {}

    def ask(number):
        got[number] = together([str(number)]).item()

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(100)]
    asking[0].start()
    assert busy.wait(30)
    for thread in asking[1:]:
        thread.start()
    while len(together._waiting) < 99:
        threading.Event().wait(0.001)
    go_on.set()
    for thread in asking:
        thread.join(30)
    assert got == {number: float(number) for number in range(100)}
    assert passes[0] == ["0"] and [len(each) for each in passes] == [1, MOST, 99 - MOST]
    assert sorted(text for each in passes for text in each) == sorted(map(str, range(100)))


def test_who_asks_alone_goes_at_once_and_alone():
    passes = []
    together = Together(lambda texts: passes.append(list(texts)) or np.zeros((len(texts), 1), np.float32))
    assert [together(["a"]).shape, together(["b", "c"]).shape, together([]).shape] == [(1, 1), (2, 1), (0, 1)]
    assert passes == [["a"], ["b", "c"], []]


def test_a_pass_that_fails_is_told_to_all_in_it_and_the_next_goes_on():
    def encode(texts):
        if "bad" in texts:
            raise ModelError("broken")
        return np.ones((len(texts), 1), np.float32)

    together = Together(encode)
    with pytest.raises(ModelError, match="broken"):
        together(["bad"])
    assert together(["good"]).shape == (1, 1)


# --- passages and their sentences

PASSAGE = "The ferry left the harbour at noon. Bread is baked with caraway."
SENTENCES = (Span(0, 35), Span(36, len(PASSAGE)))


def test_a_passage_has_the_vector_of_its_text_and_one_for_each_sentence(encoder):
    vectors = encoder.encode_passages([PASSAGE, "A ship."], [SENTENCES, (Span(0, 7),)])
    assert vectors.whole == pytest.approx(encoder.encode([PASSAGE, "A ship."]), abs=1e-4)
    assert [rows.shape for rows in vectors.sentences] == [(2, 384), (1, 384)]
    ferry, bread = vectors.sentences[0]
    sea, kitchen = encoder.encode(["Which ship went to sea?", "What is put into the bread?"])
    for vector, near, far in ((sea, ferry, bread), (kitchen, bread, ferry)):
        closer, farther = cosines_with(vector, np.stack([near, far]))
        assert closer > farther + 0.1


def test_a_sentence_behind_the_models_window_is_encoded_by_itself(encoder):
    text = "word " * 400 + "The ferry left the harbour at noon."
    last = Span(2000, len(text))
    vectors = encoder.encode_passages([text], [(Span(0, 1999), last)])
    alone = encoder.encode([last.of(text)])[0]
    assert cosines_with(alone, vectors.sentences[0])[1] == pytest.approx(1.0, abs=0.01)


def test_no_passages_no_vectors(encoder):
    vectors = encoder.encode_passages([], [])
    assert vectors.whole.shape == (0, 384) and vectors.sentences == ()


def test_directions_keep_cosines(encoder):
    vectors = encoder.encode(TEXTS[:3])
    assert cosines_with(vectors[0], directions_of(vectors)) == pytest.approx(vectors @ vectors[0], abs=0.01)


def test_cosines_are_the_same_to_the_last_bit_whatever_they_are_worked_out_with():
    drawn = np.random.default_rng(0)
    vector = drawn.standard_normal(384).astype(np.float32)
    several = [drawn.integers(-127, 128, (rows, 384)).astype(np.int8) for rows in (1, 4, 7, 2)]
    together = cosines_with_each(vector, several)
    assert [each.tobytes() for each in together] == [cosines_with(vector, rows).tobytes() for rows in several]
    assert cosines_with_each(vector, []) == []


def test_a_row_of_zeros_points_nowhere():
    zeros = np.zeros((1, 4), np.float32)
    assert cosines_with(np.array([1, 0, 0, 0], np.float32), directions_of(zeros)).tolist() == [0.0]


@pytest.fixture(scope="module")
def first_token_model(tmp_path_factory):
    """The default model, but made to give the vector of a text's first token: not an average over its tokens."""
    folder = tmp_path_factory.mktemp("models") / "first-token"
    shutil.copytree(packaged_model(), folder)
    [pooling] = folder.glob("*Pooling/config.json")
    said = json.loads(pooling.read_text())
    said |= {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}
    pooling.write_text(json.dumps(said))
    return load_encoder(str(folder))


def test_a_model_that_does_not_average_encodes_every_sentence_by_itself(first_token_model):
    vectors = first_token_model.encode_passages([PASSAGE], [SENTENCES])
    alone = first_token_model.encode([span.of(PASSAGE) for span in SENTENCES])
    for row, vector in enumerate(alone):
        assert cosines_with(vector, vectors.sentences[0])[row] == pytest.approx(1.0, abs=0.01)


def test_vectors_have_unit_length_also_where_the_model_does_not_normalise_them(tmp_path, encoder):
    folder = tmp_path / "not-normalised"
    shutil.copytree(packaged_model(), folder)
    modules = [
        module for module in json.loads((folder / "modules.json").read_text()) if "Normalize" not in module["type"]
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    vectors = load_encoder(str(folder)).encode_passages([PASSAGE], [SENTENCES])
    assert vectors.whole == pytest.approx(encoder.encode([PASSAGE]), abs=1e-4)


def test_a_model_with_words_before_questions_and_passages_gets_them(tmp_path, encoder):
    folder = tmp_path / "with-prompts"
    shutil.copytree(packaged_model(), folder)
    settings = folder / "config_sentence_transformers.json"
    said = json.loads(settings.read_text()) | {"prompts": {"query": "query: ", "document": "passage: "}}
    settings.write_text(json.dumps(said))
    prompted = load_encoder(str(folder))
    assert prompted.encode(["ferry"]) == pytest.approx(encoder.encode(["query: ferry"]), abs=1e-4)
    vectors = prompted.encode_passages([PASSAGE], [SENTENCES])
    assert vectors.whole == pytest.approx(encoder.encode([f"passage: {PASSAGE}"]), abs=1e-4)
    assert vectors.sentences[0].shape == (2, 384)


# --- a cross-encoder


def test_a_cross_encoder_scores_pairs(tmp_path):
    folder = tmp_path / "cross"
    config = BertConfig(num_labels=1, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertForSequenceClassification(config).save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copy(packaged_model() / file, folder)
    rerank = load_reranker(str(folder))
    scores = rerank("Who?", ["Nobody.", "\ud800", "Everybody went to sea."])
    assert len(scores) == 3 and all(isinstance(score, float) for score in scores)
    assert rerank("Who?", ["Nobody."])[0] == pytest.approx(scores[0], abs=1e-3)
    assert list(rerank("Who?", [])) == []


@pytest.mark.parametrize("labels", [None, 3])
def test_what_gives_no_one_score_for_a_pair_is_no_cross_encoder(tmp_path, labels):
    folder = packaged_model() if labels is None else tmp_path / "cross"
    if labels is not None:
        config = BertConfig(num_labels=labels, hidden_size=32, num_hidden_layers=1, num_attention_heads=2)
        BertForSequenceClassification(config).save_pretrained(folder)
        for file in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
            shutil.copy(packaged_model() / file, folder)
    with pytest.raises(ModelError, match=r"is no cross-encoder with one score for a pair$"):
        load_reranker(str(folder))


def test_a_cross_encoder_that_is_not_there_is_told():
    with pytest.raises(ModelError, match=r"^the model no/such-reranker can.t be loaded: "):
        load_reranker("no/such-reranker")


# --- the cache


@pytest.fixture
def cache(tmp_path):
    opened = VectorCache(tmp_path / "new" / "cache.sqlite")
    yield opened
    opened.close()


def kept(cache, texts, encoder):
    """The texts' own vectors; each has itself for its one sentence."""
    vectors = cache.encode(texts, [(Span(0, len(text)),) for text in texts], encoder)
    assert [rows.shape for rows in vectors.sentences] == [(1, encoder.dimensions)] * len(texts)
    return vectors.whole


def test_a_text_with_other_sentences_is_another_passage(cache, hash_encoder):
    text = "One sentence. Another."
    whole = [(Span(0, 22),)]
    halves = [(Span(0, 13), Span(14, 22))]
    one = cache.encode([text], whole, hash_encoder)
    two = cache.encode([text], halves, hash_encoder)
    assert [len(vectors.sentences[0]) for vectors in (one, two)] == [1, 2]
    assert np.array_equal(cache.encode([text], halves, hash_encoder).sentences[0], two.sentences[0])
    assert hash_encoder.encoded == [text, text]


def test_what_was_encoded_once_is_not_encoded_again(cache, hash_encoder):
    first = kept(cache, ["a", "b", "a"], hash_encoder)
    assert hash_encoder.encoded == ["a", "b"]
    again = kept(cache, ["c", "b", "a"], hash_encoder)
    assert hash_encoder.encoded == ["a", "b", "c"]
    assert np.array_equal(again[1:], first[[1, 0]])
    assert np.array_equal(first[0], first[2])


def test_another_model_has_vectors_of_its_own(cache, hash_encoder, new_hash_encoder):
    other = new_hash_encoder("other")
    assert not np.array_equal(kept(cache, ["a"], hash_encoder), kept(cache, ["a"], other))
    assert other.encoded == ["a"]


def test_the_cache_outlives_the_process(cache, tmp_path, hash_encoder):
    first = kept(cache, ["a", "\ud800"], hash_encoder)
    cache.close()
    again = VectorCache(tmp_path / "new" / "cache.sqlite")
    assert np.array_equal(kept(again, ["a", "\ud800"], hash_encoder), first)
    assert len(hash_encoder.encoded) == 2
    again.close()


def test_nothing_asked_is_nothing_encoded(cache, hash_encoder):
    assert kept(cache, [], hash_encoder).shape == (0, hash_encoder.dimensions)


def test_more_texts_than_one_statement_takes(cache, hash_encoder):
    texts = [str(number) for number in range(1203)]
    assert np.array_equal(kept(cache, texts, hash_encoder), kept(cache, texts, hash_encoder))
    assert len(hash_encoder.encoded) == 1203


def test_a_damaged_cache_is_begun_anew(tmp_path, hash_encoder):
    (tmp_path / "cache.sqlite").write_bytes(b"not a database, but as long as the header of one would be" * 20)
    cache = VectorCache(tmp_path / "cache.sqlite")
    assert kept(cache, ["a"], hash_encoder).shape == (1, hash_encoder.dimensions)
    cache.close()


def test_a_cache_in_use_by_another_process_is_not_thrown_away(tmp_path, hash_encoder, monkeypatch):
    path = tmp_path / "cache.sqlite"
    first = VectorCache(path)
    kept(first, ["a"], hash_encoder)
    first.close()
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda place, **named: real(place, **named | {"timeout": 0.05}))
    other = real(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        VectorCache(path)
    other.execute("ROLLBACK")
    other.close()
    again = VectorCache(path)
    kept(again, ["a"], hash_encoder)
    again.close()
    assert hash_encoder.encoded == ["a"]


def filled(path, encoder):
    """A cache of many pages, all of them in the file itself, and what it gave."""
    cache = VectorCache(path)
    texts = [f"text {number}" for number in range(2000)]
    made = kept(cache, texts, encoder)
    cache.close()
    assert not path.with_name(path.name + "-wal").exists()
    return texts, made


@pytest.mark.parametrize("noise", [b"\0", b"\xff", b"\x0d\x00\x10"])
def test_damage_in_the_middle_of_a_cache_costs_time_only(tmp_path, hash_encoder, noise):
    path = tmp_path / "cache.sqlite"
    texts, made = filled(path, hash_encoder)
    content = bytearray(path.read_bytes())
    middle = range(3 * 4096, len(content) - 4096)
    content[middle.start : middle.stop] = (noise * len(content))[: len(middle)]
    path.write_bytes(content)
    for _ in range(2):  # the second time it is whole again
        cache = VectorCache(path)
        assert np.array_equal(kept(cache, texts, hash_encoder), made)
        cache.close()
    assert len(hash_encoder.encoded) <= 2 * len(texts)
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_damage_that_only_writing_meets_costs_time_only(tmp_path, hash_encoder):
    path = tmp_path / "cache.sqlite"
    filled(path, hash_encoder)
    content = bytearray(path.read_bytes())
    content[3 * 4096 :] = b"\xff" * (len(content) - 3 * 4096)
    path.write_bytes(content)
    cache = VectorCache(path)
    cache._known = lambda hashes, encoder: {}
    new = [f"new {number}" for number in range(300)]
    assert kept(cache, new, hash_encoder).shape == (300, hash_encoder.dimensions)
    cache.close()
    again = VectorCache(path)
    kept(again, new, hash_encoder)
    again.close()
    assert len(hash_encoder.encoded) == 2300


@pytest.mark.parametrize(
    "change", ["substr(vectors, 2)", "CAST(vectors || x'00' AS BLOB)", "x''", "zeroblob(length(vectors))"]
)
def test_a_vector_that_was_kept_wrong_is_made_again(tmp_path, hash_encoder, change):
    path = tmp_path / "cache.sqlite"
    texts, made = filled(path, hash_encoder)
    tables = sqlite3.connect(path)
    with tables:
        tables.execute(f"UPDATE passages SET vectors = {change}")  # noqa: S608 - from the list above
    tables.close()
    cache = VectorCache(path)
    assert np.array_equal(kept(cache, texts, hash_encoder), made)
    cache.close()
    assert len(hash_encoder.encoded) == 2 * len(texts)


def test_a_closed_cache_is_not_taken_for_a_damaged_one(tmp_path, hash_encoder):
    path = tmp_path / "cache.sqlite"
    cache = VectorCache(path)
    kept(cache, ["a"], hash_encoder)
    cache.close()
    with pytest.raises(sqlite3.ProgrammingError):
        kept(cache, ["b"], hash_encoder)
    again = VectorCache(path)
    kept(again, ["a"], hash_encoder)
    again.close()
    assert hash_encoder.encoded == ["a"]
