"""What runs the model: sentence-transformers with PyTorch, and OpenVINO by precision as the archive runs it, which also
gives the sentences' vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from retrieval.benchmarks.texts import Texts
from retrieval.benchmarks.timing import Figures, in_turns
from retrieval.encoding import Encoder, load_encoder, load_uncompiled
from retrieval.encoding.sample import least_cosine

PASSAGES = 256
BULK_TURNS, QUESTION_TURNS = 3, 20


def encoding(texts: Texts) -> Figures:
    from retrieval.encoding.compiled import has_bfloat16, is_bfloat16_faster  # noqa: PLC0415 - seconds, for every verb

    settings = texts.settings
    passages = texts.passages(PASSAGES)
    whole, sentences = [text for text, _ in passages], [spans for _, spans in passages]
    plain = load_uncompiled(settings.model, settings.offline, settings.threads)
    precisions = ["f32", *(["bf16"] if has_bfloat16() else [])]
    compiled = {
        f"openvino_{name}": load_encoder(settings.model, settings.offline, settings.threads, [name])
        for name in precisions
    }
    bulk: dict[str, Callable[[], object]] = {"pytorch": partial(plain.encode, whole)}
    bulk |= {name: partial(encoder.encode_passages, whole, sentences) for name, encoder in compiled.items()}
    every: dict[str, Encoder] = {"pytorch": plain, **compiled}
    one = {name: partial(encoder.encode, texts.questions[:1]) for name, encoder in every.items()}
    expected = plain.encode(whole)
    cosines = {
        name: least_cosine(expected, each.encode_passages(whole, sentences).whole) for name, each in compiled.items()
    }  # and everything is warm after this
    in_bulk, alone = in_turns(bulk, BULK_TURNS), in_turns(one, QUESTION_TURNS)
    figures: Figures = {
        "passages": len(passages),
        "chosen": "openvino_bf16" if is_bfloat16_faster() else "openvino_f32",
    }
    for name, taken in in_bulk.items():
        figures[name] = {
            "passages_per_second": round(len(passages) / taken.wall, 1),
            "processor_ms_a_passage": round(taken.processor / len(passages) * 1000, 2),
            "ms_a_question": round(alone[name].wall * 1000, 1),
            "times_pytorch": round(in_bulk["pytorch"].wall / taken.wall, 2),
            "least_cosine_to_pytorch": round(cosines.get(name, 1.0), 6),
        }
    return figures
