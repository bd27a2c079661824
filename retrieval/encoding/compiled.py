"""A model's transformer, run by OpenVINO: the same vectors in a good half of PyTorch's time, and in less with bfloat16.

Where the processor multiplies bfloat16, that is tried, too, and taken if it is indeed faster: a Xeon without AMX took
half as long again for it as for float32, in PyTorch as well (`archivist bench`).
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13 as opset

from retrieval.encoding.tokens import Tensors

_log = logging.getLogger(__name__)

States = npt.NDArray[np.float32]
"""(texts, tokens, dimensions)."""
TOKENS = 512
"""Of a batch, padding included: enough to keep a core busy. More gains nothing; 4096 took a twelfth longer a passage,
and texts of like length are fewer."""
SAME = {"f32": 0.9999, "bf16": 0.999}
"""The least cosine of a text's two vectors, PyTorch's and the compiled model's, by the precision of the latter."""
_FASTER = 0.8
"""Of float32's time, what bfloat16 may take at most: the processor's clock and its other work make it waver."""
_ROUNDS = 7


class Compiled:
    """A transformer's last hidden states."""

    def __init__(self, graph: openvino.Model, inputs: Sequence[str], precision: str, threads: int) -> None:
        """`inputs`: the graph's, in its order."""
        self.graph, self.inputs, self.precision = graph, tuple(inputs), precision
        self._threads = threads
        self._one = self._compiled("LATENCY").create_infer_request()
        self._many: list[openvino.InferRequest] = []

    def states(self, batches: Iterable[Tensors], *, many: bool) -> Iterator[States]:
        """As `in_turn` where there are `many`, else as `now`."""
        yield from self.in_turn(batches) if many else map(self.now, batches)

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
        return openvino.Core().compile_model(self.graph, "CPU", options)

    def _given(self, tensors: Tensors) -> list[npt.NDArray[np.int64]]:
        zeros = np.zeros_like(tensors["input_ids"])
        return [tensors.get(name, zeros) for name in self.inputs]


def _states_of(request: openvino.InferRequest) -> States:
    request.wait()
    states: States = request.get_output_tensor(0).data
    return states


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


def processor() -> str:
    """What decides how a graph is run here."""
    core = openvino.Core()
    names = [core.get_property("CPU", name) for name in ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")]
    return " ".join(map(str, names))


def save_graph(graph: openvino.Model, path: Path) -> None:
    """Two files: `path`, which ends in .xml, and beside it the weights, as exact as they are, in .bin."""
    openvino.save_model(graph, path, compress_to_fp16=False)


def read_graph(path: Path) -> openvino.Model:
    """Raises RuntimeError."""
    return openvino.Core().read_model(path)
