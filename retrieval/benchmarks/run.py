"""All parts, one after the other, each in a process of its own."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from retrieval.benchmarks import PARTS
from retrieval.benchmarks.askers import askers
from retrieval.benchmarks.encoding import encoding
from retrieval.benchmarks.indexing import indexing
from retrieval.benchmarks.reindexing import reindexing
from retrieval.benchmarks.searching import searching
from retrieval.benchmarks.starting import starting
from retrieval.benchmarks.texts import Texts, texts_of
from retrieval.benchmarks.timing import Figures, apart
from retrieval.disk import make_private
from retrieval.errors import ArchiveFolderError
from retrieval.settings import RetrievalSettings

_EACH: Mapping[str, Callable[[Texts], Figures]] = {
    "starting": starting,
    "encoding": encoding,
    "indexing": indexing,
    "askers": askers,
    "reindexing": reindexing,
}


def benchmark(
    folder: Path,
    settings: RetrievalSettings,
    parts: Sequence[str] = PARTS,
    sizes: Sequence[int] = (),
    report: Callable[[str], None] = lambda _: None,
) -> Figures:
    """The figures of each part, with the texts of a question set or of a folder of documents.

    `sizes`: passages of the archives that `searching` makes. `report` is told what begins. Writes below `settings.data`
    only, and deletes that again. Raises what `texts_of` does, and ModelError.
    """
    if settings.data.resolve().is_relative_to(folder.resolve()):
        raise ArchiveFolderError(f"the data folder {settings.data} lies in {folder}, and would be measured with it")
    make_private(settings.data)
    figures: Figures = {"machine": _machine(), "model": settings.model}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=settings.data) as place:
        report("index")
        texts: Texts = apart(texts_of, folder, settings, Path(place).absolute())
        for name in parts:
            if name in _EACH:
                report(name)
                figures[name] = apart(_EACH[name], texts)
        if "searching" in parts:
            figures["searching"] = {}
            for size in sizes:
                report(f"searching {size:,} passages")
                figures["searching"][str(size)] = searching(texts, size)
    return figures


def _machine() -> Figures:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(errors="replace").splitlines() if info.is_file() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    flags = next((line.split(":", 1)[1].split() for line in lines if line.startswith("flags")), [])
    return {
        "processor": next(named, platform.processor() or platform.machine()),
        "processors": os.cpu_count() or 1,
        "has": sorted(flag for flag in flags if flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16")),
        "python": platform.python_version(),
    }
