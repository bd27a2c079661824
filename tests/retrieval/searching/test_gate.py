"""Fusion, and the gate between answering and silence."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import SettingsError
from retrieval.evaluation.fitting import Decided, as_toml, fit_gate, let_through_beside, pairwise_weights
from retrieval.searching import Gate
from retrieval.searching.candidates import WORDS_SHARE, fuse
from retrieval.searching.evidence import Signals, signals_of

_keys = st.integers(1, 9)
_signals = st.builds(Signals, *[st.floats(-1, 1) for _ in dataclasses.fields(Signals)])


@given(st.dictionaries(_keys, st.floats(0.01, 50)), st.dictionaries(_keys, st.floats(-1, 1)))
def test_fusion_keeps_every_candidate_with_both_of_its_scores(by_words, cosines):
    fused = fuse(by_words, cosines)
    assert fused.keys() == by_words.keys() | cosines.keys()
    best = max(by_words.values(), default=1.0)
    for key, scored in fused.items():
        assert scored.words == pytest.approx(by_words.get(key, 0.0) / best)
        assert scored.cosine == cosines.get(key, 0.0)
        assert scored.fused == pytest.approx(WORDS_SHARE * scored.words + (1 - WORDS_SHARE) * scored.cosine)


@given(_signals)
def test_evidence_lies_between_0_and_1(signals):
    gate = Gate.load()
    assert 0 <= gate.evidence(signals) <= 1


@given(_signals)
def test_the_gate_opens_exactly_where_the_evidence_is_enough(signals):
    gate = Gate.load()
    assert gate.opens_for(gate.evidence(signals)) == (gate.evidence(signals) >= gate.threshold)


def test_nothing_found_is_no_evidence():
    nothing = signals_of([], [])
    assert set(dataclasses.astuple(nothing)) == {0.0}
    assert not Gate.load().opens_for(Gate.load().evidence(nothing))


def test_no_signal_decides_alone():
    gate = Gate.load()
    nothing = signals_of([], [])
    for field in dataclasses.fields(Signals):
        alone = dataclasses.replace(nothing, **{field.name: 1.0})
        assert not gate.opens_for(gate.evidence(alone)), field.name


def test_an_owners_gate_is_read_back_as_it_was_written(tmp_path):
    gate = dataclasses.replace(Gate.load(), threshold=0.25)
    path = tmp_path / "gate.toml"
    path.write_text(as_toml(gate, ["fitted on two questions"], "a model"))
    read = Gate.read(path, "a model")
    assert read.threshold == 0.25
    assert read.weights == pytest.approx(gate.weights, abs=1e-3)


@pytest.mark.parametrize(
    "content",
    ["", "threshold = 1", "not toml", "[weights]\nother = 1\n", "\0", "model = 1", "model = 'a model'\nweights = 3"],
)
def test_a_gate_that_is_none_is_told_in_one_line(tmp_path, content):
    path = tmp_path / "gate.toml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=r"archivist calibrate writes it anew$") as refusal:
        Gate.read(path, "a model")
    assert len(str(refusal.value).splitlines()) == 1


def drawn(count: int, seed: int):
    """Signals whose sentence cosine alone tells the two kinds apart, most of the time."""
    random = np.random.default_rng(seed)
    labels = [number % 2 == 0 for number in range(count)]
    nothing = signals_of([], [])
    rows = [dataclasses.replace(nothing, sentence_cosine=0.6 * label + random.normal(0, 0.3)) for label in labels]
    return rows, labels


def test_a_fitted_gate_answers_as_many_as_it_was_told_to():
    fitted = fit_gate(Decided.of(*drawn(600, 7)), 0.9)
    assert fitted.answered_of_answerable == pytest.approx(0.9, abs=0.01)
    assert fitted.auroc > 0.85 and fitted.answered_of_unanswerable < 0.5
    assert fitted.gate.weights["sentence_cosine"] > 1


def test_too_few_questions_make_no_gate():
    with pytest.raises(ValueError, match="at least"):
        fit_gate(Decided.of(*drawn(6, 7)), 0.9)
    with pytest.raises(ValueError, match="at least"):
        fit_gate(Decided.of(*drawn(600, 7)), 0.9, beside=Decided.of(*drawn(6, 7)))


def test_questions_beside_teach_a_gate_what_its_own_do_not_show_and_leave_its_threshold_alone():
    own = Decided.of(*drawn(600, 7))
    rows, labels = drawn(600, 8)
    years = [dataclasses.replace(row, years=0.8 * label + 0.1) for row, label in zip(rows, labels, strict=True)]
    few_without = np.array([place for place, label in enumerate(labels) if label or place % 10 == 1])
    beside = Decided.of(years, labels)[few_without]
    alone, together = fit_gate(own, 0.9), fit_gate(own, 0.9, beside=beside)
    assert abs(alone.gate.weights["years"]) < 0.01 and together.gate.weights["years"] > 1
    assert together.answered_of_answerable == pytest.approx(0.9, abs=0.01)
    assert together.auroc == pytest.approx(alone.auroc, abs=0.01)
    assert let_through_beside(own, beside, 0.85) < let_through_beside(own, Decided.of(*drawn(600, 8)), 0.85)


def test_pairwise_weights_find_what_the_right_ones_have_more_of():
    random = np.random.default_rng(3)
    differences = np.stack([random.normal(1, 1, 400), random.normal(0, 1, 400)], axis=1)
    telling, noise = pairwise_weights(differences)
    assert telling > 1 and abs(noise) < 0.3


def test_a_gate_of_another_model_or_with_numbers_that_are_none_is_refused(tmp_path):
    path = tmp_path / "gate.toml"
    path.write_text(as_toml(Gate.load(), [], "a model"))
    with pytest.raises(SettingsError, match=r"it was fitted for another model"):
        Gate.read(path, "another")
    for number in ("nan", "inf", "2", "-1"):
        path.write_text(as_toml(dataclasses.replace(Gate.load(), threshold=float(number)), [], "a model"))
        with pytest.raises(SettingsError, match=r"its threshold is"):
            Gate.read(path, "a model")
