"""A model's transformer, run by OpenVINO: the same vectors in a good half of PyTorch's time, and in less with bfloat16.

Where the processor multiplies bfloat16, that is tried, too, and taken if it is indeed faster: a Xeon without AMX took
half as long again for it as for float32, in PyTorch as well (`archivist bench`).
"""

from __future__ import annotations

import inspect
import logging
import math
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino
import torch
from openvino import opset13 as opset
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

from retrieval.encoding.sample import SAMPLE, least_cosine

_log = logging.getLogger(__name__)

Tensors = Mapping[str, npt.NDArray[np.int64]]
"""A batch as tokenizers name its parts, each (texts, tokens)."""
States = npt.NDArray[np.float32]
"""(texts, tokens, dimensions)."""

# The tensors that tokenizers make, in the order in which a traced model takes them.
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
TOKENS = 512
"""Of a batch, padding included: enough to keep a core busy. More gains nothing; 4096 took a twelfth longer a passage,
and texts of like length are fewer."""
SAME = {"f32": 0.9999, "bf16": 0.999}
"""The least cosine of a text's two vectors, PyTorch's and the compiled model's, by the precision of the latter."""
_FASTER = 0.8
"""Of float32's time, what bfloat16 may take at most: the processor's clock and its other work make it waver."""
_ROUNDS = 7


class Compiled(torch.nn.Module):
    """In a transformer's place: its configuration and its last hidden states."""

    def __init__(self, config: Any, graph: openvino.Model, inputs: list[str], precision: str, threads: int) -> None:
        super().__init__()
        self.config = config
        self.device = torch.device("cpu")
        self.dtype = torch.float32
        self.precision = precision
        self._graph, self._inputs, self._threads = graph, inputs, threads
        self._one = self._compiled("LATENCY").create_infer_request()
        self._many: list[openvino.InferRequest] = []

    def forward(self, **tensors: Any) -> dict[str, Any]:
        states = self.now({name: tensors[name].numpy() for name in self._inputs if name in tensors})
        return {"last_hidden_state": torch.from_numpy(states)}

    def now(self, tensors: Tensors) -> States:
        """One batch, by all cores together. Not for several threads at once."""
        [states] = self._one.infer(self._given(tensors)).values()
        return np.array(states)  # the request's own are written over

    def in_turn(self, batches: Iterable[Tensors]) -> Iterator[States]:
        """Of each batch, in order, while the next ones are run, each by a core or a few. What is given is written over
        when the next is asked for. Not for several threads at once. Takes a second and the memory of a second model
        before the first.
        """
        if not self._many:
            compiled = self._compiled("THROUGHPUT")
            # One more than run at a time, so that the cores have work while the states of one are looked at.
            count = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")) + 1
            self._many = [compiled.create_infer_request() for _ in range(count)]
        free, running = list(self._many), deque[openvino.InferRequest]()
        try:
            for batch in batches:
                if not free:
                    free.append(running.popleft())
                    yield _states_of(free[-1])
                running.append(free.pop())
                running[-1].start_async(self._given(batch))
            while running:
                yield _states_of(running.popleft())
        finally:
            for request in running:
                request.wait()

    def _compiled(self, hint: str) -> openvino.CompiledModel:
        # Left to itself, the processor's plugin takes bfloat16 where the processor has it.
        options = {"PERFORMANCE_HINT": hint, "INFERENCE_PRECISION_HINT": self.precision}
        if self._threads:
            options["INFERENCE_NUM_THREADS"] = str(self._threads)
        return openvino.Core().compile_model(self._graph, "CPU", options)

    def _given(self, tensors: Tensors) -> list[npt.NDArray[np.int64]]:
        zeros = np.zeros_like(tensors["input_ids"])
        return [tensors.get(name, zeros) for name in self._inputs]


def _states_of(request: openvino.InferRequest) -> States:
    request.wait()
    states: States = request.get_output_tensor(0).data
    return states


def last_states(transformer: Any, batches: Iterable[Tensors], *, many: bool) -> Iterator[States]:
    """As `Compiled.in_turn` where there are `many`, else as `Compiled.now`; and of one that PyTorch runs."""
    if isinstance(transformer, Compiled):
        yield from transformer.in_turn(batches) if many else map(transformer.now, batches)
        return
    for batch in batches:
        with torch.inference_mode():
            found = transformer(**{name: torch.from_numpy(each) for name, each in batch.items()})
        yield found["last_hidden_state"].float().numpy()


def compile_transformer(model: Any, threads: int, precisions: Sequence[str] | None = None) -> None:
    """Puts OpenVINO in the place of a SentenceTransformer's transformer. Takes a second or two.

    Not every model can be traced. One that can't, or that gives other vectors then, stays with PyTorch, and the log
    says so. `threads`: 0 leaves it to OpenVINO. `precisions`: the first that gives the same vectors is taken; None:
    what this processor is fastest with.
    """
    expected = _sample_of(model)
    whole = getattr(model[0], "model", None)
    try:
        inputs = [name for name in _INPUTS if name in inspect.signature(model[0].model.forward).parameters]
        graph = _traced(whole, inputs)
    except Exception as error:  # whatever a graph of someone else's making can raise
        _stays_with_pytorch(error)
        return
    if precisions is None:
        precisions = ("bf16", "f32") if is_bfloat16_faster() else ("f32",)
    for precision in precisions:
        try:
            model[0].model = Compiled(whole.config, graph, inputs, precision, threads)  # type: ignore[union-attr]
            nearest = least_cosine(expected, _sample_of(model))
            if nearest >= SAME[precision]:
                return
            raise ValueError(f"its vectors are only {nearest:.4f} like PyTorch's")
        except Exception as error:
            model[0].model = whole
            _stays_with_pytorch(error) if precision == "f32" else _log.info("bfloat16 is not used: %s", error)


def _stays_with_pytorch(error: Exception) -> None:
    reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
    _log.info("the model is run by PyTorch, as OpenVINO can't: %s", reason[0][:300])


def has_bfloat16() -> bool:
    """Whether this processor multiplies it."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@cache
def is_bfloat16_faster() -> bool:
    """Whether this processor has it and runs a layer of a transformer faster with it. Takes 0.2 s where it has it."""
    if not has_bfloat16():
        return False
    core = openvino.Core()
    wide = np.random.default_rng(0).standard_normal((384, 1536), np.float32) / 40  # a layer of the default model has it
    rows = opset.parameter([128, 384], np.float32)
    inner = opset.gelu(opset.matmul(rows, opset.constant(wide), False, False), "erf")
    layer = openvino.Model(opset.matmul(inner, opset.constant(wide), False, True), [rows])
    options = {"INFERENCE_NUM_THREADS": 1}  # less disturbed by what else is running
    requests = {
        precision: core.compile_model(
            layer, "CPU", options | {"INFERENCE_PRECISION_HINT": precision}
        ).create_infer_request()
        for precision in ("f32", "bf16")
    }
    least = dict.fromkeys(requests, math.inf)
    for _ in range(_ROUNDS):
        for precision, request in requests.items():
            started = time.perf_counter()
            request.infer([wide.reshape(-1, 384)[:128]])
            least[precision] = min(least[precision], time.perf_counter() - started)
    share = least["bf16"] / least["f32"]
    _log.debug("a layer takes %.2f of float32's time with bfloat16", share)
    return share <= _FASTER


def _sample_of(model: Any) -> npt.NDArray[np.float32]:
    vectors: npt.NDArray[np.float32] = model.encode(
        SAMPLE, batch_size=2, normalize_embeddings=True, show_progress_bar=False
    )
    return vectors


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
