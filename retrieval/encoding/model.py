"""Embedding models through sentence-transformers. The only file that knows it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import math
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from retrieval.encoding import packaged
from retrieval.encoding.encoder import Encoder
from retrieval.encoding.sample import SAMPLE, vectors_by_library
from retrieval.encoding.traits import Traits
from retrieval.encoding.whole_texts import WholeTexts, encodable
from retrieval.errors import ModelError

log = logging.getLogger(__name__)
_WEIGHTS_AND_RULES = (".json", ".safetensors", ".txt", ".model")
SAME = 0.9999
"""The least cosine to sentence-transformers' vectors of what runs a model's parts itself."""
_SHORT = SAMPLE[:-3]
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


class Reranker(Protocol):
    def __call__(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """How well each text answers; higher is better. Safe to call from several threads."""
        ...


def load_encoder(
    name: str,
    offline: bool = True,
    threads: int = 0,
    precisions: Sequence[str] | None = None,
    keep: Path | None = None,
) -> Encoder:
    """The packaged default by its name, a folder, or another sentence-transformers name.

    With `offline`, nothing is fetched: another name must already be in this machine's Hugging Face cache. Weights
    come from safetensors only, never from a pickle, and no code that a model brings along is run. Takes seconds; where
    the folder `keep` has what was compiled before, half of one. `precisions`: as `compile_transformer` takes them.
    Raises ModelError.
    """
    folder = _folder(name)
    _prepare(offline)
    # As late as the libraries below, and for the same reason.
    from retrieval.encoding import kept_model  # noqa: PLC0415
    from retrieval.encoding.token_averages import TokenAverages, averages_tokens  # noqa: PLC0415
    from retrieval.encoding.tokens import Rules, Tokens  # noqa: PLC0415

    fingerprint = _of_files(folder) if folder is not None else None
    if keep is not None and fingerprint is not None:
        encoder = kept_model.restored(keep, name, fingerprint, threads)
        if encoder is not None:
            return encoder
    model = _loaded("SentenceTransformer", name, folder, offline, threads)
    from retrieval.encoding.tracing import ByPyTorch, compile_transformer  # noqa: PLC0415

    traits = Traits.of(model, name, fingerprint or _of_weights(model))
    whole = getattr(model[0], "model", None)
    parity = compile_transformer(model, threads, precisions)
    if averages_tokens(model):
        rules = Rules.of(model.tokenizer)
        encoder = TokenAverages(traits, Tokens(rules), parity.compiled if parity else ByPyTorch(whole))
        if encoder.likeness(_SHORT, vectors_by_library(model, _SHORT)) >= SAME:
            if keep is not None and fingerprint is not None and parity is not None:
                kept_model.keep(keep, encoder, rules, parity.compiled, parity.expected)
            return encoder
        log.info("the model %s is run by sentence-transformers, which gives other vectors than its parts tell", name)
    return WholeTexts(traits, model)


def load_uncompiled(name: str, offline: bool = True, threads: int = 0) -> Encoder:
    """As sentence-transformers runs it, with PyTorch: what any other way is measured by. Raises ModelError."""
    model = _loaded("SentenceTransformer", name, _folder(name), offline, threads)
    return WholeTexts(Traits.of(model, name, ""), model)


def load_reranker(name: str, offline: bool = True, threads: int = 0) -> Reranker:
    """A cross-encoder, by the same rules as `load_encoder`. Raises ModelError."""
    model = _loaded("CrossEncoder", name, _folder(name), offline, threads)
    if model.num_labels != 1 or not _was_trained_to_classify(model):
        raise ModelError(f"the model {name} is no cross-encoder with one score for a pair")
    one_at_a_time = threading.Lock()

    def scores(question: str, texts: Sequence[str]) -> Sequence[float]:
        pairs = [(encodable(question), encodable(text)) for text in texts]
        with one_at_a_time:
            found = [float(score) for score in model.predict(pairs, show_progress_bar=False)] if pairs else []
        if not all(map(math.isfinite, found)):
            raise ModelError(f"the model {name} gives scores that are no numbers")
        return found

    return scores


def _was_trained_to_classify(model: Any) -> bool:
    """Of any other the library makes a classifier, too, with weights drawn at random."""
    named = getattr(model.config, "architectures", None) or ()
    return any(name.endswith("ForSequenceClassification") for name in named)


def _prepare(offline: bool) -> None:
    """What the libraries read from the environment, once, when they are first imported or used."""
    if offline:
        for variable in _OFFLINE:
            os.environ[variable] = "1"
    # OpenMP's threads spin while they wait. Where another process wants the cores, as a reindex does, that made one
    # question take 1.4 s instead of 0.07 s (two processes on two cores). Read once, when PyTorch is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")


def _loaded(kind: str, name: str, folder: Path | None, offline: bool, threads: int = 0) -> Any:
    _prepare(offline)
    # Imported here because it takes seconds, which `--help` and a walk over an unchanged archive should not.
    import sentence_transformers  # noqa: PLC0415
    import torch  # noqa: PLC0415
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415

    if threads:
        torch.set_num_threads(threads)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    try:
        return getattr(sentence_transformers, kind)(
            str(folder or name),
            device="cpu",
            trust_remote_code=False,
            local_files_only=offline,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # whatever a folder full of someone else's files can raise
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(f"the model {name} can't be loaded: {reason[0][:300]}") from error


def fingerprint_of(name: str) -> str | None:
    """Of the model by that name, without loading it; None where only the loader finds its files. Raises ModelError."""
    folder = _folder(name)
    return _of_files(folder) if folder is not None else None


def _folder(name: str) -> Path | None:
    """Where the model's files lie, if that can be told: the packaged one's are checked at every call."""
    if name == packaged.NAME:
        return packaged.packaged_model()
    folder = Path(name).expanduser()
    if not folder.is_dir():
        return None
    if not any((folder / marker).is_file() for marker in ("modules.json", "config.json")):
        raise ModelError(f"{folder} is not a model's folder: it has neither modules.json nor config.json")
    return folder


def _of_files(folder: Path) -> str:
    """From the files that decide the vectors (weights, tokenizer, pooling, window) and the library that reads them.
    What runs them, and how exactly, is left out: compiled.py takes no runtime whose vectors are others (cosine 0.999).
    So an index that was made on one machine answers on another, and vectors from both stand side by side in it.
    """
    digest = hashlib.sha256(importlib.metadata.version("sentence-transformers").encode())
    for path in sorted(folder.rglob("*")):
        if path.suffix in _WEIGHTS_AND_RULES and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def _of_weights(model: Any) -> str:
    digest = hashlib.sha256(f"{importlib.metadata.version('sentence-transformers')} {model.max_seq_length}".encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().view(-1).numpy().tobytes())
    return digest.hexdigest()[:32]
