"""Embedding models through sentence-transformers. The only file that knows it (and so PyTorch)."""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.encoding import packaged
from retrieval.encoding.encoder import Encoder
from retrieval.errors import ModelError
from retrieval.store.protocol import Vectors

BATCH = 32
_WEIGHTS_AND_RULES = (".json", ".safetensors", ".txt", ".model")
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def load_encoder(name: str, offline: bool = True, threads: int = 0) -> Encoder:
    """The packaged default by its name, a folder, or another sentence-transformers name.

    With `offline`, nothing is fetched: another name must already be in this machine's Hugging Face cache. Weights
    come from safetensors only, never from a pickle, and no code that a model brings along is run. Takes seconds.
    Raises ModelError.
    """
    if offline:
        for variable in _OFFLINE:
            os.environ[variable] = "1"
    # OpenMP's threads spin while they wait. Where another process wants the cores, as a reindex does, that made one
    # question take 1.4 s instead of 0.07 s (two processes on two cores). Read once, when PyTorch is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    folder = _folder(name)
    # Imported here because it takes seconds, which `--help` and a walk over an unchanged archive should not.
    import torch  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    if threads:
        torch.set_num_threads(threads)
    try:
        model = SentenceTransformer(
            str(folder or name),
            device="cpu",
            trust_remote_code=False,
            local_files_only=offline,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # whatever a folder full of someone else's files can raise
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(f"the model {name} can't be loaded: {reason[0][:300]}") from error
    fingerprint = _of_files(folder) if folder is not None else _of_weights(model)
    return _SentenceTransformersEncoder(name, model, fingerprint)


class _SentenceTransformersEncoder:
    def __init__(self, name: str, model: Any, fingerprint: str) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._model = model
        self.dimensions = int(model.get_embedding_dimension())
        self._one_at_a_time = threading.Lock()  # two batches on the same cores only slow each other down

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        plain = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]  # lone surrogates stop tokenizers
        with self._one_at_a_time:
            vectors = self._model.encode(
                plain, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(vectors, np.float32)


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
    """From the files that decide the vectors (weights, tokenizer, pooling, window) and the library that runs them."""
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
