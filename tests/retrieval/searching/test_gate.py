"""Fusion, and the gate between answering and silence."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    for field in dataclasses.fields(Signals):
        alone = dataclasses.replace(Signals(0, 0, 0, 0, 0, 0), **{field.name: 1.0})
        assert not gate.opens_for(gate.evidence(alone)), field.name
