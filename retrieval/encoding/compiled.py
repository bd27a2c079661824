"""A model's transformer, run by OpenVINO: the same vectors in about a third of PyTorch's time for one question.

What sentence-transformers does around it (prompts, tokens, pooling, lengths) stays its own.
"""

from __future__ import annotations

import inspect
import logging
import warnings
from typing import Any

import numpy as np
import openvino
import torch
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

_log = logging.getLogger(__name__)

# The tensors that tokenizers make, in the order in which a traced model takes them.
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# Of several lengths, so that one is padded; the vectors of a model that was traced wrong differ in one of them.
_PROBES = ("Who?", "The ferry left the harbour at noon, and came back three days later with 12 passengers.", "")
_SAME = 0.9999


class _Compiled(torch.nn.Module):
    """In a transformer's place: its configuration and its last hidden states, (texts, tokens, dimensions)."""

    def __init__(self, transformer: Any, threads: int) -> None:
        super().__init__()
        self.config = transformer.config
        self.device = torch.device("cpu")
        self.dtype = torch.float32
        self._inputs = [name for name in _INPUTS if name in inspect.signature(transformer.forward).parameters]
        # Left to itself, the processor's plugin takes bfloat16 where the processor has it.
        options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        if threads:
            options["INFERENCE_NUM_THREADS"] = str(threads)
        graph = _traced(transformer, self._inputs)
        self._request = openvino.Core().compile_model(graph, "CPU", options).create_infer_request()

    def forward(self, **tensors: Any) -> dict[str, Any]:
        given = [tensors[name].numpy() if name in tensors else None for name in self._inputs]
        zeros = np.zeros_like(given[0])
        [states] = self._request.infer([zeros if one is None else one for one in given]).values()
        return {"last_hidden_state": torch.from_numpy(np.array(states))}  # the request's own are written over


def compile_transformer(model: Any, threads: int) -> None:
    """Puts OpenVINO in the place of a SentenceTransformer's transformer. Takes a second.

    Not every model can be traced. One that can't, or that gives other vectors then, stays with PyTorch, and the log
    says so. `threads`: 0 leaves it to OpenVINO.
    """
    expected = model.encode(_PROBES, normalize_embeddings=True, show_progress_bar=False)
    whole = getattr(model[0], "model", None)
    try:
        model[0].model = _Compiled(whole, threads)
        found = model.encode(_PROBES, normalize_embeddings=True, show_progress_bar=False)
        nearest = float((expected * found).sum(axis=1).min())
    except Exception as error:  # whatever a graph of someone else's making can raise
        reason, nearest = str(error).strip().splitlines()[:1] or [type(error).__name__], 0.0
    else:
        reason = [f"its vectors are only {nearest:.4f} like PyTorch's"]
    if not nearest >= _SAME:
        if whole is not None:
            model[0].model = whole
        _log.info("the model is run by PyTorch, as OpenVINO can't: %s", reason[0][:300])


def _traced(transformer: Any, inputs: list[str]) -> openvino.Model:
    """By the front end itself: `openvino.convert_model` does the same, and reports that it was used to its makers."""

    class LastStates(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, *tensors: Any) -> Any:
            return self.transformer(**dict(zip(inputs, tensors, strict=True)))[0]

    tokens = torch.ones((2, 8), dtype=torch.long)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what tracing takes for constant is compared afterwards, by its vectors
        decoder = TorchScriptPythonDecoder(LastStates(), example_input=(tokens,) * len(inputs))
        frontend = FrontEndManager().load_by_framework("pytorch")
        return frontend.convert(frontend.load(decoder))
