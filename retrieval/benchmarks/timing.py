"""Measuring: ways in turns, quantiles, memory, and a process for each part."""

from __future__ import annotations

import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Figures = dict[str, Any]
"""Names with their units -> numbers, or more of the same."""


@dataclass(frozen=True, slots=True)
class Taken:
    wall: float
    """Seconds by the clock."""
    processor: float
    """Seconds of the processor, which other work on the machine disturbs less."""


def timed(call: Callable[[], object]) -> Taken:
    started, processor = time.perf_counter(), time.process_time()
    call()
    return Taken(time.perf_counter() - started, time.process_time() - processor)


def in_turns(ways: Mapping[str, Callable[[], object]], turns: int) -> dict[str, Taken]:
    """The least of each: they take turns, so that what else the machine does hits them alike."""
    taken: dict[str, list[Taken]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, way in ways.items():
            taken[name].append(timed(way))
    return {
        name: Taken(min(each.wall for each in all_), min(each.processor for each in all_))
        for name, all_ in taken.items()
    }


def quantiles(seconds: Sequence[float], *which: int) -> Figures:
    """In milliseconds."""
    found = np.percentile(np.array(seconds) * 1000, which)
    return {f"p{quantile}_ms": round(float(value), 1) for quantile, value in zip(which, found, strict=True)}


def memory() -> Figures:
    """MiB of this process: what it holds now, how much of that are mapped files, and the most that it held."""
    in_a_mebibyte = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kibibytes
    figures: Figures = {"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // in_a_mebibyte}
    status = Path("/proc/self/status")
    if status.is_file():
        held = dict(re.findall(r"^(VmRSS|RssFile):\s+(\d+) kB", status.read_text(), re.MULTILINE))
        figures |= {"resident_mib": int(held["VmRSS"]) // 1024, "of_that_mapped_mib": int(held["RssFile"]) // 1024}
    return figures


def apart(part: Callable[..., Any], *given: Any) -> Any:
    """The part's result, from a process of its own: no other part's memory, caches or threads are in its figures."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as one:
        return one.submit(part, *given).result()
