"""From a SentenceTransformer to what runs its transformer: traced once, compared, and put in its place."""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
import torch
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

from retrieval.encoding.compiled import SAME, Compiled, States, is_bfloat16_faster
from retrieval.encoding.sample import SAMPLE, least_cosine, vectors_by_library
from retrieval.encoding.tokens import Tensors

_log = logging.getLogger(__name__)
# The tensors that tokenizers make, in the order in which a traced model takes them.
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@dataclass(frozen=True, slots=True)
class Parity:
    """A compiled transformer, and what it was compared with."""

    compiled: Compiled
    expected: npt.NDArray[np.float32]
    """PyTorch's vectors of SAMPLE."""


class ByPyTorch:
    """A transformer as PyTorch runs it."""

    def __init__(self, transformer: Any) -> None:
        self._transformer = transformer

    def states(self, batches: Iterable[Tensors], *, many: bool) -> Iterator[States]:
        for batch in batches:
            with torch.inference_mode():
                found = self._transformer(**{name: torch.from_numpy(each) for name, each in batch.items()})
            yield found["last_hidden_state"].float().numpy()


class _InItsPlace(torch.nn.Module):
    """In a transformer's place within its SentenceTransformer: its configuration and its last hidden states."""

    def __init__(self, config: Any, compiled: Compiled) -> None:
        super().__init__()
        self.config = config
        self.device = torch.device("cpu")
        self.dtype = torch.float32
        self._compiled = compiled

    def forward(self, **tensors: Any) -> dict[str, Any]:
        given = {name: tensors[name].numpy() for name in self._compiled.inputs if name in tensors}
        return {"last_hidden_state": torch.from_numpy(self._compiled.now(given))}


def compile_transformer(model: Any, threads: int, precisions: Sequence[str] | None = None) -> Parity | None:
    """Puts OpenVINO in the place of a SentenceTransformer's transformer. Takes a second or two.

    Not every model can be traced. One that can't, or that gives other vectors then, stays with PyTorch: the log says
    so, and nothing is returned. `threads`: 0 leaves it to OpenVINO. `precisions`: the first that gives the same vectors
    is taken; None: what this processor is fastest with.
    """
    expected = vectors_by_library(model, SAMPLE)
    whole = getattr(model[0], "model", None)
    try:
        inputs = [name for name in _INPUTS if name in inspect.signature(model[0].model.forward).parameters]
        graph = _traced(whole, inputs)
    except Exception as error:  # whatever a graph of someone else's making can raise
        _stays_with_pytorch(error)
        return None
    if precisions is None:
        precisions = ("bf16", "f32") if is_bfloat16_faster() else ("f32",)
    for precision in precisions:
        try:
            compiled = Compiled(graph, inputs, precision, threads)
            model[0].model = _InItsPlace(whole.config, compiled)  # type: ignore[union-attr]
            nearest = least_cosine(expected, vectors_by_library(model, SAMPLE))
            if nearest >= SAME[precision]:
                return Parity(compiled, expected)
            raise ValueError(f"its vectors are only {nearest:.4f} like PyTorch's")
        except Exception as error:
            model[0].model = whole
            _stays_with_pytorch(error) if precision == "f32" else _log.info("bfloat16 is not used: %s", error)
    return None


def _stays_with_pytorch(error: Exception) -> None:
    reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
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
